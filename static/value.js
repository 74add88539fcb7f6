// A record's value: JSON laid out, text as it is, bytes in hex.

import { button, h, setText } from './dom.js';
import { bytes as size } from './format.js';

const HEX_MAX = 16384;
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * JSON over several lines; null for what is no object or array. Each number stays as it was written:
 * JavaScript's own would lose digits.
 */
function laidOut(text) {
  try {
    if (!/^\s*[{[]/.test(text)) return null;
    JSON.parse(text);
  } catch {
    return null;
  }
  let depth = 0;
  let before = ' ';
  let out = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = '}]'.includes(token);
    const wasOpened = '{['.includes(before);
    if (closes) depth -= 1;
    // Nothing stands between the brackets of what is empty.
    if (closes ? !wasOpened : wasOpened || before === ',') out += `\n${'  '.repeat(depth)}`;
    out += token === ':' ? ': ' : token;
    if ('{['.includes(token)) depth += 1;
    before = token;
  }
  return out;
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const hexOf = (data) => [...data].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Sixteen bytes a line: place, hex, ASCII. */
function hex(data) {
  const lines = [];
  for (let place = 0; place < Math.min(data.length, HEX_MAX); place += 16) {
    const part = data.subarray(place, place + 16);
    const letters = [...part].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'));
    lines.push(`${place.toString(16).padStart(8, '0')}  ${hexOf(part).padEnd(48)} ${letters.join('')}`);
  }
  return lines.join('\n') + (data.length > HEX_MAX ? `\n… of ${size(data.length)}` : '');
}

/** One line of a value, or of a key. */
export function preview(record, name = 'value') {
  const coded = record[`${name}_base64`];
  if (coded !== undefined) return hexOf(fromBase64(coded).subarray(0, 32));
  const value = record[name];
  return typeof value === 'string' ? value.slice(0, 300) : JSON.stringify(value ?? null);
}

/** The whole of it, in whichever form one asks for. */
export function valueView(record) {
  const isText = record.value_base64 === undefined;
  if (isText && record.value === null) return h('p.quiet', 'The value is null.');
  const data = isText ? new TextEncoder().encode(record.value) : fromBase64(record.value_base64);
  const nice = isText && laidOut(record.value);
  const forms = [nice && ['JSON', () => nice], isText && ['Text', () => record.value], ['Hex', () => hex(data)]].filter(Boolean);
  const shown = h('pre.value', { tabindex: 0, role: 'region', 'aria-label': `value of record ${record.offset}` });
  const buttons = forms.map(([name, make]) => button(() => {
    setText(shown, make());
    for (const one of buttons) one.ariaPressed = String(one.textContent === name);
  }, name));
  buttons[0].click();
  return h('div', h('div.actions', { role: 'group', 'aria-label': 'Form of the value' }, buttons, h('span.quiet', size(data.length))), shown);
}
