// The same bytes by each way of copying: what theory says, and what it cost just now.

import { bar, bytes, figure, h, head, plural, section, time } from './dom.js';
import { ask, box, numberBox, requestForm } from './requests.js';

const WHERE = '/v1/copy-comparison';

// Bars for each figure, the most of them full.
function pictures(caption, strategies) {
	const names = Object.keys(strategies[0]).filter((name) => Number.isFinite(strategies[0][name]));
	return section(caption, h('div.columns narrow', names.map((name) => h('figure', h('figcaption', name.replaceAll('_', ' ').replace(/\b(cpu|[gm]b)\b/g, (unit) => unit.toUpperCase())),
		strategies.map((one) => h('p.bars', h(`span.copy ${one.strategy}`, one.strategy),
			bar(one[name] / Math.max(...strategies.map((other) => other[name])), one.strategy), h('span.number', figure(one[name]))))))));
}

const result = ({ strategies, ...one }) => [
	h('p.quiet', `${bytes(one.bytes)} of ${one.topic}, partition ${one.partition}, ${plural(one.rounds, 'round')}, ${time(one.started)}`),
	pictures('Measured', strategies.map(({ bytes: _, ...each }) => each)),
	pictures('By the textbook', strategies.map(({ strategy, theory }) => ({ strategy, ...theory }))),
];

export async function comparison() {
	const place = h('div');
	const { topics, last_comparison: last } = await ask('/v1/status');
	// The largest shows most.
	const largest = [...topics].sort((a, b) => b.bytes - a.bytes)[0]?.name;
	const form = requestForm('Comparison of copies', 'Run', [
		box('Topic', 'topic', { value: largest, required: true }), numberBox('Partition', 'partition', { value: 0 }),
		numberBox('Bytes', 'bytes', { placeholder: 'as it comes' }), numberBox('Rounds', 'rounds', { value: 3 }),
	], (body) => [WHERE, { body }], (answer) => {
		place.replaceChildren(...result(answer));
		return 'Done.';
	});
	if (last) place.append(...result(await ask(WHERE)));
	return h('div', head('Ways of copying'), h('div.card', h('p', 'The same bytes of a real partition go over loopback, by each way in turn.'), form), place);
}
