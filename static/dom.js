// Elements, made without ever reading a text as markup: what comes out of records stays text.

import { count } from './format.js';

function fill(element, children) {
  for (const child of children.flat(9)) {
    if (child === null || child === undefined || child === false) continue;
    if (Object.getPrototypeOf(child) !== Object.prototype) element.append(child);
    else for (const [name, value] of Object.entries(child)) {
      if (name[0] === '$') element[name.slice(1)] = value;
      else if (typeof value === 'function') element.addEventListener(name, value);
      else if (value || value === 0 || value === '') element.setAttribute(name, value === true ? '' : value);
    }
  }
  return element;
}

/**
 * An element, `p.quiet` with a class. What follows are children, and plain objects of attributes, of
 * listeners and, with a `$` before the name, of methods.
 */
export function h(tag, ...rest) {
  const [name, kind] = tag.split('.');
  return fill(document.createElement(name), [kind && { class: kind }, rest]);
}

export const svg = (tag, ...rest) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), rest);
export const link = (href, ...words) => h('a', { href }, words);
export const unseen = (text) => h('span.unseen', text);
export const button = (click, ...words) => h('button', { type: 'button', click }, words);
export const fold = (name, ...inside) => h('details', h('summary', name), inside);
export const head = (name, ...rest) => h('div.head', h('h1', { tabindex: -1 }, name), rest);

/** An address within the page: each part escaped. */
export const at = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function section(name, ...inside) {
  const id = name.replaceAll(' ', '-');
  return h('section.card', { 'aria-labelledby': id }, h('h2', { id }, name), inside);
}

/** Names with figures; `show` takes the figures in the order of the names. */
export function facts(...names) {
  const values = names.map(() => h('dd', '–'));
  return h('dl', names.map((name, index) => h('div', h('dt', name), values[index])), {
    $show: (...texts) => texts.forEach((text, index) => setText(values[index], text)),
  });
}

export function config(settings, formats = {}) {
  const list = facts(...Object.keys(settings));
  list.show(...Object.entries(settings).map(([name, value]) => (value === null ? '–' : (formats[name] ?? String)(value))));
  return list;
}

const pick = (of, format) => (item) => format(of.call ? of(item) : item[of]);

// Columns of a table: a text; a figure; a node made once; a node made anew with each figure; one that
// is left out where there is little room.
export const words = (name, of, format = String) => ({ name, text: pick(of, format) });
export const num = (name, of, format = count) => ({ name, number: true, text: pick(of, format) });
export const fixed = (name, node) => ({ name, node, once: true });
export const drawn = (name, node) => ({ name, node, number: true });
export const minor = (column) => ({ ...column, minor: true });

/**
 * A table whose rows stay the same elements while their figures change, so that a focus or a
 * selection in it lives on. `key` tells the items apart.
 */
export function table(caption, key, empty, ...columns) {
  let rows = new Map();
  const kind = (column) => ({ class: ['number', 'minor'].filter((word) => column[word]).join(' ') || null });
  const body = h('tbody');
  const grid = h('table', h('caption.unseen', caption),
    h('thead', h('tr', columns.map((column) => h('th', { scope: 'col' }, kind(column), column.name)))), body);
  const nothing = h('p.quiet', empty);
  const makeRow = (item) => h('tr', columns.map((column, index) =>
    h(index ? 'td' : 'th', kind(column), !index && { scope: 'row' }, column.once && column.node(item))));

  function update(items) {
    const kept = new Map(items.map((item) => [key(item), rows.get(key(item)) ?? makeRow(item)]));
    for (const [id, row] of rows) if (!kept.has(id)) row.remove();
    rows = kept;
    items.forEach((item, place) => {
      const row = rows.get(key(item));
      columns.forEach((column, index) => {
        if (column.text) setText(row.cells[index], column.text(item));
        else if (!column.once) row.cells[index].replaceChildren(column.node(item));
      });
      if (body.children[place] !== row) body.insertBefore(row, body.children[place] ?? null);
    });
    grid.hidden = !items.length;
    nothing.hidden = !grid.hidden;
  }
  update([]);
  return h('div.table', { role: 'region', 'aria-label': caption, tabindex: 0, $update: update }, grid, nothing);
}
