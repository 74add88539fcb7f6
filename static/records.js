// Records to look through: by offset, by time, by tag, and by key.

import { at, button, bytes, count, facts, h, link, plural, setText, time, unseen } from './dom.js';
import { api, ask, box, choice, curl, curlBox, outcome, placeFields, query, valueOf } from './requests.js';

const PAGE = 25;
// Room for a page of large records: by default an answer ends at a mebibyte.
const PAGE_BYTES = 1 << 26;

// A record on one line; opened, all of it. `fate` is what became of it elsewhere.
export function recordItem(record, topic, partition, fate) {
	const where = api`topics/${topic}/partitions/${partition}/records/${record.offset}`;
	const key = record.key === null ? '' : preview(record, 'key');
	return h('li', h('details', h('summary',
		h('span.offset', unseen('offset '), count(record.offset)), h('span.quiet', time(record.timestamp)),
		h('span', record.tag && unseen('tag '), record.tag), h('span', key && unseen('key '), key),
		h('span.preview', fate && h('span.quiet', fate), preview(record))), { toggle({ target }) {
		if (target.childElementCount > 1) return;
		target.append(valueView(record), facts(record.headers, (_, value) => value?.base64 ?? value),
			link(`${where}/value`, 'The bare value'), curlBox(`record ${record.offset}`, curl(where)));
	} }));
}

export function recordList() {
	const names = h('div.names', { 'aria-hidden': 'true' }, ['Offset', 'Time', 'Tag', 'Key', 'Value'].map((name) => h('span', name)));
	const list = h('ol');
	return h('div.records', names, list, { $show(items) {
		names.hidden = !items.length;
		list.replaceChildren(...items);
	} });
}

export function recordBrowser(topic, partitions, given) {
	let scan;
	let page;
	const was = (name) => given.get(name) ?? '';
	const fields = [
		choice('Partition', 'partition', partitions.map((one) => [one.partition]), was('partition') || 0),
		...placeFields('From', 'from', [['newest', 'the newest'], ['earliest', 'the oldest']], was('from') || (was('offset') ? 'offset' : 'newest'), was('offset'), was('time')),
		...['Tag', 'Key'].map((name) => box(name, name.toLowerCase(), { value: was(name.toLowerCase()), placeholder: 'any' })),
	];
	const [partition, from, offset, when, tag, key] = fields.map((field) => field.control);
	const records = recordList();
	const said = outcome();
	const command = curlBox('these records');
	function turn(to) {
		from.value = 'offset';
		offset.value = to;
		from.dispatchEvent(new Event('change', { bubbles: true }));
	}
	const older = button(() => (page.scanned ? go(page.next) : turn(Math.max(page.start, page.first - PAGE))), 'Older');
	const newer = button(() => (page.scanned ? go() : turn(page.next)), 'Newer');

	function place() {
		const { log_start_offset: start, high_watermark: end } = partitions[partition.value];
		return {
			newest: { offset: Math.max(start, end - PAGE) }, earliest: { offset: 'earliest' },
			offset: { offset: valueOf(offset) }, time: { from: valueOf(when) },
		}[from.value];
	}
	function show(found, where) {
		records.show(found.records.map((record) => recordItem(record, topic, record.partition ?? partition.value, where.key && `partition ${record.partition} `)));
		const words = plural(found.records.length, 'record');
		if (where.key) {
			page = found;
			said.say(`${words} with this key among ${count(found.scanned)} looked at in all partitions${found.is_complete ? '' : '; Older goes on'}.`);
			older.disabled = found.is_complete;
			newer.disabled = !where.before;
			return;
		}
		const { next_offset: next, log_start_offset: start, high_watermark: end } = found;
		page = { first: found.records[0]?.offset ?? next, next, start, end };
		said.say(`${words}. The log has ${count(start)} to ${count(end)}.`);
		older.disabled = page.first <= start;
		newer.disabled = next >= end;
	}
	async function go(before) {
		scan?.abort();
		scan = new AbortController();
		for (const control of [partition, from, offset, when]) control.disabled = !!key.value;
		try {
			const where = key.value ? { key: key.value, before } : { ...place(), max_bytes: PAGE_BYTES };
			const address = (key.value ? api`topics/${topic}` : api`topics/${topic}/partitions/${partition.value}`)
				+ '/records' + query({ ...where, tag: tag.value.split(/\s*,\s*/), values: 'text', max_records: PAGE });
			command.show(curl(address));
			if (form.isConnected) history.replaceState(null, '', at('topics', topic) + query(Object.fromEntries(new FormData(form))));
			show(await ask(address, { signal: scan.signal }), where);
		} catch (error) {
			if (error.name === 'AbortError') return;
			records.show([]);
			said.fail(error);
		}
	}
	const form = h('form.fields', { 'aria-label': 'Which records', submit(event) {
		event.preventDefault();
		go();
	}, novalidate: true }, fields, h('div.actions', h('button.primary', 'Show'), older, newer));
	// A place that is still to be typed is waited for.
	for (const field of fields.slice(0, 2)) field.addEventListener('change', () => [offset, when].some((one) => one.required && !one.value) || go());
	go();
	return h('div', form, said, records, command, {
		$close: () => scan.abort(),
		$know(now) {
			partitions = now;
			// What was the end may not be any more.
			if (page?.end) newer.disabled = page.next >= partitions[partition.value].high_watermark;
		},
	});
}

const HEX_MAX = 16384;

// Each number stays as it was written: JavaScript's own would lose digits.
export const exactly = (text) => JSON.parse(text, (_, value, { source }) => (typeof value === 'number' ? JSON.rawJSON(source) : value));

// JSON over several lines; null for what is no object or array.
function laidOut(text) {
	if (!/^\s*[{[]/.test(text)) return null;
	try {
		return JSON.stringify(exactly(text), null, 2);
	} catch {
		return null;
	}
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const hexOf = (data) => [...data].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

function hex(data) {
	const lines = [];
	for (let place = 0; place < Math.min(data.length, HEX_MAX); place += 16) {
		const part = data.subarray(place, place + 16);
		const letters = String.fromCharCode(...part).replace(/[^ -~]/g, '.');
		lines.push(`${place.toString(16).padStart(8, '0')}  ${hexOf(part).padEnd(48)} ${letters}`);
	}
	return lines.join('\n') + (data.length > HEX_MAX ? `\n… of ${bytes(data.length)}` : '');
}

export function preview(record, name = 'value') {
	const coded = record[`${name}_base64`];
	if (coded !== undefined) return hexOf(fromBase64(coded).subarray(0, 32));
	const value = record[name];
	return typeof value === 'string' ? value.slice(0, 300) : JSON.stringify(value ?? null);
}

function valueView(record) {
	const isText = record.value_base64 === undefined;
	if (isText && record.value === null) return h('p.quiet', 'The value is null.');
	const data = isText ? new TextEncoder().encode(record.value) : fromBase64(record.value_base64);
	const nice = isText && laidOut(record.value);
	const forms = [nice && ['JSON', () => nice], isText && ['Text', () => record.value], ['Hex', () => hex(data)]].filter(Boolean);
	const shown = h('pre.value', { tabindex: 0, role: 'group', 'aria-label': `value of record ${record.offset}` });
	const buttons = forms.map(([name, make]) => button(() => {
		setText(shown, make());
		for (const one of buttons) one.ariaPressed = String(one.textContent === name);
	}, name));
	buttons[0].click();
	return h('div', h('div.actions', { role: 'group', 'aria-label': 'Form of the value' }, buttons, h('span.quiet', bytes(data.length))), shown);
}
