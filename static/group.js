// One group: how far it has come, where to send it, and what it could not deliver.

import { at, compared, count, duration, facts, fixed, h, head, link, minor, num, plural, section, table } from './dom.js';
import { api, ask, box, choice, curl, curlBox, deed, numberBox, outcome, pages, placeFields, query, requestForm } from './requests.js';
import { recordItem, recordList } from './records.js';

const PAGE = 25;

function seek(name, topics) {
	return requestForm(`Seek of ${name}`, 'Seek', [
		box('Topic', 'topic', { value: topics[0], required: true }), numberBox('Partition', 'partition', { placeholder: 'all' }),
		placeFields('To', 'to', [['earliest', 'the oldest record'], ['latest', 'behind the newest']], 'earliest', 0),
	], ({ topic, partition, to, ...more }) => [api`groups/${name}/seek`, { body: { topic, partition, to: more[to] ?? to } }],
	(answer) => answer.partitions.map((one) => `Partition ${one.partition} goes on at ${count(one.next_offset)}. `));
}

function deadLetters(name) {
	const address = api`groups/${name}/dead-letters`;
	const said = outcome();
	const records = recordList();
	const fate = ({ headers }) => {
		const [topic, partition, offset, reason] = ['topic', 'partition', 'offset', 'reason'].map((name) => headers[`sluice-${name}`]);
		return `${topic}-${partition} ${offset}, ${reason}: `;
	};
	const letters = pages('dead letter', (offset) => address + query({ offset, max_records: PAGE, values: 'text' }), records, (answer) => {
		records.show(answer.records.map((record) => recordItem(record, record.topic, record.partition, fate(record))));
		return answer.records.length === PAGE && answer.next_offset;
	});
	const actions = [h('h3', 'Send them back'), requestForm(`Redrive of ${name}`, 'Redrive', [
		numberBox('At most', 'max'), box('From topic', 'topic'), box('Tag', 'tag'),
		choice('Because of', 'reason', [['', 'any reason'], ['max_attempts', 'too many attempts'], ['rejected']]),
	], (body) => [`${address}/redrive`, { body }], (answer) => {
		letters.turn();
		return `${count(answer.redriven)} sent back, ${count(answer.failed)} failed, ${count(answer.remaining)} remain.`;
	}), h('h3', 'Give them up'), deed('Purge', `dead letters of ${name}`, 'The records stay in the dead-letter topic until its retention takes them.', [address, { method: 'DELETE' }], ({ purged }) => {
		said.say(`${plural(purged, 'dead letter')} given up.`, 'good');
		letters.turn();
	}, name)];
	letters.turn();
	return section('Dead letters', said, letters, actions, { $update: letters.turn });
}

export async function group(_, name) {
	const where = api`groups/${name}`;
	let found = await ask(where);
	let { dead } = found;
	const own = () => found.partitions.filter((one) => one.topic !== found.dead_letter_topic);
	const sums = facts();
	const grid = table('Partitions of the group', (one) => `${one.topic} ${one.partition}`, 'It has received nothing yet.',
		fixed('Partition', (one) => h('span', link(at('topics', one.topic), one.topic), ` ${one.partition}`)),
		compared('Lag', 'lag', count),
		num('In flight', 'in_flight'), num('Waiting', 'waiting'), minor(num('Done before', 'done_before_offset')),
		minor(num('Log', (one) => `${count(one.log_start_offset)} to ${count(one.high_watermark)}`, String)),
		minor(num('Oldest in flight', 'oldest_in_flight_ms', duration)));
	const letters = deadLetters(name);
	const said = outcome();
	return h('div', head(name, h('span.quiet', 'group'),
		deed('Delete', name, 'All it knows goes. Its dead letters stay in their topic.', [where, { method: 'DELETE' }], () => { location.hash = '#/groups'; }, name)),
	said, sums, section('Partitions', grid, curlBox('this group', curl(where))),
	h('div.columns',
		section('Seek', h('p.quiet', 'The group goes on there; what is leased there is void.'),
			seek(name, [...new Set(own().map((one) => one.topic))])),
		section('Config', facts(found.config))),
	letters, {
		async $tick() {
			found = await ask(where).catch(said.fail) ?? found;
			sums.show({ Lag: count(found.lag), 'In flight': count(found.in_flight), Waiting: count(found.waiting), Dead: count(found.dead) });
			grid.update(own());
			if (found.dead !== dead) letters.update();
			dead = found.dead;
		},
	});
}
