// A topic made, or changed.

import { at, h, head, link } from './dom.js';
import { bytes, duration } from './format.js';
import { api, ask } from './api.js';
import { box, choice, needed, number, numberBox, requestForm } from './form.js';

const DEFAULTS = {
  durability: 'disk', compression: 'none', retention_ms: 604800000, retention_bytes: null,
  segment_bytes: 1073741824, segment_ms: 604800000, max_record_bytes: 1048576,
};
const WORDS = {
  durability: [['disk', 'disk: answered when synced'], ['memory', 'memory: when written']], compression: [['none'], ['gzip'], ['lz4'], ['zstd']],
};
// What may be empty: then it has no limit.
const isEndless = (name) => name.startsWith('retention');

const configFields = (config) => Object.keys(DEFAULTS).map((name) => {
  if (WORDS[name]) return choice(name, name, WORDS[name], config[name]);
  const field = numberBox(name, name, { value: config[name], input: () => tell() }, '–');
  const tell = () => {
    const { value } = field.control;
    field.lastChild.textContent = value ? (name.endsWith('ms') ? duration : bytes)(+value) : isEndless(name) ? 'no limit' : 'needed';
  };
  tell();
  return field;
});

/** The fields that differ from what stands; `undefined` where none does. */
function difference(values, config) {
  const changed = {};
  for (const name in DEFAULTS) {
    const value = WORDS[name] ? values[name] : number(isEndless(name) ? values[name] : needed(values[name], name), name) ?? null;
    if (value !== config[name]) changed[name] = value;
  }
  return Object.keys(changed).length ? changed : undefined;
}

const form = (name, stands, verb, fields, request) => h('div', head(name), requestForm(name, verb, [fields, configFields(stands)], request,
  (answer) => [link(at('topics', answer.name), answer.name), ' stands.']));

export const newTopic = () => form('New topic', DEFAULTS, 'Make it', [
  box('Name', 'name', { maxlength: 249 }, 'letters, digits, dots, dashes'), numberBox('Partitions', 'partitions', { value: 1 }, 'more later, never fewer'),
], (values) => ({
  method: 'PUT', address: api`topics/${needed(values.name, 'The name')}`,
  body: { partitions: number(values.partitions, 'Partitions'), config: difference(values, DEFAULTS) },
}));

export async function changeTopic(name) {
  const address = api`topics/${name}`;
  const { config, partitions: { length } } = await ask(address);
  return form(`Change ${name}`, config, 'Change it', numberBox('Partitions', 'partitions', { value: length }, 'more, never fewer'), (values) => {
    const partitions = number(values.partitions, 'Partitions');
    return { method: 'PATCH', address, body: { partitions: partitions === length ? undefined : partitions, config: difference(values, config) } };
  });
}
