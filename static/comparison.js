// The same bytes by each way of copying: what theory says, and what it cost just now.

import { fixed, h, head, num, section, table } from './dom.js';
import { bytes, figure, plural, time } from './format.js';
import { ask, isMissing } from './api.js';
import { bar } from './charts.js';
import { box, needed, number, numberBox, requestForm } from './form.js';
import { live } from './live.js';

const WHERE = '/v1/copy-comparison';
const SHOWN = ['seconds', 'user_cpu_seconds', 'system_cpu_seconds', 'syscalls', 'voluntary_switches', 'involuntary_switches', 'minor_faults', 'major_faults'];

// What is drawn, and where to find it.
const PICTURES = [
  ['Speed, GB/s', (one) => one.gb_per_second], ['CPU seconds a GB', (one) => one.cpu_seconds_per_gb], ['System calls a MB', (one) => one.syscalls_per_mb],
  ['Thread switches', (one) => one.voluntary_switches + one.involuntary_switches], ['Page faults', (one) => one.minor_faults + one.major_faults],
];

const label = ({ strategy }) => h(`span.copy ${strategy}`, strategy);

const picture = ([name, value], strategies) => h('figure.card', h('figcaption', name), strategies.map((one) =>
  h('p.bars', label(one), bar(value(one) / Math.max(...strategies.map(value)), one.strategy), h('span.number', figure(value(one))))));

function grid(caption, strategies, names, of) {
  const made = table(caption, (one) => one.strategy, '', fixed('Copy', label),
    ...names.map((name) => num(name.replaceAll('_', ' '), (one) => of(one)[name], figure)));
  made.update(strategies);
  return section(caption, made);
}

const result = ({ strategies, ...one }) => [
  h('p.quiet', `${bytes(one.bytes)} of ${one.topic}, partition ${one.partition}, ${plural(one.rounds, 'round')}, ${time(one.started)}`),
  h('div.columns', PICTURES.map((each) => picture(each, strategies))),
  grid('Measured', strategies, SHOWN, (each) => each),
  grid('By the textbook', strategies, Object.keys(strategies[0].theory), (each) => each.theory),
];

export async function comparison(given) {
  const place = h('div');
  const topic = box('Topic', 'topic', { value: given.get('topic') });
  const form = requestForm('Comparison of copies', 'Run', [
    topic, numberBox('Partition', 'partition', { value: 0 }), numberBox('Bytes', 'bytes', { placeholder: 'as it comes' }), numberBox('Rounds', 'rounds', { value: 3 }),
  ], (values) => ({ method: 'POST', address: WHERE, body: {
    topic: needed(values.topic, 'The topic'), partition: number(values.partition, 'The partition') ?? 0,
    bytes: number(values.bytes, 'Bytes'), rounds: number(values.rounds, 'Rounds'),
  } }), (answer) => {
    place.replaceChildren(...result(answer));
    return 'Done.';
  });
  let isThere = true;
  try {
    const last = await ask(WHERE);
    if (last.strategies) place.append(...result(last));
  } catch (error) {
    isThere = !isMissing(error);
  }
  return h('div', head('Ways of copying'), h('p', 'The same bytes of a real partition go over loopback, by each way in turn.'),
    isThere ? [form, place] : h('p.quiet', 'This server does not compare copies.'), {
      $tick() {
        const { control } = topic;
        if (control.value || control === document.activeElement || !live.status) return;
        // The largest shows most.
        control.value = [...live.status.topics].sort((a, b) => b.bytes - a.bytes)[0]?.name ?? '';
        form.follow();
      },
    });
}
