// One group: how far it has come, where to send it, and what it could not deliver.

import { at, button, config, drawn, facts, fixed, fold, h, head, link, minor, num, section, table } from './dom.js';
import { count, duration, plural } from './format.js';
import { api, ask, curl, curlBox, query } from './api.js';
import { measured } from './charts.js';
import { box, choice, moment, needed, number, numberBox, outcome, requestForm, timeBox } from './form.js';
import { recordItem, recordList } from './records.js';

const PAGE = 25;
const any = { placeholder: 'any' };

function seek(name, topics) {
  const offset = numberBox('Offset', 'offset', { value: 0 });
  const when = timeBox();
  const show = () => {
    offset.hidden = to.control.value !== 'offset';
    when.hidden = to.control.value !== 'time';
  };
  const to = choice('To', 'to', [['earliest', 'the oldest record'], ['latest', 'behind the newest'], ['time', 'a time'], ['offset', 'an offset']]);
  to.addEventListener('change', show);
  show();
  return requestForm(`Seek of ${name}`, 'Seek', [
    box('Topic', 'topic', { value: topics[0], list: 'own' }), h('datalist', { id: 'own' }, topics.map((value) => h('option', { value }))),
    numberBox('Partition', 'partition', { placeholder: 'all' }), to, offset, when,
  ], (values) => ({ method: 'POST', address: api`groups/${name}/seek`, body: {
    topic: needed(values.topic, 'The topic'), partition: number(values.partition, 'The partition'),
    to: { time: () => moment(values.time), offset: () => number(values.offset, 'The offset') ?? 0 }[values.to]?.() ?? values.to,
  } }), (answer) => answer.partitions.map((one) => `Partition ${one.partition} goes on at ${count(one.next_offset)}. `));
}

/** A look at the dead letters, page by page, and what may become of them. */
function deadLetters(name) {
  const records = recordList();
  const said = outcome();
  const address = api`groups/${name}/dead-letters`;
  const page = (offset) => address + query({ offset, max_records: PAGE, values: 'text' });
  const on = button(() => update(on.value), 'Further');
  const fate = ({ headers }) => `${headers['sluice-topic']}-${headers['sluice-partition']} ${count(Number(headers['sluice-offset']))}, `
    + `${headers['sluice-reason'] === 'rejected' ? 'rejected' : plural(Number(headers['sluice-attempts']), 'attempt')}: `;
  async function update(offset) {
    const answer = await ask(page(offset)).catch(said.fail);
    if (!answer) return;
    records.show(answer.records.map((record) => recordItem(record, record.topic, record.partition, fate(record))));
    said.say(answer.total ? plural(answer.total, 'dead letter') : 'There are none.');
    on.hidden = answer.records.length < PAGE;
    on.value = answer.next_offset;
  }
  const redrive = requestForm(`Redrive of ${name}`, 'Redrive', [
    numberBox('At most', 'max', { placeholder: 'all' }), box('From topic', 'topic', any), box('Tag', 'tag', any),
    choice('Because of', 'reason', [['', 'any reason'], ['max_attempts', 'too many attempts'], ['rejected']]),
  ], ({ max, topic, tag, reason }) => ({ method: 'POST', address: `${address}/redrive`, body: {
    max: number(max, 'At most'), topic: topic || undefined, tag: tag || undefined, reason: reason || undefined,
  } }), (answer) => {
    update();
    return `${count(answer.redriven)} sent back, ${count(answer.failed)} failed, ${count(answer.remaining)} remain.`;
  });
  const purge = requestForm(`Purge of ${name}`, 'Give all of them up', [], () => ({
    address, method: 'DELETE', sure: 'Give all dead letters up? They are not offered any more.',
  }), (answer) => {
    update();
    return `${plural(answer.purged, 'dead letter')} given up.`;
  }, 'danger');
  update();
  return section('Dead letters', said, records, on, curlBox('the dead letters', curl(page())),
    h('h3', 'Send them back'), redrive, fold('Give them up', purge), { $update: update });
}

export async function group(name) {
  const where = api`groups/${name}`;
  let found = await ask(where);
  let { dead } = found;
  const own = () => found.partitions.filter((one) => one.topic !== found.dead_letter_topic);
  const sums = facts('Lag', 'In flight', 'Waiting to come again', 'Dead letters');
  const grid = table('Partitions of the group', (one) => `${one.topic} ${one.partition}`, 'It has received nothing yet.',
    fixed('Partition', (one) => h('span', link(at('topics', one.topic), one.topic), ` ${one.partition}`)),
    drawn('Lag', (one) => measured(count(one.lag), one.lag / Math.max(1, ...own().map((other) => other.lag)), 'warn')),
    num('In flight', 'in_flight'), num('Waiting', 'waiting'), num('Done before', 'done_before_offset'), minor(num('Next', 'next_offset')),
    minor(num('Log', (one) => `${count(one.log_start_offset)} to ${count(one.high_watermark)}`, String)),
    minor(num('Oldest in flight', 'oldest_in_flight_ms', duration)), minor(num('Died', 'dead')));
  const letters = deadLetters(name);
  const said = outcome();
  return h('div', head(name, h('span.quiet', 'group')), said, sums,
    section('Partitions', grid, curlBox('this group', curl(where))),
    h('div.columns',
      section('Seek', h('p.quiet', 'The group goes on there as if it had never been elsewhere; what is leased there is void.'),
        seek(name, [...new Set(own().map((one) => one.topic))])),
      section('Config', config(found.config))),
    letters, {
    async $tick() {
      found = await ask(where).catch(said.fail) ?? found;
      sums.show(count(found.lag), count(found.in_flight), count(found.waiting), count(found.dead));
      grid.update(own());
      if (found.dead !== dead) letters.update();
      dead = found.dead;
    },
  });
}
