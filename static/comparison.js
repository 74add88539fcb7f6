// The same bytes by each way of copying: what theory says, and what it cost just now.

import { bar, fixed, h, head, num, section, table } from './dom.js';
import { bytes, figure, plural, time } from './format.js';
import { ask, box, isMissing, numberBox, requestForm } from './requests.js';
import { live } from './live.js';

const WHERE = '/v1/copy-comparison';

const PICTURES = {
	'Speed, GB/s': ['gb_per_second'], 'CPU seconds a GB': ['cpu_seconds_per_gb'], 'System calls a MB': ['syscalls_per_mb'],
	'Thread switches': ['voluntary_switches', 'involuntary_switches'], 'Page faults': ['minor_faults', 'major_faults'],
};

const label = ({ strategy }) => h(`span.copy ${strategy}`, strategy);

function picture([name, fields], strategies) {
	const value = (one) => fields.reduce((sum, field) => sum + one[field], 0);
	return h('figure.card', h('figcaption', name), strategies.map((one) =>
		h('p.bars', label(one), bar(value(one) / Math.max(...strategies.map(value)), one.strategy), h('span.number', figure(value(one))))));
}

function grid(caption, strategies, of) {
	const names = Object.entries(of(strategies[0])).filter(([, value]) => Number.isFinite(value));
	const made = table(caption, (one) => one.strategy, '', fixed('Copy', label),
		...names.map(([name]) => num(name.replaceAll('_', ' '), (one) => of(one)[name], figure)));
	made.update(strategies);
	return section(caption, made);
}

const result = ({ strategies, ...one }) => [
	h('p.quiet', `${bytes(one.bytes)} of ${one.topic}, partition ${one.partition}, ${plural(one.rounds, 'round')}, ${time(one.started)}`),
	h('div.columns', Object.entries(PICTURES).map((each) => picture(each, strategies))),
	grid('Measured', strategies, (each) => each),
	grid('By the textbook', strategies, (each) => each.theory),
];

export async function comparison(given) {
	const place = h('div');
	const { topics } = live.status ?? await ask('/v1/status');
	// The largest shows most.
	const largest = [...topics].sort((a, b) => b.bytes - a.bytes)[0]?.name;
	const form = requestForm('Comparison of copies', 'Run', [
		box('Topic', 'topic', { value: given.get('topic') ?? largest, required: true }), numberBox('Partition', 'partition', { value: 0 }), numberBox('Bytes', 'bytes', { placeholder: 'as it comes' }), numberBox('Rounds', 'rounds', { value: 3 }),
	], (body) => ({ method: 'POST', address: WHERE, body }), (answer) => {
		place.replaceChildren(...result(answer));
		return 'Done.';
	});
	let missing;
	await ask(WHERE).then((last) => place.append(...result(last)), (error) => { missing = isMissing(error); });
	return h('div', head('Ways of copying'), h('p', 'The same bytes of a real partition go over loopback, by each way in turn.'),
		missing ? h('p.quiet', 'This server does not compare copies.') : [form, place]);
}
