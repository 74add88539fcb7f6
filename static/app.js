// The frame: which view an address means, and how we stand with the server.

import { h, head, link, setText } from './dom.js';
import { duration, time } from './format.js';
import { live, start } from './live.js';
import { overview } from './overview.js';

const [main, state, lost, server] = ['main', 'state', 'lost', 'server'].map((id) => document.getElementById(id));
const STATES = { connecting: 'connecting', live: 'live', polling: 'live, by asking', lost: 'connection lost' };
let view;
let shown;

// All but the first come when they are asked for.
const views = [
  [/^$/, () => overview()],
  [/^(topics|groups)$/, async (given, kind) => (await import('./lists.js'))[kind](given)],
  [/^new-topic$/, async () => (await import('./topic-form.js')).newTopic()],
  [/^topics\/([^/]+)$/, async (given, name) => (await import('./topic.js')).topic(name, given)],
  [/^topics\/([^/]+)\/produce$/, async (_, name) => (await import('./produce.js')).produce(name)],
  [/^topics\/([^/]+)\/change$/, async (_, name) => (await import('./topic-form.js')).changeTopic(name)],
  [/^groups\/([^/]+)$/, async (_, name) => (await import('./group.js')).group(name)],
  [/^waiting$/, async () => (await import('./waiting.js')).waiting()],
  [/^copies$/, async (given) => (await import('./comparison.js')).comparison(given)],
];

async function find(path, search) {
  try {
    for (const [pattern, make] of views) {
      const found = pattern.exec(path);
      if (found) return await make(new URLSearchParams(search), ...found.slice(1).map(decodeURIComponent));
    }
    throw new Error('There is no such view.');
  } catch (error) {
    return h('div', head('Not there'), h('p.bad', error.message), link('#/', 'To the overview'));
  }
}

const place = () => location.hash.slice(2).split('?');

async function show() {
  const [path, search] = place();
  const next = await find(path, search);
  // Somebody may have gone on meanwhile.
  if (place()[0] !== path) {
    next.close?.();
    return;
  }
  view?.close?.();
  view = next;
  main.replaceChildren(view);
  const title = main.querySelector('h1');
  document.title = `${title.textContent} · Sluice`;
  for (const anchor of document.querySelectorAll('nav a')) {
    anchor.ariaCurrent = path.split('/')[0] === anchor.hash.slice(2) ? 'page' : null;
  }
  view.tick?.();
  // Whoever goes on by keyboard or by ear begins at the new heading.
  if (shown !== undefined && shown !== path) {
    scrollTo(0, 0);
    title.focus();
  }
  shown = path;
}

function tell() {
  const { status } = live;
  const isLost = live.state === 'lost';
  state.className = live.state;
  setText(state, STATES[live.state]);
  document.body.classList.toggle('stale', isLost);
  lost.hidden = !isLost;
  setText(lost, isLost ? `${live.reason ?? 'The connection to the server is lost.'} `
    + `${status ? `The figures are those of ${time(live.lostAt).slice(11, 19)}. ` : ''}Trying again.` : '');
  if (status) setText(server, `Sluice ${status.version}, ${status.phase}, up ${duration(status.uptime_ms)}`);
  if (!isLost) view?.tick?.();
}

addEventListener('hashchange', show);
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
show();
start(tell);
