// Forms: fields with labels, an answer that is said aloud, and the command that does the same.

import { h } from './dom.js';
import { ask, curl, curlBox } from './api.js';

let ids = 0;

/** A label with its control and a hint, where there is one. */
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

/** Words about what came of something, said aloud. */
export function outcome() {
  const element = h('p', { role: 'status', $say(words, kind = '') {
    element.className = kind;
    element.replaceChildren(...[words].flat());
  }, $fail: (error) => element.say(error.message, 'bad') });
  return element;
}

/**
 * A form for one request: `request(values)` makes `{address, method, body}` of the fields, or throws
 * what is wrong with them. The curl command follows each key.
 */
export function requestForm(name, verb, fields, request, done, kind = 'primary') {
  const said = outcome();
  const command = curlBox(name);
  const send = h(`button.${kind}`, verb);
  const wish = () => request(Object.fromEntries(new FormData(form)));
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
      const { address, sure, ...rest } = wish();
      if (sure && !confirm(sure)) return;
      send.disabled = true;
      said.say('…');
      said.say(done(await ask(address, rest)), 'good');
    } catch (error) {
      said.fail(error);
    }
    send.disabled = false;
  }
  const form = h('form', { 'aria-label': name, novalidate: true, input, submit, $follow: input },
    h('div.fields', fields), h('div.actions', send), said, command);
  input();
  return form;
}

/** A whole number out of a field; `undefined` where it is empty. */
export function number(text, name) {
  if (!text) return undefined;
  if (!Number.isSafeInteger(+text) || +text < 0) throw new Error(`${name} must be a whole number.`);
  return +text;
}

export function needed(text, name) {
  if (!text) throw new Error(`${name} is missing.`);
  return text;
}

/** RFC 3339 out of a field for date and time, which speaks of local time. */
export const moment = (text) => new Date(needed(text, 'The time')).toISOString();
