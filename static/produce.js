// A record of one's own.

import { at, h, head, link } from './dom.js';
import { count } from './format.js';
import { api, box, choice, field, numberBox, query, requestForm } from './requests.js';

const headersOf = (text) => text && Object.fromEntries(text.split('\n').filter((line) => line.trim()).map((line) => {
	const [, name, value] = /^\s*([^:]+?)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
	if (!name) throw new Error(`“${line}” is no header: a name, a colon and a value.`);
	return [name, value];
}));

const valueAs = {
	text: (value = '') => ({ value }), json: (text) => ({ value: JSON.parse(text) }),
	base64: (text) => ({ value_base64: text.trim() }), null: () => ({ value: null }),
};

export function produce(_, topic) {
	const area = (name, rows) => h('textarea', { name, rows, spellcheck: 'false' });
	const none = { placeholder: 'none' };
	return h('div', head('Produce', link(at('topics', topic), topic)), requestForm(`Produce to ${topic}`, 'Produce', [
		h('div.wide', field('Value', area('value', 6))),
		choice('The value is', 'form', [['text'], ['json', 'JSON'], ['base64', 'bytes, in base64'], ['null']]),
		box('Key', 'key', none, 'picks the partition'), box('Tag', 'tag', none),
		numberBox('Partition', 'partition', { placeholder: 'by key, or in turn' }), box('Delay', 'delay', none, 'such as 30s or 2h'),
			h('div.wide', field('Headers', area('headers', 2), 'name: value, one a line')),
	], ({ value, form, headers, ...rest }) => ({
		method: 'POST', address: api`topics/${topic}/records`, body: { records: [{ ...valueAs[form](value), headers: headersOf(headers), ...rest }] },
	}), ({ partitions: [stored] = [] }) => {
		if (stored?.base_offset === undefined) return 'It waits for its time.';
		const { partition, base_offset: offset } = stored;
		return [`Stored in partition ${partition} at offset `, link(at('topics', topic) + query({ partition, offset }), count(offset))];
	}));
}
