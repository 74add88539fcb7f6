// One topic: its records to look through, its partitions and their segments, its config.

import { at, button, drawn, facts, fixed, fold, h, head, measured, minor, num, section, table, unseen, words } from './dom.js';
import { bytes, count, figure, readable, time } from './format.js';
import { api, ask, curl, curlBox, outcome } from './requests.js';
import { topicRate } from './live.js';
import { recordBrowser } from './records.js';

function segments(topic, partition) {
	const where = api`topics/${topic}/partitions/${partition}`;
	const file = ({ base_offset: base }) => h('a', { href: `${where}/segments/${base}` }, count(base));
	const grid = table(`Segments of partition ${partition}`, (one) => one.base_offset, '…', fixed('From', file),
		num('Records', (one) => one.next_offset - one.base_offset), num('Size', 'bytes', bytes),
		minor(words('Newest', 'max_timestamp', time)), words('State', (one) => (one.sealed ? 'sealed' : 'open')));
	return fold(`Segments of partition ${partition}`, grid, curlBox(`partition ${partition}`, curl(where)), {
		async toggle(event) {
			if (event.target.open) grid.update((await ask(where)).segments);
		},
	});
}

export async function topic(given, name) {
	const where = api`topics/${name}`;
	let found = await ask(where);
	const said = outcome();
	const sums = facts();
	const browser = recordBrowser(name, found.partitions, given);
	const grid = table('Partitions', (one) => one.partition, '',
		fixed('Partition', ({ partition }) => button(() => browser.choose(partition), unseen('Records of '), String(partition))),
		num('Records', (one) => one.high_watermark - one.log_start_offset), num('From', 'log_start_offset'), num('To', 'high_watermark'),
			drawn('Size', (one) => measured(bytes(one.bytes), one.bytes / Math.max(1, ...found.partitions.map((other) => other.bytes)))));
	return h('div',
		head(name, h('div.actions', ['Produce', 'Change'].map((verb) => h('a.button', { href: at('topics', name, verb.toLowerCase()) }, verb)))), said, sums, section('Records', browser),
		h('div.columns', section('Partitions', grid, found.partitions.map((one) => segments(name, one.partition))),
			section('Config', facts(Object.fromEntries(Object.entries(found.config).map(([key, value]) => [key, readable(key, value)]))), curlBox('this topic', curl(where)))), {
			$close: browser.close,
			async $tick() {
				found = await ask(where).catch(said.fail) ?? found;
				sums.show({ Records: count(found.records), 'Records/s': figure(topicRate(found)), Size: bytes(found.bytes), Partitions: found.partitions.length });
				grid.update(found.partitions);
				browser.know(found.partitions);
			},
		});
}
