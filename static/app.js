// The frame: which view an address means, and how we stand with the server.

import { duration, h, head, link, setText, time } from './dom.js';
import { live, start } from './live.js';
import './overview.js';

const [main, state, lost, server] = ['main', 'state', 'lost', 'server'].map((id) => document.getElementById(id));
let view;
let shown;

// The module that has a view, and its function where that is not called so.
const VIEWS = {
	'': 'overview', topics: 'overview topics', groups: 'overview groups', waiting: 'waiting', copies: 'comparison', 'new-topic': 'topic newTopic',
	'topics/*': 'topic', 'topics/*/produce': 'topic produce', 'topics/*/change': 'topic changeTopic', 'groups/*': 'group',
};

async function find(path, search) {
	try {
		const view = VIEWS[path.replace(/\/[^/]+/, '/*')];
		if (!view) throw new Error('There is no such view.');
		const [file, name = file] = view.split(' ');
		return await (await import(`./${file}.js`))[name](new URLSearchParams(search), decodeURIComponent(path.split('/')[1]));
	} catch (error) {
		return h('div', head('Not there'), h('p.bad', error.message), link('#/', 'To the overview'));
	}
}

const place = () => location.hash.slice(2).split('?');

async function show() {
	const [path, search] = place();
	const next = await find(path, search);
	if (place()[0] !== path) return next.close?.();
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
	if (shown != null && shown !== path) {
		scrollTo(0, 0);
		title.focus();
	}
	shown = path;
}

function tell() {
	const { status } = live;
	const isLost = live.state === 'lost';
	state.className = live.state;
	setText(state, isLost ? 'connection lost' : live.state);
	lost.hidden = !isLost;
	setText(lost, isLost && [live.reason ?? 'The connection to the server is lost.',
		status && ` The figures are those of ${time(live.lostAt).slice(11, 19)}.`, ' Trying again.']);
	if (status) setText(server, `Sluice ${status.version}, ${status.phase}, up ${duration(status.uptime_ms)}`);
	if (isLost) view?.lose?.();
	// Nothing that is gone.
	else if (place()[0] === shown && !main.querySelector('dialog')) view.tick?.();
}

addEventListener('hashchange', show);
document.querySelector('.unseen').addEventListener('click', (event) => {
	event.preventDefault();
	main.focus();
});
show();
start(tell);
