// The server's own interface, as JSON, and the curl command for each request.

import { button, h, setText, unseen } from './dom.js';

/** Asks the server. Throws what its problem says (RFC 9457), with the `code`. */
export async function ask(address, { method, body, signal } = {}) {
  const headers = body && { 'Content-Type': 'application/json' };
  const response = await fetch(address, { method, signal, headers, cache: 'no-store', body: body && JSON.stringify(body) });
  const text = await response.text();
  const answer = text && JSON.parse(text);
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.detail), { code: answer.code });
}

/** True when the server has no such operation. */
export const isMissing = ({ code }) => code === 'not_found' || code === 'not_supported_yet';

/** Parameters behind a `?`, those without a value left out. */
export function query(parameters) {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  const text = String(new URLSearchParams(pairs.filter(([, value]) => value || value === 0)));
  return text && `?${text}`;
}

/** An address of the interface: api`topics/${name}`, each part escaped. */
export const api = (raw, ...parts) => `/v1/${String.raw({ raw }, ...parts.map(encodeURIComponent))}`;

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The command for a request. */
export const curl = (address, { method, body } = {}) => [
  'curl', method && !(method === 'POST' && body) && `-X ${method}`, quote(location.origin + address),
  body && `-H 'Content-Type: application/json' -d ${quote(JSON.stringify(body))}`,
].filter(Boolean).join(' ');

/** A command to look at and to copy; `show` gives it another. */
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
  return h('div.curl', h('pre', { tabindex: 0, role: 'region', 'aria-label': `curl command for ${what}` }, code),
    button(copy, 'Copy', unseen(` the curl command for ${what}`)), said, { $show: (command) => setText(code, command) });
}
