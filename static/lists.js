// All topics and all groups: the server searches and turns the pages.

import { at, button, drawn, fixed, h, head, link, minor, num, setText, table } from './dom.js';
import { bytes, compact, count, figure, plural } from './format.js';
import { ask, box, query } from './requests.js';
import { topicRate } from './live.js';

const PAGE = 50;

const named = (kind, name) => fixed(name, (one) => link(at(kind, one.name), one.name));

export const topicTable = (empty) => table('Topics', (one) => one.name, empty, named('topics', 'Topic'),
	minor(num('Partitions', 'partitions')), minor(num('Records/s', topicRate, figure)), num('Records', 'records', compact), num('Size', 'bytes', bytes));

export const groupTable = (empty) => table('Groups', (one) => one.name, empty, named('groups', 'Group'),
	num('Lag', 'lag'), num('In flight', 'in_flight'), minor(num('Waiting', 'waiting')),
	drawn('Dead', ({ dead }) => h(dead ? 'span.warn' : 'span', count(dead))));

// A list by name; the address keeps what is searched for and where the page begins.
function list(kind, name, given, grid, ...more) {
	let [search, after] = [given.get('search') ?? '', given.get('after') ?? ''];
	let before = [];
	let typing;
	const total = h('p.quiet', { role: 'status' });
	const back = button(() => go(before.pop() ?? ''), 'Back');
	const on = button(() => {
		before.push(after);
		go(on.value);
	}, 'Further');
	const field = box('Search', 'search', { type: 'search', value: search, placeholder: 'part of a name', input() {
		clearTimeout(typing);
		typing = setTimeout(() => {
			search = field.control.value.trim();
			before = [];
			go('');
		}, 200);
	} });
	async function tick() {
		const asked = query({ limit: PAGE, after, search });
		const answer = await ask(`/v1/${kind}${asked}`).catch((error) => setText(total, error.message));
		if (!answer || asked !== query({ limit: PAGE, after, search })) return;
		grid.update(answer[kind]);
		setText(total, plural(answer.total, kind.slice(0, -1)) + (search && ` with “${search}”`));
		back.disabled = !after;
		on.disabled = !answer.next_after;
		on.value = answer.next_after;
	}
	function go(to) {
		after = to;
		history.replaceState(null, '', `#/${kind}${query({ search, after })}`);
		tick();
	}
	return h('div', head(name, more), h('form.fields', { role: 'search', submit: (event) => event.preventDefault() }, field), total, grid,
		h('nav.actions', { 'aria-label': 'Pages' }, back, on), { $tick: tick });
}

export const topics = (given) => list('topics', 'Topics', given, topicTable('There are none.'), h('a.button', { href: '#/new-topic' }, 'New topic'));
export const groups = (given) => list('groups', 'Groups', given, groupTable('There are none: they come with the first receive.'));
