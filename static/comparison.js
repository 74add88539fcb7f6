// The same bytes by each way of copying: what theory says, and what it cost just now.

import { bar, bytes, figure, h, head, num, plural, section, table, time, words } from './dom.js';
import { ask, box, numberBox, requestForm } from './requests.js';
import { live } from './live.js';

const WHERE = '/v1/copy-comparison';

const PICTURES = {
	'Speed, GB/s': ['gb_per_second'], 'CPU seconds a GB': ['cpu_seconds_per_gb'], 'System calls a MB': ['syscalls_per_mb'],
	'Thread switches': ['voluntary_switches', 'involuntary_switches'], 'Page faults': ['minor_faults', 'major_faults'],
	'Copies, by the textbook': ['copies'],
};

function picture([name, fields], strategies) {
	const value = (one) => fields.reduce((sum, field) => sum + (one[field] ?? one.theory[field]), 0);
	return h('figure.card', h('figcaption', name), strategies.map((one) => h('p.bars', h(`span.copy ${one.strategy}`, one.strategy),
		bar(value(one) / Math.max(...strategies.map(value)), one.strategy), h('span.number', figure(value(one))))));
}

// A row for each figure, a column for each way.
function grid(caption, names, strategies) {
	const made = table(caption, String, '', words('Figure', (name) => name.replaceAll('_', ' ')),
		...strategies.map((one) => num(one.strategy, (name) => one[name], figure)));
	made.update(names.filter((name) => Number.isFinite(strategies[0][name])));
	return section(caption, made);
}

const result = ({ strategies, ...one }) => {
	const theory = strategies.map((each) => ({ strategy: each.strategy, ...each.theory }));
	return [
		h('p.quiet', `${bytes(one.bytes)} of ${one.topic}, partition ${one.partition}, ${plural(one.rounds, 'round')}, ${time(one.started)}`),
		h('div.columns three', Object.entries(PICTURES).map((each) => picture(each, strategies))),
		h('div.columns', grid('Measured', Object.keys(strategies[0]), strategies), grid('By the textbook', Object.keys(theory[0]), theory)),
	];
};

export async function comparison(given) {
	const place = h('div');
	const { topics } = live.status ?? await ask('/v1/status');
	// The largest shows most.
	const largest = [...topics].sort((a, b) => b.bytes - a.bytes)[0]?.name;
	const form = requestForm('Comparison of copies', 'Run', [
		box('Topic', 'topic', { value: given.get('topic') ?? largest, required: true }), numberBox('Partition', 'partition', { value: 0 }),
		numberBox('Bytes', 'bytes', { placeholder: 'as it comes' }), numberBox('Rounds', 'rounds', { value: 3 }),
	], (body) => ({ method: 'POST', address: WHERE, body }), (answer) => {
		place.replaceChildren(...result(answer));
		return 'Done.';
	});
	// There may be no last one.
	await ask(WHERE).then((last) => place.append(...result(last)), () => {});
	return h('div', head('Ways of copying'), h('div.card', h('p', 'The same bytes of a real partition go over loopback, by each way in turn.'), form), place);
}
