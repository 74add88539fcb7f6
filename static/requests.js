// The server's own interface, as JSON, and the curl command for each request.

import { button, h, plural, setText, unseen } from './dom.js';

// Asks the server. Throws what its problem says (RFC 9457).
export async function ask(address, { body, method = body && 'POST', signal } = {}) {
	const headers = body && { 'Content-Type': 'application/json' };
	const response = await fetch(address, { method, signal, headers, cache: 'no-store', body: body && JSON.stringify(body) });
	const text = await response.text();
	const answer = text && JSON.parse(text);
	if (!response.ok) throw new Error(answer.detail);
	return answer;
}

// Parameters behind a `?`, those without a value left out.
export function query(parameters) {
	const pairs = Object.entries(parameters).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
	const text = String(new URLSearchParams(pairs.filter(([, value]) => value || value === 0)));
	return text && `?${text}`;
}

// An address of the interface: api`topics/${name}`, each part escaped.
export const api = (raw, ...parts) => `/v1/${String.raw({ raw }, ...parts.map(encodeURIComponent))}`;

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export const curl = (address, { method, body } = {}) => [
	'curl', method && `-X ${method}`, quote(location.origin + address),
	body && `-H 'Content-Type: application/json' -d ${quote(JSON.stringify(body))}`,
].filter(Boolean).join(' ');

// A command to look at and to copy; `show` gives it another.
export function curlBox(what, text) {
	const code = h('code', text);
	const said = h('span.good', { role: 'status' });
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(code.textContent);
		} catch {
			// Beyond loopback and without TLS there is no clipboard: the old way still works.
			getSelection().selectAllChildren(code);
			document.execCommand('copy');
		}
		setText(said, 'copied');
		setTimeout(setText, 2000, said, '');
	};
	return h('div.curl', h('pre', { tabindex: 0, role: 'group', 'aria-label': `curl command for ${what}` }, code),
		button(copy, 'Copy', unseen(` the curl command for ${what}`)), said, { $show: (command) => setText(code, command) });
}

export const field = (label, control, hint) => h('label.field', label, control, hint && h('small', hint));
export const box = (label, name, more, hint) => field(label, h('input', { name, autocomplete: 'off', spellcheck: 'false' }, more), hint);
export const numberBox = (label, name, more, hint) => box(label, name, { type: 'number', min: 0, ...more }, hint);
export const choice = (label, name, all, chosen) => field(label, h('select', { name }, all.map(([value, text = value]) =>
	h('option', { value, selected: String(value) === String(chosen) }, text))));

// A place in a log: a word, an offset or a time, and a field for those two while they are wanted.
export function placeFields(label, name, known, chosen, atOffset, atTime) {
	const [offset, time] = [numberBox('Offset', 'offset', { value: atOffset }), box('Time', 'time', { type: 'datetime-local', step: '0.001', value: atTime }, 'local time')];
	const show = () => {
		for (const one of [offset, time]) one.hidden = !(one.control.required = place.control.value === one.control.name);
	};
	const place = choice(label, name, [...known, ['offset', 'an offset'], ['time', 'a time']], chosen);
	place.addEventListener('change', show);
	show();
	return [place, offset, time];
}

// What a control holds, as the interface takes it; `undefined` where it is empty.
export function valueOf({ value, type, required, parentNode }) {
	const refuse = (why) => { throw new Error(`${parentNode.firstChild.textContent} ${why}.`); };
	if (!value) return required ? refuse('is missing') : undefined;
	if (type === 'datetime-local') return new Date(value).toISOString();
	if (type !== 'number') return value;
	return Number.isSafeInteger(+value) && +value >= 0 ? +value : refuse('must be a whole number');
}

// Words about what came of something, said aloud when they change.
export function outcome() {
	const element = h('p', { role: 'status', $say(words, kind = '') {
		element.className = kind;
		setText(element, words);
	}, $fail: (error) => element.say(error.message, 'bad') });
	return element;
}

// A form for one request: `request(values)` makes of the fields what `ask` and `curl` take, or throws
// what is wrong with them. The curl command follows each key. What cannot be undone wants the name
// `typed` first.
export function requestForm(name, verb, fields, request, done, typed) {
	const said = outcome();
	const command = curlBox(name);
	const proof = typed && box(`Type ${typed} to confirm`, '');
	const send = h(typed ? 'button.danger' : 'button.primary', verb);
	const wish = () => request(Object.fromEntries([...form.elements].map((control) => [control.name, valueOf(control)])));
	function input() {
		send.disabled = typed && proof.control.value !== typed;
		try {
			command.show(curl(...wish()));
		} catch (error) {
			command.show(`# ${error.message}`);
		}
	}
	async function submit(event) {
		event.preventDefault();
		try {
			const asked = ask(...wish());
			send.disabled = true;
			said.say('…');
			said.say(done(await asked), 'good');
		} catch (error) {
			said.fail(error);
		}
		input();
	}
	const form = h('form', { 'aria-label': name, novalidate: true, input, change: input, submit },
		h('div.fields', fields, proof), h('div.actions', send), said, command);
	input();
	return form;
}

// A button that opens a dialog; `inside` makes what is in it and gets the way to close it.
export const dialogButton = (label, title, inside) => button(() => {
	const close = () => dialog.close();
	const dialog = h('dialog', { 'aria-label': title, close: () => dialog.remove() },
		h('div.head', h('h2', title), button(close, 'Close')), inside(close));
	document.getElementById('main').append(dialog);
	dialog.showModal();
}, label);

// A button for one request that is thought over in a dialog, where its command shows.
export const deed = (verb, name, words, request, done, typed) => dialogButton([verb, unseen(` ${name}`)], `${verb} ${name}?`, (close) =>
	[h('p', words), requestForm(`${verb} ${name}`, verb, [], () => request, (answer) => {
		close();
		done(answer);
	}, typed)]);

// What an address lists, page by page, and the command for that. `show` puts an answer into `grid`
// and gives where the next page begins, if there is one; `turned` hears where one went.
export function pages(what, address, grid, show, turned) {
	const said = outcome();
	const command = curlBox(`${what}s`);
	const back = button(() => turn(before.pop()), 'Back');
	const on = button(() => turn(next, place), 'Further');
	let before = [];
	let next;
	let place = '';
	async function tick() {
		const where = address(place);
		command.show(curl(where));
		try {
			const answer = await ask(where);
			// One may have turned the page meanwhile.
			if (where !== address(place)) return;
			next = show(answer);
			said.say(answer.total >= 0 && plural(answer.total, what));
			back.hidden = !place;
			on.hidden = !next;
		} catch (error) {
			said.fail(error);
		}
	}
	function turn(to = '', ...from) {
		before = to ? [...before, ...from] : [];
		place = to;
		turned?.(to);
		tick();
	}
	return h('div', said, grid, h('nav.actions', { 'aria-label': `Pages of ${what}s` }, back, on), command, { $tick: tick, $turn: turn });
}

// All of a kind that match, a page at a time.
export const listing = (kind, what, parameters, grid, turned) =>
	pages(what, (after) => `/v1/${kind}${query({ limit: 50, ...parameters(), after })}`, grid, (answer) => {
		grid.update(answer[kind]);
		return answer.next_after;
	}, turned);
