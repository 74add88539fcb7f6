// The frame: which view an address means, and how we stand with the server.

import { duration, h, head, link, setText, time } from './dom.js';
import { live, start } from './live.js';
import * as first from './overview.js';

const [main, state, lost, server] = ['main', 'state', 'lost', 'server'].map((id) => document.getElementById(id));
const STATES = { polling: 'live, by asking', lost: 'connection lost' };
let view;
let shown;

// The function that makes a view, and the module that exports it.
const VIEWS = {
	'': ['overview'], topics: ['topics'], groups: ['groups'], waiting: ['waiting', 'waiting'], copies: ['comparison', 'comparison'],
	'new-topic': ['newTopic', 'topic'], 'topics/*': ['topic', 'topic'], 'topics/*/produce': ['produce', 'topic'],
	'topics/*/change': ['changeTopic', 'topic'], 'groups/*': ['group', 'group'],
};

async function find(path, search) {
	try {
		const [name, file] = VIEWS[path.replace(/\/[^/]+/, '/*')] ?? [];
		if (!name) throw new Error('There is no such view.');
		const module = file ? await import(`./${file}.js`) : first;
		return await module[name](new URLSearchParams(search), decodeURIComponent(path.split('/')[1]));
	} catch (error) {
		return h('div', head('Not there'), h('p.bad', error.message), link('#/', 'To the overview'));
	}
}

const place = () => location.hash.slice(2).split('?');

async function show() {
	const [path, search] = place();
	const next = await find(path, search);
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
	setText(state, STATES[live.state] ?? live.state);
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
