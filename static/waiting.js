// What is stored and not yet seen: delayed records and undecided half messages.

import { at, bytes, fixed, fromNow, h, head, link, minor, num, section, table, time, words } from './dom.js';
import { api, box, deed, listing, outcome } from './requests.js';
import { preview } from './records.js';

// A button that does something with one of them.
const act = (said, verb, words, { id }, address, method, done) =>
	deed(verb, id, words, [address, { method }], () => said.say(`${id} is ${done}.`, 'good'));

function scheduled() {
	const said = outcome();
	const topic = box('Topic', 'topic', { placeholder: 'any', change: () => all.turn() });
	const some = (text) => text ?? '';
	const all = listing('scheduled', 'scheduled record', () => ({ topic: topic.control.value }), table('Scheduled records', (one) => one.id, 'Nothing waits for its time.',
		words('From now', 'deliver_at', fromNow), minor(words('Due', 'deliver_at', time)), fixed('Topic', (one) => link(at('topics', one.topic), one.topic)),
		minor(words('Key', 'key', some)), minor(words('Tag', 'tag', some)), minor(fixed('Value', (one) => h('span.preview', preview(one)))), minor(num('Size', 'bytes', bytes)),
		fixed('Cancel', (one) => act(said, 'Take back', 'It will never be seen.', one, api`scheduled/${one.id}`, 'DELETE', 'taken back'))));
	return section('Scheduled', h('div.fields', topic), said, all, { $tick: all.tick });
}

function undecided() {
	const said = outcome();
	const all = listing('transactions', 'half message', () => ({ state: 'prepared' }), table('Half messages', (one) => one.id, 'All half messages are decided.',
		words('Producer group', 'producer_group'), words('Prepared', 'prepared_at', fromNow), minor(num('Records', 'records')), minor(num('Checks', 'checks')),
		minor(words('Next check', 'next_check', fromNow)), minor(fixed('Id', ({ id }) => link(api`transactions/${id}/records`, id))),
		fixed('Decide', (one) => h('span.actions',
			act(said, 'Commit', 'All its records appear in their topics.', one, api`transactions/${one.id}/commit`, 'POST', 'committed'),
			act(said, 'Roll back', 'None of its records will ever be seen.', one, api`transactions/${one.id}/rollback`, 'POST', 'rolled back')))));
	return section('Undecided', said, all, { $tick: all.tick });
}

export function waiting() {
	const all = [scheduled(), undecided()];
	return h('div', head('Waiting'), all, { $tick: () => all.forEach((one) => one.tick()) });
}
