// Elements, made without ever reading a text as markup: what comes out of records stays text. And
// figures and times as people read them.

const isGiven = (value) => (value ?? false) !== false;

function fill(element, ...children) {
	for (const child of children.flat(9).filter(isGiven)) {
		if (child.constructor !== Object) element.append(child);
		else for (const [name, value] of Object.entries(child).filter((pair) => isGiven(pair[1]))) {
			if (name[0] === '$') element[name.slice(1)] = value;
			else if (value.call) element.addEventListener(name, value);
			else element.setAttribute(name, value === true ? '' : value);
		}
	}
	return element;
}

// An element, `p.quiet` with a class. What follows are children, and plain objects of attributes, of
// listeners and, with a `$` before the name, of methods.
export function h(tag, ...rest) {
	const [name, kind] = tag.split('.');
	return fill(document.createElement(name), kind && { class: kind }, rest);
}

export const link = (href, ...words) => h('a', { href }, words);
export const unseen = (text) => h('span.unseen', text);
export const button = (click, ...words) => h('button', { type: 'button', click }, words);
export const head = (name, ...rest) => h('div.head', h('h1', { tabindex: -1 }, name), rest);

export const at = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;

// Gives an element other content if that reads otherwise, so that nobody hears, or selects, anew
// what has stayed the same.
export function setText(element, ...content) {
	const next = h('p', content);
	if (element.textContent !== next.textContent) element.replaceChildren(...next.childNodes);
}

export function section(name, ...inside) {
	const id = name.replaceAll(' ', '-');
	return h('section.card', { 'aria-labelledby': id }, h('h2', { id }, name), inside);
}

export function facts(known = {}, format = (_, value) => value) {
	const list = h('dl', { $show: (figures) => setText(list, Object.entries(figures).map(([name, value]) =>
		h('div', h('dt', name), h('dd', [format(name, value) ?? '–'].flat().join(' '))))) });
	list.show(known);
	return list;
}

const pick = (of, item) => (of.call ? of(item) : item[of]);

// Columns of a table: a text; a figure; a figure above a bar that compares it with the others; a node
// made once; one that is left out where there is little room.
export const words = (name, of, format = String) => ({ name, kind: '', draw: (cell, item) => setText(cell, format(pick(of, item))) });
export const num = (name, of, format = count) => ({ ...words(name, of, format), kind: 'number' });
export const compared = (name, of, format) => ({ name, kind: 'number', draw: (cell, item, items) => cell.replaceChildren(h('span.measured',
	format(pick(of, item)), bar(pick(of, item) / Math.max(...items.map((one) => pick(of, one))), item.strategy))) });
export const fixed = (name, make) => ({ name, kind: '', make });
export const minor = (column) => ({ ...column, kind: `${column.kind} minor` });

// A table whose rows stay the same elements while their figures change, so that a focus or a
// selection in it lives on. `key` tells the items apart.
export function table(caption, key, empty, ...columns) {
	let rows = new Map();
	const body = h('tbody');
	const grid = h('table', h('caption.unseen', caption),
		h('thead', h('tr', columns.map(({ name, kind }) => h('th', { scope: 'col', class: kind }, name)))), body);
	const nothing = h('p.quiet', empty);
	const makeRow = (item) => h('tr', columns.map(({ kind, make }, index) =>
		h(index ? 'td' : 'th', { class: kind, scope: index ? null : 'row' }, make?.(item))));

	function update(items) {
		const kept = new Map(items.map((item) => [key(item), rows.get(key(item)) ?? makeRow(item)]));
		for (const [id, row] of rows) if (!kept.has(id)) row.remove();
		rows = kept;
		items.forEach((item, place) => {
			const row = rows.get(key(item));
			columns.forEach(({ draw }, index) => draw?.(row.cells[index], item, items));
			if (body.children[place] !== row) body.insertBefore(row, body.children[place] ?? null);
		});
		grid.hidden = !items.length;
		nothing.hidden = !grid.hidden;
	}
	update([]);
	return h('div.table', { role: 'group', 'aria-label': caption, tabindex: 0, $update: update }, grid, nothing);
}

// A line over the last two minutes; `update` takes points as [seconds ago, value].
export function sparkline(name, kind = '') {
	const svg = (tag, ...rest) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), rest);
	const [area, line] = ['area', 'line'].map((part) => svg('path', { class: part }));
	return svg('svg', {
		class: `spark ${kind}`, viewBox: '0 0 120 40', preserveAspectRatio: 'none', role: 'img', 'aria-label': `${name}, the last two minutes`,
		$update(points) {
			const known = points.filter(([, value]) => value !== null);
			const most = Math.max(1e-9, ...known.map(([, value]) => value));
			const x = ([ago]) => (120 - ago).toFixed(1);
			const path = known.map((point) => `${x(point)} ${(38 - 35 * (point[1] / most)).toFixed(1)}`).join('L');
			line.setAttribute('d', path && `M${path}`);
			area.setAttribute('d', path && `M${path}L${x(known.at(-1))} 40L${x(known[0])} 40Z`);
		},
	}, area, line);
}

// A bar of a part of the whole. The figure stands beside it, so it says nothing aloud.
export const bar = (part, kind = '') => h(`span.bar ${kind}`, { 'aria-hidden': 'true' },
	h('span', { $style: `width:${Math.min(1, part || 0) * 100}%` }));

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const known = (format) => (number) => (Number.isFinite(number) ? format(number) : '–');

function short(number) {
	if (Math.abs(number) >= 1000 || number === 0) return whole.format(number);
	return Math.abs(number) < 0.001 ? number.toExponential(1) : String(Number(number.toPrecision(3)));
}

const scaled = (...units) => known((number) => {
	let index = 0;
	for (; Math.abs(number) >= 1000 && index < units.length - 1; index += 1) number /= 1000;
	return `${short(number)} ${units[index]}`.trim();
});

export const figure = known(short);
export const count = known(whole.format);
export const compact = scaled('', 'k', 'M', 'G', 'T');
export const bytes = scaled('B', 'kB', 'MB', 'GB', 'TB', 'PB');
export const percent = (part) => `${short(part * 100)} %`;
export const plural = (number, one) => `${count(number)} ${one}${number === 1 ? '' : 's'}`;

export const duration = known((milliseconds) => {
	if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
	let seconds = Math.round(milliseconds / 1000);
	const parts = [];
	for (const [name, size] of [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]) {
		if (seconds >= size) parts.push(`${Math.floor(seconds / size)} ${name}`);
		seconds %= size;
	}
	return parts.slice(0, 2).join(' ');
});

// Local time, sortable by eye: 2026-01-31 13:05:09.250.
export function time(moment) {
	const date = new Date(moment ?? NaN);
	return known(() => new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 23).replace('T', ' '))(+date);
}

export const fromNow = (moment) => {
	if (!moment) return '–';
	const distance = new Date(moment) - Date.now();
	return distance < 0 ? `${duration(-distance)} ago` : `in ${duration(distance)}`;
};

// A field of a config, by what its name says of its unit.
export const readable = (name, value) => (value === null ? 'no limit' : name.endsWith('_ms') ? duration(value) : name.endsWith('_bytes') ? bytes(value) : value);
