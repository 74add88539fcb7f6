// What is stored and not yet seen: delayed records and undecided half messages.

import { at, button, fixed, h, head, link, minor, num, section, table, unseen, words } from './dom.js';
import { bytes, fromNow, time } from './format.js';
import { api, ask, box, curl, curlBox, isMissing, outcome, query } from './requests.js';
import { preview } from './records.js';

const PAGE = 50;

// A list that hides itself on a server that has no such thing.
function part(name, kind, parameters, grid, said, ...controls) {
	const command = curlBox(name);
	const on = button(() => tick(on.value), 'Further');
	const first = button(() => tick(''), 'From the beginning');
	let after = '';
	async function tick(to = after) {
		after = to;
		const where = `/v1/${kind}${query({ ...parameters(), limit: PAGE, after })}`;
		try {
			const answer = await ask(where);
			command.show(curl(where));
			grid.update(answer[kind]);
			first.hidden = !after;
			on.hidden = !answer.next_after;
			on.value = answer.next_after ?? '';
		} catch (error) {
			said.fail(error);
			return !isMissing(error);
		}
		return true;
	}
	return section(name, controls, said, grid, h('div.actions', first, on), command, { $tick: tick });
}

// A button that does something with one of them; its command shows on hovering.
const act = (said, id, name, address, method, done) => button(
	() => ask(address, { method }).then(() => said.say(`${id} ${done}.`, 'good'), said.fail),
	{ title: curl(address, { method }) }, name, unseen(` ${id}`));

function scheduled() {
	const topic = box('Topic', 'topic', { placeholder: 'any', change: () => here.tick('') });
	const said = outcome();
	const some = (text) => text ?? '';
	const here = part('Scheduled', 'scheduled', () => ({ topic: topic.control.value }), table('Scheduled records', (one) => one.id, 'Nothing waits for its time.',
		minor(words('Due', 'deliver_at', time)), num('From now', 'deliver_at', fromNow), fixed('Topic', (one) => link(at('topics', one.topic), one.topic)),
		minor(words('Key', 'key', some)), minor(words('Tag', 'tag', some)), minor(fixed('Value', (one) => h('span.preview', preview(one)))), minor(num('Size', 'bytes', bytes)),
		fixed('Cancel', ({ id }) => act(said, id, 'Take back', api`scheduled/${id}`, 'DELETE', 'is taken back'))), said, h('div.fields', topic));
	return here;
}

function undecided() {
	const said = outcome();
	const decide = (id, verb, name, done) => act(said, id, name, api`transactions/${id}/${verb}`, 'POST', done);
	return part('Undecided', 'transactions', () => ({ state: 'prepared' }), table('Half messages', (one) => one.id, 'All half messages are decided.',
		words('Id', 'id'), words('Producer group', 'producer_group'), words('Prepared', 'prepared_at', fromNow),
		minor(num('Records', 'records')), minor(num('Checks', 'checks')), minor(words('Next check', 'next_check', fromNow)),
		fixed('Decide', ({ id }) => h('span.actions', decide(id, 'commit', 'Commit', 'is committed'), decide(id, 'rollback', 'Roll back', 'is rolled back')))), said);
}

export async function waiting() {
	const all = [scheduled(), undecided()];
	const has = await Promise.all(all.map((one) => one.tick()));
	const there = all.filter((_, index) => has[index]);
	return h('div', head('Waiting'), there.length ? there : h('p.quiet', 'This server knows neither delayed nor half messages.'), {
		$tick: () => there.forEach((one) => one.tick()),
	});
}
