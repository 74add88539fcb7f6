// The server's own interface, as JSON, and the curl command for each request.

import { button, h, setText, unseen } from './dom.js';

// Asks the server. Throws what its problem says (RFC 9457), with the `code`.
export async function ask(address, { method, body, signal } = {}) {
	const headers = body && { 'Content-Type': 'application/json' };
	const response = await fetch(address, { method, signal, headers, cache: 'no-store', body: body && JSON.stringify(body) });
	const text = await response.text();
	const answer = text && JSON.parse(text);
	if (response.ok) return answer;
	throw Object.assign(new Error(answer.detail), { code: answer.code });
}

export const isMissing = ({ code }) => code === 'not_found' || code === 'not_supported_yet';

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
	'curl', method && !(method === 'POST' && body) && `-X ${method}`, quote(location.origin + address),
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

let ids = 0;

export function field(label, $control, hint) {
	const id = `f${ids += 1}`;
	$control.id = id;
	if (hint) $control.setAttribute('aria-describedby', `${id}h`);
	return h('div.field', h('label', { for: id }, label), $control, hint && h('small', { id: `${id}h` }, hint), { $control });
}

export const box = (label, name, more, hint) => field(label, h('input', { name, autocomplete: 'off', spellcheck: 'false' }, more), hint);
export const numberBox = (label, name, more, hint) => box(label, name, { type: 'number', min: 0, ...more }, hint);
export const timeBox = () => box('Time', 'time', { type: 'datetime-local', step: '0.001' }, 'local time');
export const choice = (label, name, all, chosen) => field(label, h('select', { name }, all.map(([value, text = value]) =>
	h('option', { value, selected: String(value) === String(chosen) }, text))));

// What a control holds, as the interface takes it; `undefined` where it is empty.
export function valueOf({ value, type, required, labels }) {
	const refuse = (why) => { throw new Error(`${labels[0].textContent} ${why}.`); };
	if (!value) return required ? refuse('is missing') : undefined;
	if (type === 'datetime-local') return new Date(value).toISOString();
	if (type !== 'number') return value;
	return Number.isSafeInteger(+value) && +value >= 0 ? +value : refuse('must be a whole number');
}

// Words about what came of something, said aloud.
export function outcome() {
	const element = h('p', { role: 'status', $say(words, kind = '') {
		element.className = kind;
		element.replaceChildren(...[words].flat());
	}, $fail: (error) => element.say(error.message, 'bad') });
	return element;
}

// A form for one request: `request(values)` makes `{address, method, body}` of the fields, or throws
// what is wrong with them. The curl command follows each key.
export function requestForm(name, verb, fields, request, done) {
	const said = outcome();
	const command = curlBox(name);
	const send = h('button.primary', verb);
	const wish = () => request(Object.fromEntries([...form.elements].map((control) => [control.name, valueOf(control)])));
	function input() {
		try {
			command.show(curl(wish().address, wish()));
		} catch (error) {
			command.show(`# ${error.message}`);
		}
	}
	async function submit(event) {
		event.preventDefault();
		try {
			const { address, ...rest } = wish();
			send.disabled = true;
			said.say('…');
			said.say(done(await ask(address, rest)), 'good');
		} catch (error) {
			said.fail(error);
		}
		send.disabled = false;
	}
	const form = h('form', { 'aria-label': name, novalidate: true, input, change: input, submit },
		h('div.fields', fields), h('div.actions', send), said, command);
	input();
	return form;
}
