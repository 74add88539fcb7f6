// One topic: its records to look through, its partitions and their segments, its config.

import { at, button, config, drawn, facts, fixed, fold, h, head, minor, num, section, table, unseen, words } from './dom.js';
import { bytes, count, duration, figure, plural, time } from './format.js';
import { api, ask, curl, curlBox } from './api.js';
import { measured } from './charts.js';
import { outcome, requestForm } from './form.js';
import { topicRate } from './live.js';
import { recordBrowser } from './records.js';

/** The files a partition lies in, looked up when somebody opens them. */
function segments(topic, partition) {
  const where = api`topics/${topic}/partitions/${partition}`;
  const file = ({ base_offset: base }) => h('a', { href: `${where}/segments/${base}`, download: `${topic}-${partition}-${base}.log` }, count(base));
  const grid = table(`Segments of partition ${partition}`, (one) => one.base_offset, '…', fixed('From', file),
    num('Records', (one) => one.next_offset - one.base_offset), num('Size', 'bytes', bytes),
    minor(words('Newest', 'max_timestamp', time)), words('State', (one) => (one.sealed ? 'sealed' : 'open')));
  return fold(`Segments of partition ${partition}`, grid, curlBox(`partition ${partition}`, curl(where)), {
    async toggle(event) {
      if (event.target.open) grid.update((await ask(where)).segments);
    },
  });
}

export async function topic(name, given) {
  const where = api`topics/${name}`;
  let found = await ask(where);
  const said = outcome();
  const sums = facts('Records', 'Records/s', 'Size', 'Partitions');
  const browser = recordBrowser(name, found.partitions, given);
  const grid = table('Partitions', (one) => one.partition, '',
    fixed('Partition', ({ partition }) => button(() => browser.choose(partition), unseen('Records of '), String(partition))),
    num('Records', (one) => one.high_watermark - one.log_start_offset), num('From', 'log_start_offset'), num('To', 'high_watermark'),
    minor(num('Uncommitted', (one) => one.log_end_offset - one.high_watermark)),
    drawn('Size', (one) => measured(bytes(one.bytes), one.bytes / Math.max(1, ...found.partitions.map((other) => other.bytes)))));
  const remove = requestForm(`Deleting ${name}`, 'Delete it', [], () => ({
    address: where, method: 'DELETE', sure: `Delete ${name}? ${plural(found.records, 'record')} go with it, for good.`,
  }), () => {
    location.hash = '#/topics';
    return '';
  }, 'danger');
  return h('div',
    head(name, h('div.actions', ['produce', 'change'].map((verb) => h('a.button', { href: at('topics', name, verb) }, verb)))), said, sums, section('Records', browser),
    h('div.columns', section('Partitions', grid, found.partitions.map((one) => segments(name, one.partition))),
      section('Config', config(found.config, {
        retention_ms: duration, segment_ms: duration, retention_bytes: bytes, segment_bytes: bytes, max_record_bytes: bytes,
      }), curlBox('this topic', curl(where)), fold('Delete this topic', remove))), {
      $close: browser.close,
      async $tick() {
        found = await ask(where).catch(said.fail) ?? found;
        sums.show(count(found.records), figure(topicRate(found)), bytes(found.bytes), count(found.partitions.length));
        grid.update(found.partitions);
        browser.know(found.partitions);
      },
    });
}
