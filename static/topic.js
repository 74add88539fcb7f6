// One topic: its records to look through, its partitions and their segments, its config; a topic
// made or changed; and a record of one's own.

import { at, bytes, compared, count, facts, figure, fixed, h, head, link, minor, num, readable, section, table, time, unseen, words } from './dom.js';
import { api, ask, box, choice, curl, curlBox, deed, dialogButton, field, numberBox, outcome, query, requestForm } from './requests.js';
import { topicRate } from './live.js';
import { exactly, recordBrowser } from './records.js';

const segments = (topic, partition) => dialogButton(['Segments', unseen(` of partition ${partition}`)], `Partition ${partition} of ${topic}`, () => {
	const where = api`topics/${topic}/partitions/${partition}`;
	const said = outcome();
	const grid = table('Segments', (one) => one.base_offset, '…',
		fixed('From', ({ base_offset: base }) => link(`${where}/segments/${base}`, count(base))),
		num('Records', (one) => one.next_offset - one.base_offset), num('Size', 'bytes', bytes),
		minor(words('Newest', 'max_timestamp', time)), words('State', (one) => (one.sealed ? 'sealed' : 'open')));
	const look = () => ask(where).then((found) => grid.update(found.segments), said.fail);
	look();
	return [said, grid, curlBox(`partition ${partition}`, curl(where)), h('h3', 'Drop old records'),
		h('p.quiet', 'Whole segments go whose records are all older. At the end of the log all go.'),
		requestForm(`Truncation of ${topic}-${partition}`, 'Truncate', numberBox('Before offset', 'before_offset', { required: true }),
			({ before_offset }) => [`${where}/truncate`, { body: { before_offset } }], (answer) => {
				look();
				return `The log now begins at ${count(answer.log_start_offset)}.`;
			}, topic)];
});

export async function topic(given, name) {
	const where = api`topics/${name}`;
	let found = await ask(where);
	const said = outcome();
	const sums = facts();
	const browser = recordBrowser(name, found.partitions, given);
	const grid = table('Partitions', (one) => one.partition, '',
		words('Partition', 'partition'),
		num('Records', (one) => one.high_watermark - one.log_start_offset), minor(num('From', 'log_start_offset')), minor(num('To', 'high_watermark')),
		compared('Size', 'bytes', bytes),
		fixed('Files', ({ partition }) => segments(name, partition)));
	return h('div', head(name, h('div.actions', ['Produce', 'Change'].map((verb) => link(at('topics', name, verb.toLowerCase()), { class: 'button' }, verb)),
		deed('Delete', name, 'All its records go with it, for good.', [where, { method: 'DELETE' }], () => { location.hash = '#/topics'; }, name))),
	said, sums, section('Records', browser), h('div.columns', section('Partitions', grid),
		section('Config', facts(found.config, readable), curlBox('this topic', curl(where)))), {
		$close: browser.close,
		async $tick() {
			found = await ask(where).catch(said.fail) ?? found;
			sums.show({ Records: count(found.records), 'Records/s': figure(topicRate(found)), Size: bytes(found.bytes), Partitions: found.partitions.length });
			grid.update(found.partitions);
			browser.know(found.partitions);
		},
	});
}

const DEFAULTS = {
	durability: 'disk', retention_ms: 604800000, retention_bytes: null,
	segment_bytes: 1073741824, segment_ms: 604800000, max_record_bytes: 1048576,
};
const WORDS = {
	durability: [['disk', 'disk, synced'], ['memory', 'memory, written']],
};
const isEndless = (name) => name.startsWith('retention');

const configFields = (config) => Object.keys(DEFAULTS).map((name) => {
	if (WORDS[name]) return choice(name, name, WORDS[name], config[name]);
	const field = numberBox(name, name, { value: config[name], required: !isEndless(name), input: () => tell() }, '–');
	const tell = () => {
		const { value } = field.control;
		field.lastChild.textContent = value || isEndless(name) ? readable(name, value ? +value : null) : 'needed';
	};
	tell();
	return field;
});

function difference(values, config) {
	const changed = Object.keys(DEFAULTS).map((name) => [name, values[name] ?? null]).filter(([name, value]) => value !== config[name]);
	return changed.length ? Object.fromEntries(changed) : undefined;
}

const form = (name, stands, verb, fields, request) => h('div', head(name), h('div.card', requestForm(name, verb, [fields, configFields(stands)], request,
	(answer) => [link(at('topics', answer.name), answer.name), ' stands.'])));

export const newTopic = () => form('New topic', DEFAULTS, 'Make it', [
	box('Name', 'name', { maxlength: 249, required: true }, 'letters, digits, dots, dashes'), numberBox('Partitions', 'partitions', { value: 1 }, 'more later, never fewer'),
], (values) => [api`topics/${values.name}`, { method: 'PUT', body: { partitions: values.partitions, config: difference(values, DEFAULTS) } }]);

export async function changeTopic(_, name) {
	const address = api`topics/${name}`;
	const { config, partitions: { length } } = await ask(address);
	return form(`Change ${name}`, config, 'Change it', numberBox('Partitions', 'partitions', { value: length }, 'more, never fewer'), ({ partitions, ...values }) => [
		address, { method: 'PATCH', body: { partitions: partitions === length ? undefined : partitions, config: difference(values, config) } },
	]);
}

const headersOf = (text) => text?.split('\n').filter((line) => line.trim()).reduce((all, line) => {
	const [, name, value] = /^\s*([^:]+?)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
	if (!name) throw new Error(`“${line}” is no header: a name, a colon and a value.`);
	if (Object.hasOwn(all, name)) throw new Error(`The header ${name} stands twice.`);
	return { ...all, [name]: value };
}, {});

const valueAs = {
	text: (value) => ({ value }), json: (text) => {
		if (!text.trim()) throw new Error('Value is missing.');
		return { value: exactly(text) };
	},
	base64: (text) => ({ value_base64: text.trim() }), null: () => ({ value: null }),
};

export function produce(_, topic) {
	const area = (name, rows) => h('textarea', { name, rows, spellcheck: 'false' });
	return h('div', head('Produce', link(at('topics', topic), topic)), h('div.card', requestForm(`Produce to ${topic}`, 'Produce', [
		field('Value', area('value', 6)),
		choice('The value is', 'form', [['text'], ['json', 'JSON'], ['base64', 'bytes, in base64'], ['null']]),
		box('Key', 'key', {}, 'picks the partition'), box('Tag', 'tag'),
		numberBox('Partition', 'partition', { placeholder: 'by key, or in turn' }), box('Delay', 'delay', {}, 'such as 30s or 2h'),
		field('Headers', area('headers', 2), 'name: value, one a line'),
	], ({ value = '', form, headers, ...rest }) => [
		api`topics/${topic}/records`, { body: { records: [{ ...valueAs[form](value), headers: headersOf(headers), ...rest }] } },
	], ({ partitions: [stored], scheduled: [later] = [] }) => {
		if (later) return ['It waits for its time as ', link('#/waiting', later.id), `, until ${time(later.deliver_at)}.`];
		const { partition, base_offset: offset } = stored;
		return [`Stored in partition ${partition} at offset `, link(at('topics', topic) + query({ partition, offset }), count(offset))];
	})));
}
