// Small pictures, drawn by hand.

import { h, svg } from './dom.js';

const WIDTH = 240;
const HEIGHT = 40;
const SECONDS = 120;

/** A line over the last two minutes; `update` takes points as [seconds ago, value]. */
export function sparkline(name, kind = '') {
  const [area, line] = ['area', 'line'].map((part) => svg('path', { class: part }));
  return svg('svg', {
    class: `spark ${kind}`, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${name}, the last two minutes`,
    $update(points) {
      const known = points.filter(([, value]) => value !== null);
      const most = Math.max(1e-9, ...known.map(([, value]) => value));
      const x = ([ago]) => (WIDTH * (1 - ago / SECONDS)).toFixed(1);
      const path = known.map((point) => `${x(point)} ${(HEIGHT - 2 - (HEIGHT - 5) * (point[1] / most)).toFixed(1)}`).join('L');
      line.setAttribute('d', path && `M${path}`);
      area.setAttribute('d', path && `M${path}L${x(known.at(-1))} ${HEIGHT}L${x(known[0])} ${HEIGHT}Z`);
    },
  }, area, line);
}

/** A bar of a part of the whole. The figure stands beside it, so it says nothing aloud. */
export function bar(part, kind = '') {
  const full = h('span');
  full.style.width = `${Math.min(1, part || 0) * 100}%`;
  return h(`span.bar ${kind}`, { 'aria-hidden': 'true' }, full);
}

/** A figure with a bar below it. */
export const measured = (text, part, kind) => h('span.measured', text, bar(part, kind));
