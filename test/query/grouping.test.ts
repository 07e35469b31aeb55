import { expect, test } from 'vitest';
import { ALL_BUCKETS } from '../../src/query/group-usage.ts';
import type { GroupKey } from '../../src/query/group-keys.ts';
import { groupBy } from '../../src/query/grouping.ts';
import { usageFilter, type UsageFilter } from '../../src/query/usage-filter.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { cell, session, source, usd } from '../report/make.ts';
import { shanghai } from '../report/two-sessions.ts';

function rows(sessions: SessionEntry[], keys: GroupKey[], filter: UsageFilter = {}): unknown[] {
  const stats = groupBy(source(sessions), keys, { buckets: ALL_BUCKETS, local: shanghai, ...filter });
  return stats.rows.map(({ names, row }) => [...names, row.rounds]);
}

const at = '2026-02-01T01:30Z';

test('names are kept apart whatever they hold', () => {
  const pairs = [
    ['a', 'b:c'],
    ['a:b', 'c'],
    ['1:a', ''],
    ['', '1:a'],
    ['a\u0000', 'b'],
    ['a', '\u0000b'],
    ['__proto__', 'constructor'],
  ] as const;
  const one = session(
    's',
    pairs.map(([model, consumer]) => cell(at, model, { consumer })),
  );
  expect(rows([one], ['model', 'consumer'])).toHaveLength(pairs.length);
  expect(rows([one], ['model', 'consumer'])).toContainEqual(['__proto__', 'constructor', 1]);
});

test('a date stands first by itself; the names of one key by what all their rows cost, then by tokens', () => {
  const one = session('s', [
    cell('2026-02-02T01:30Z', 'a', { consumer: 'x', cost: usd(9) }),
    cell('2026-02-01T01:30Z', 'a', { consumer: 'x', cost: usd(1) }),
    cell('2026-02-01T01:30Z', 'b', { consumer: 'y', cost: usd(3) }),
    cell('2026-02-01T01:30Z', 'a', { consumer: 'y', cost: usd(4) }),
    cell('2026-02-01T01:30Z', 'c', { consumer: 'z', input: 5 }),
    cell('2026-02-01T01:30Z', 'd', { consumer: 'z', input: 7 }),
  ]);
  expect(rows([one], ['consumer', 'model'])).toEqual([
    ['x', 'a', 2],
    ['y', 'a', 1],
    ['y', 'b', 1],
    ['z', 'd', 1],
    ['z', 'c', 1],
  ]);
  expect(rows([one], ['date', 'consumer'])).toEqual([
    ['2026-02-01', 'y', 2],
    ['2026-02-01', 'x', 1],
    ['2026-02-01', 'z', 2],
    ['2026-02-02', 'x', 1],
  ]);
  expect(rows([one], ['consumer', 'date'])[0]).toEqual(['x', '2026-02-01', 1]);
});

test('a session counts once in each row that it touches, and once in the total', () => {
  const sessions = ['s', 't'].map((id) =>
    session(id, [cell(at, 'a'), cell(at, 'b'), cell(at, 'a', { api: 'r' })]),
  );
  const stats = groupBy(source(sessions), ['model'], { buckets: ALL_BUCKETS, local: shanghai });
  expect(stats.rows.map(({ names, row }) => [...names, row.sessions, row.rounds])).toEqual([
    ['a', 2, 4],
    ['b', 2, 2],
  ]);
  expect([stats.total.sessions, stats.total.rounds]).toEqual([2, 6]);
  expect(rows(sessions, ['session'])).toEqual([
    ['s', 3],
    ['t', 3],
  ]);
});

test('a filter takes whole names, in any case, and both must hold', () => {
  const one = session('s', [
    cell(at, 'Qwen-Max', { consumer: 'Bot' }),
    cell(at, 'qwen-max-latest', { consumer: 'bot' }),
    cell(at, 'qwen-max', { consumer: 'ann' }),
  ]);
  expect(rows([one], ['model', 'consumer'], { model: 'QWEN-max' })).toEqual([
    ['Qwen-Max', 'Bot', 1],
    ['qwen-max', 'ann', 1],
  ]);
  expect(rows([one], ['model'], { model: 'qwen-max', consumer: 'bOT' })).toEqual([['Qwen-Max', 1]]);
  expect(rows([one], ['model'], { consumer: '' })).toEqual([]);
  expect(usageFilter({})({ model: 'x', consumer: '', api: '', tags: '' })).toBe(true);
});
