import { expect, test } from 'vitest';
import { histogramBucket, isFirstOfBucket } from '../../src/model/histogram.ts';
import { COUNTER } from '../../src/model/cell-counters.ts';
import { sessionTotals } from '../../src/query/aggregate.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { listHref, monthQuery } from '../../src/site/list-link.ts';
import { FLAG, SLOW_MS } from '../../src/site/lists/part-flags.ts';
import { sessionData } from '../../src/site/lists/session-data.ts';
import { modelColours } from '../../src/site/model-colours.ts';
import { siteSession } from '../../src/site/shown-session.ts';
import { modelTable } from '../../src/site/statistics.ts';
import { siteTotals, sumSessions } from '../../src/site/totals.ts';
import type { SiteContext } from '../../src/site/site-context.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { entriesOf, type QuickSession } from './quick-store.ts';

const colours = modelColours(new Map());
const site = { local: localTimeIn('Asia/Shanghai'), colours } as unknown as SiteContext;
const NOON = Date.parse('2026-11-20T04:00:00Z');
const round = { at: NOON, model: 'gpt-5', input: 100, cached: 40, output: 10, status: 200 };

function entryOf(...rounds: QuickSession['rounds']): SessionEntry {
  return entriesOf([{ id: 's', title: null, consumer: 'ana', rounds }])[0] as SessionEntry;
}

const shown = (entry: SessionEntry) => siteSession(entry, { colours, cut: null });
const dataOf = (entry: SessionEntry): unknown[] =>
  sessionData(shown(entry), sessionTotals(entry), 'sessions/index.html', site).slice(17);

test('the limit of slow is where a step of durations begins: nothing is estimated', () => {
  expect(isFirstOfBucket(SLOW_MS, histogramBucket(SLOW_MS))).toBe(true);
});

test('a session on one day, with one model, for one consumer has no parts', () => {
  expect(dataOf(entryOf(round, { ...round, at: NOON - 3_600_000 }))).toEqual([FLAG.untold, 0]);
  expect(dataOf({ ...entryOf(round), tools: [['bash', 2, 1]] })).toEqual([FLAG.failedTool, 0]);
  expect(dataOf({ ...entryOf(round), tools: [['bash', 2, 0]] })).toEqual([0, 0]);
  // Only later rounds are counted.
  expect(dataOf({ ...entryOf(round), tools: [['bash', 2, 0]], tools_from: 3 })).toEqual([FLAG.untold, 0]);
});

test('parts are by day, model and consumer, the last day first', () => {
  const rounds = [
    // Before midnight in Shanghai.
    { ...round, at: Date.parse('2026-11-17T15:59:00Z'), currency: 'CNY', inexact: 'aborted' },
    { ...round, at: Date.parse('2026-11-17T16:00:00Z'), consumer: '', unpriced: true as const },
    { ...round, model: 'unknown', input: 0, cached: 0, output: 0, status: 503 },
    round,
    { ...round, consumer: 'bo', durationMs: SLOW_MS },
  ];
  const entry = entryOf(...rounds);
  const failed = entry.usage[2];
  if (failed) failed.price = 'no-usage';
  expect(dataOf(entry)).toEqual([
    FLAG.untold | FLAG.failed | FLAG.slow | FLAG.unpriced | FLAG.higher,
    1,
    [
      [0, 0, 0, 1, 100, 40, 10, 0, 0, 0.000228],
      [0, 0, 1, 1, 100, 40, 10, FLAG.slow, 0, 0.000228],
      [0, 1, 0, 1, 0, 0, 0, FLAG.failed, 0, null],
      [2, 0, -1, 1, 100, 40, 10, FLAG.unpriced, 1, null],
      [3, 0, 0, 1, 100, 40, 10, FLAG.higher, 0, [['CNY', 0.000228]]],
    ],
    // A request that failed is no model of the session, but it can be found.
    ['unknown'],
  ]);
});

test('a reindex that finds out what failed changes what a session’s rows depend on', () => {
  const [old, now] = [entryOf(round), entryOf(round)];
  const [cell] = old.usage;
  if (cell) cell.counters = [COUNTER.uncounted, 1];
  expect(shown(old).mark).not.toBe(shown(now).mark);
  const [other] = now.usage;
  if (other) other.counters = [COUNTER.status5xx, 1];
  expect(shown(now).mark).not.toBe(shown(old).mark);
  expect(shown(now).mark).not.toBe(shown(entryOf(round)).mark);
});

test('on the page of models, requests without an answer are no model; they can be found', () => {
  const failed = { ...round, model: 'unknown', input: 0, cached: 0, output: 0, status: 503 };
  const table = (...rounds: QuickSession['rounds']) => {
    const entry = entryOf(...rounds);
    for (const cell of entry.usage) if (cell.input === 0) cell.price = 'no-usage';
    const totals = siteTotals(sumSessions([entry], site.local));
    return modelTable(
      'models.html',
      totals,
      9,
      { day: '2026-11-20', change: undefined, sentTo: '' },
      site,
    ).rows.map(({ name, list, failed: count }) => [name, /model=\w*/.exec(list ?? '')?.[0], count].join(' '));
  };
  expect(table(round, failed)).toEqual(['gpt-5 model=gpt ', 'no answer model=unknown 1 failed']);
  expect(table({ ...round, model: 'unknown' }, failed)).toEqual(['unknown model=unknown 1 failed']);
});

test('links to the list', () => {
  expect(listHref('models.html', { model: 'a b&c=#' })).toBe(
    './sessions/index.html#model=a+b%26c%3D%23&month=all',
  );
  expect(listHref('sessions/s.html', { consumer: '-', when: '7d' })).toBe('./index.html#consumer=-&when=7d');
  expect(monthQuery('2026-02')).toEqual({ from: '2026-02-01', to: '2026-02-28' });
  expect(monthQuery('2024-02').to).toBe('2024-02-29');
  expect(monthQuery('2026-12').to).toBe('2026-12-31');
});
