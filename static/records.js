// Records to look through: by offset, by time, by tag, and by key with a bounded search.

import { at, button, fold, h, unseen } from './dom.js';
import { count, plural, time } from './format.js';
import { api, ask, curl, curlBox, query } from './api.js';
import { box, choice, moment, number, numberBox, outcome, timeBox } from './form.js';
import { preview, valueView } from './value.js';

const PAGE = 25;
const SCAN_PAGE = 500;
const SCAN_MAX = 20000;
const FOUND_MAX = 100;

/** A record on one line; opened, all of it. `fate` is what became of it elsewhere. */
export function recordItem(record, topic, partition, fate) {
  const where = api`topics/${topic}/partitions/${partition}/records/${record.offset}`;
  const headers = Object.entries(record.headers);
  const key = record.key === null ? '' : preview(record, 'key');
  return h('li', fold([
    h('span.offset', unseen('offset '), count(record.offset)), h('span.quiet', time(record.timestamp)),
    h('span', record.tag && unseen('tag '), record.tag), h('span', key && unseen('key '), key),
    h('span.preview', fate && h('span.quiet', fate), preview(record)),
  ], { toggle({ target }) {
    if (target.childElementCount > 1) return;
    target.append(valueView(record),
      headers.length ? h('dl', headers.map(([name, value]) => h('div', h('dt', name), h('dd', value?.base64 ?? value ?? 'null')))) : '',
      h('a', { href: `${where}/value`, download: `${topic}-${partition}-${record.offset}` }, 'The bare value'),
      curlBox(`record ${record.offset}`, curl(where)));
  } }));
}

/** Where records are listed; `show` lists others. */
export function recordList() {
  const names = h('div.names', { 'aria-hidden': 'true' }, ['Offset', 'Time', 'Tag', 'Key', 'Value'].map((name) => h('span', name)));
  const list = h('ol');
  return h('div.records', names, list, { $show(items) {
    names.hidden = !items.length;
    list.replaceChildren(...items);
  } });
}

export function recordBrowser(topic, partitions, given) {
  let scan;
  let page;
  const was = (name) => given.get(name) ?? '';
  const fields = [
    choice('Partition', 'partition', partitions.map((one) => [one.partition]), was('partition') || 0),
    choice('From', 'from', [['newest', 'the newest'], ['earliest', 'the oldest'], ['offset', 'an offset'], ['time', 'a time']],
      was('offset') ? 'offset' : was('from') || 'newest'),
    numberBox('Offset', 'offset', { value: was('offset') }), timeBox(),
    box('Tag', 'tag', { value: was('tag'), placeholder: 'any' }), box('Key', 'key', { value: was('key'), placeholder: 'any' }),
  ];
  const [partition, from, offset, when, tag, key] = fields.map((field) => field.control);
  when.value = was('time');
  const records = recordList();
  const said = outcome();
  const command = curlBox('these records');
  const turn = (to) => {
    from.value = 'offset';
    offset.value = to;
    go();
  };
  const older = button(() => turn(Math.max(page.start, page.first - PAGE)), 'Older');
  const newer = button(() => turn(page.next), 'Newer');
  const stop = button(() => scan.abort(), 'Stop');
  const source = (where, most) => api`topics/${topic}/partitions/${partition.value}/records`
    + query({ ...where, tag: tag.value.split(/[\s,]+/), values: 'text', max_records: most });

  function place() {
    if (from.value === 'earliest') return { offset: 'earliest' };
    if (from.value === 'time') return { from: moment(when.value) };
    if (from.value === 'offset') return { offset: number(offset.value, 'The offset') ?? 0 };
    const { log_start_offset: start, high_watermark: end } = partitions[partition.value];
    // Whoever asks for a key wants what there is of it, not what the last page happens to hold.
    return { offset: Math.max(start, end - (key.value ? SCAN_MAX : PAGE)) };
  }
  function keep(found, { next_offset: next, log_start_offset: start, high_watermark: end }, words) {
    page = { first: found[0]?.offset ?? next, next, start, end };
    records.show(found.map((record) => recordItem(record, topic, partition.value)));
    said.say(`${words} The log has ${count(start)} to ${count(end)}.`);
    older.disabled = page.first <= start;
    newer.disabled = next >= end;
  }
  async function look(where) {
    const answer = await ask(source(where, PAGE), { signal: scan.signal });
    keep(answer.records, answer, `${plural(answer.records.length, 'record')}${tag.value && ' with this tag'}.`);
  }
  /** Reads on and keeps what has the key, up to a bound; says how far it came. */
  async function search(where) {
    const { signal } = scan;
    const found = [];
    let read = 0;
    let answer;
    do {
      answer = await ask(source(answer ? { offset: answer.next_offset } : where, SCAN_PAGE), { signal });
      read += answer.records.length;
      found.push(...answer.records.filter((record) => record.key === key.value));
      keep(found, answer, `${plural(found.length, 'record')} with this key among ${count(read)} read.`);
    } while (answer.next_offset < answer.high_watermark && read < SCAN_MAX && found.length < FOUND_MAX);
  }
  async function go() {
    offset.parentNode.hidden = from.value !== 'offset';
    when.parentNode.hidden = from.value !== 'time';
    scan?.abort();
    const mine = scan = new AbortController();
    stop.hidden = !key.value;
    try {
      const where = place();
      command.show(curl(source(where, PAGE)));
      history.replaceState(null, '', at('topics', topic) + query({
        partition: partition.value, from: from.value, offset: from.value === 'offset' && offset.value, time: from.value === 'time' && when.value,
        tag: tag.value, key: key.value,
      }));
      await (key.value ? search(where) : look(where));
    } catch (error) {
      if (error.name === 'AbortError') return;
      records.show([]);
      said.fail(error);
    } finally {
      if (scan === mine) stop.hidden = true;
    }
  }
  const form = h('form.fields', { 'aria-label': 'Which records', submit(event) {
    event.preventDefault();
    go();
  } }, fields, h('div.actions', h('button.primary', 'Show'), older, newer, stop));
  from.addEventListener('change', go);
  partition.addEventListener('change', go);
  go();
  return h('div', form, said, records, command, {
    $close: () => scan.abort(),
    $choose(wanted) {
      partition.value = wanted;
      go();
      form.scrollIntoView();
    },
    $know(now) {
      partitions = now;
      // What was the end may not be any more.
      if (page) newer.disabled = page.next >= partitions[partition.value].high_watermark;
    },
  });
}
