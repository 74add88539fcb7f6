// Everything at a glance: is it healthy, what flows, which copy carries it, what is behind; and all
// topics and groups, where the server searches and turns the pages.

import { at, bar, bytes, compact, compared, count, facts, figure, fixed, h, head, link, minor, num, percent, plural, section, setText, sparkline, table } from './dom.js';
import { line, live, topicRate } from './live.js';
import { box, curl, curlBox, listing, query } from './requests.js';

const DISK_LOW = 0.1;
const ROWS = 10;

const free = ({ disk }) => (disk ? disk.available_bytes / disk.total_bytes : 1);

const findings = (status) => live.state === 'lost' ? [['bad', 'The server does not answer.']] : [
	status.storage !== 'online' && ['bad', 'The storage takes no more writes: the server’s log says why.'],
	status.phase !== 'serving' && ['bad', `The server is ${status.phase}.`],
	free(status) < DISK_LOW && [free(status) < DISK_LOW / 3 ? 'bad' : 'warn', `The disk is ${percent(1 - free(status))} full.`],
	status.totals.dead > 0 && ['warn', link('#/groups', `${plural(status.totals.dead, 'dead letter')} to look at.`)],
].filter(Boolean);

function verdict() {
	const word = h('strong');
	const list = h('span');
	return h('p', word, ' ', list, { $update(status) {
		const found = findings(status);
		const [kind] = found[0] ?? ['good'];
		word.className = kind;
		setText(word, { good: 'Healthy', warn: 'Well, but', bad: 'Not well' }[kind]);
		setText(list, found.map(([, text]) => [text, ' ']));
	} });
}

function tile(name, format, rate) {
	const now = h('p.big', '–');
	const spark = sparkline(name);
	return h('div.card', h('h2', name), now, spark, { $update({ rates }) {
		setText(now, rates[rate] === null ? '–' : `${format(rates[rate])}/s`);
		spark.update(line((sample) => sample.rates[rate]));
	} });
}

// A row for each way of copying: what it carries now, and what that costs, now or since the start.
function copies() {
	const lines = {};
	const now = ({ strategy }) => live.samples.at(-1).window[strategy];
	const flow = (one) => now(one).bytesPerSecond ?? 0;
	const price = (name, value) => compared(name, value, figure);
	const grid = table('Ways of copying: what they carry and cost', (one) => one.strategy, '',
		fixed('Copy', ({ strategy }) => h(`span.copy ${strategy}`, strategy)),
		num('Now', flow, (rate) => `${bytes(rate)}/s`),
		minor(fixed('Two minutes', ({ strategy }) => lines[strategy] = sparkline(`bytes by ${strategy}`, strategy))),
		price('CPU s/GB', (one) => now(one).cpuPerGB ?? one.cpu_seconds_per_gb),
		price('Calls/MB', (one) => now(one).callsPerMB ?? (one.bytes ? (one.syscalls / one.bytes) * 1e6 : null)),
		price('GB/s', (one) => now(one).gbPerSecond ?? (one.delivery_seconds ? one.bytes / one.delivery_seconds / 1e9 : null)),
		minor(num('Since start', 'bytes', bytes)));
	const words = h('p.quiet');
	return h('div', words, grid, { $update({ strategies }) {
		grid.update(strategies);
		for (const name in lines) lines[name].update(line((sample) => sample.flows[name].bytesPerSecond));
		const [first] = [...strategies].sort((a, b) => flow(b) - flow(a));
		const sum = strategies.reduce((all, one) => all + flow(one), 0);
		setText(words, sum ? `${first.strategy} carries ${percent(flow(first) / sum)} of what goes out.`
			: 'Nothing goes out just now; the costs are those since the start.');
	} });
}

const named = (kind, name) => fixed(name, (one) => link(at(kind, one.name), one.name));

const topicTable = (empty) => table('Topics', (one) => one.name, empty, named('topics', 'Topic'),
	minor(num('Partitions', 'partitions')), minor(num('Records/s', topicRate, figure)), num('Records', 'records', compact), num('Size', 'bytes', bytes));

const groupTable = (empty) => table('Groups', (one) => one.name, empty, named('groups', 'Group'),
	num('Lag', 'lag'), num('In flight', 'in_flight'), minor(num('Waiting', 'waiting')),
	num('Dead', 'dead'));

function most(grid, kind, compare) {
	const all = link(`#/${kind}`);
	return h('div', grid, h('p', all), { $update(status) {
		all.hidden = !status.totals[kind];
		grid.update([...status[kind]].sort(compare).slice(0, ROWS));
		setText(all, `All ${plural(status.totals[kind], kind.slice(0, -1))}`);
	} });
}

function disk() {
	const used = h('p');
	const list = facts();
	return h('div', used, list, { $update(status) {
		const { totals, disk: room, storage } = status;
		used.replaceChildren(bar(1 - free(status), free(status) < DISK_LOW ? 'warn' : ''));
		list.show({
			Free: bytes(room?.available_bytes), Of: bytes(room?.total_bytes), Logs: bytes(totals.bytes),
			Records: compact(totals.records), Partitions: count(totals.partitions), Writes: storage,
		});
	} });
}

export function overview() {
	const parts = [
		verdict(), tile('Records in', compact, 'records_in_per_second'), tile('Bytes in', bytes, 'bytes_in_per_second'),
		tile('Bytes out', bytes, 'bytes_delivered_per_second'), tile('Requests', compact, 'requests_per_second'), copies(),
		most(topicTable(h('span', 'No topics yet: ', link('#/new-topic', 'make one'), ', or produce to a name.')), 'topics',
			(a, b) => topicRate(b) - topicRate(a) || b.bytes - a.bytes),
		most(groupTable('No groups yet.'), 'groups', (a, b) => b.lag + b.dead - a.lag - a.dead),
		disk(),
	];
	return h('div.overview', head('Overview', parts[0]), h('section.tiles', { 'aria-label': 'Flow, by the second' }, parts.slice(1, 5)),
		section('Ways of copying', parts[5], h('p', link('#/copies', 'Compare them'))),
		h('div.columns', section('Topics', parts[6]), h('div', section('Groups', parts[7]), section('Disk', parts[8]))),
		curlBox('all this', curl('/v1/status')), {
			$tick: () => live.status && parts.forEach((part) => part.update(live.status)),
			$lose: () => live.status && parts[0].update(live.status),
		});
}

// A list by name; the address keeps what is searched for and where the page begins.
function list(kind, name, given, grid, ...more) {
	let search = given.get('search') ?? '';
	let typing;
	const field = box('Search', 'search', { type: 'search', value: search, placeholder: 'part of a name', input() {
		clearTimeout(typing);
		typing = setTimeout(() => {
			search = field.control.value.trim();
			all.turn();
		}, 200);
	} });
	const all = listing(kind, kind.slice(0, -1), () => ({ search }), grid, (after) => history.replaceState(null, '', `#/${kind}${query({ search, after })}`));
	all.turn(given.get('after') ?? '');
	return h('div', head(name, more), h('div.card', h('form.fields', { role: 'search', submit: (event) => event.preventDefault() }, field), all), {
		$tick: all.tick, $close: () => clearTimeout(typing),
	});
}

export const topics = (given) => list('topics', 'Topics', given, topicTable('There are none.'), link('#/new-topic', { class: 'button' }, 'New topic'));
export const groups = (given) => list('groups', 'Groups', given, groupTable('There are none: they come with the first receive.'));
