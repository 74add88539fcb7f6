// A topic made, or changed.

import { at, h, head, link } from './dom.js';
import { readable } from './format.js';
import { api, ask, box, choice, numberBox, requestForm } from './requests.js';

const DEFAULTS = {
	durability: 'disk', compression: 'none', retention_ms: 604800000, retention_bytes: null,
	segment_bytes: 1073741824, segment_ms: 604800000, max_record_bytes: 1048576,
};
const WORDS = {
	durability: [['disk', 'disk, synced'], ['memory', 'memory, written']], compression: [['none'], ['gzip'], ['lz4'], ['zstd']],
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

const form = (name, stands, verb, fields, request) => h('div', head(name), requestForm(name, verb, [fields, configFields(stands)], request,
	(answer) => [link(at('topics', answer.name), answer.name), ' stands.']));

export const newTopic = () => form('New topic', DEFAULTS, 'Make it', [
	box('Name', 'name', { maxlength: 249, required: true }, 'letters, digits, dots, dashes'), numberBox('Partitions', 'partitions', { value: 1 }, 'more later, never fewer'),
], (values) => ({
	method: 'PUT', address: api`topics/${values.name}`,
	body: { partitions: values.partitions, config: difference(values, DEFAULTS) },
}));

export async function changeTopic(_, name) {
	const address = api`topics/${name}`;
	const { config, partitions: { length } } = await ask(address);
	return form(`Change ${name}`, config, 'Change it', numberBox('Partitions', 'partitions', { value: length }, 'more, never fewer'), (values) => ({
		method: 'PATCH', address, body: { partitions: values.partitions === length ? undefined : values.partitions, config: difference(values, config) },
	}));
}
