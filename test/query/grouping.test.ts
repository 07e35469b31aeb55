import { expect, test } from 'vitest';
import { ALL_BUCKETS } from '../../src/query/group-usage.ts';
import { NOT_RECORDED, TIER, type GroupKey, type Tag } from '../../src/query/group-keys.ts';
import { groupBy } from '../../src/query/grouping.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { usageFilter, type UsageFilter } from '../../src/query/usage-filter.ts';
import { COUNTER } from '../../src/model/cell-counters.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { bucketOf } from '../../src/model/usage-cell.ts';
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

test('weeks and months of the time zone in their order; agents and channels, and sessions without a key', () => {
  const sessions = [
    session('agent:Main:discord:1', [
      cell('2026-02-01T15:45Z', 'a', { cost: usd(1) }),
      cell('2026-02-01T16:00Z', 'a', { cost: usd(5) }),
      cell('2026-02-01T16:00Z', 'b'),
    ]),
    session('plain', [cell('2026-01-31T15:45Z', 'a')]),
    session('agent:main:main', [cell('2026-01-31T16:00Z', 'a', { rounds: 3 })]),
  ];
  expect(rows(sessions, ['week'])).toEqual([
    ['2026-W05', 5],
    ['2026-W06', 2],
  ]);
  expect(rows(sessions, ['month', 'model'])).toEqual([
    ['2026-01', 'a', 1],
    ['2026-02', 'a', 5],
    ['2026-02', 'b', 1],
  ]);
  expect(rows(sessions, ['agent'])).toEqual([
    ['main', 6],
    ['', 1],
  ]);
  expect(rows(sessions, ['channel', 'agent'])).toEqual([
    ['discord', 'main', 3],
    ['', '', 1],
    ['main', 'main', 3],
  ]);
});

test('dimensions and filters on them; what the store cannot decide is counted, in the period only', () => {
  const department: Tag = { tag: 'department', absent: NOT_RECORDED };
  const sessions = [
    session('s', [
      cell(at, 'a', { tags: '{"department":"x"}' }),
      cell(at, 'b', { tags: '{"department":"x","service_tier":"flex"}', rounds: 2 }),
      cell(at, 'a', { rounds: 4 }),
      cell('2026-03-01T01:30Z', 'a', { rounds: 8 }),
    ]),
    session('t', [cell(at, 'a', { tags: '{"department":""}' })]),
  ];
  expect(rows(sessions, [department, TIER])).toEqual([
    ['', '', 1],
    ['x', '', 1],
    ['x', 'flex', 2],
    [NOT_RECORDED, '', 12],
  ]);
  const undecidedOf = (filter: UsageFilter): unknown[] => {
    const buckets = { from: 0, to: bucketOf(Date.parse('2026-03-01T00:00Z')) };
    const { total, undecided } = groupBy(source(sessions), ['model'], {
      buckets,
      local: shanghai,
      ...filter,
    });
    return [total.rounds, total.sessions, undecided];
  };
  const where = [{ of: department, isNot: false, pattern: 'X' }];
  expect(undecidedOf({ where })).toEqual([3, 1, 4]);
  expect(undecidedOf({ where, model: 'b' })).toEqual([2, 1, 0]);
  expect(undecidedOf({ where, session: 't' })).toEqual([0, 0, 0]);
  expect(undecidedOf({ session: 'S' })).toEqual([7, 1, 0]);
  expect(undecidedOf({})).toEqual([8, 2, 0]);
});

test('hours are local, in the order in which they come: when a clock is put back, one comes twice', () => {
  const hours = [
    '2026-10-25T00:59Z',
    '2026-10-25T00:00Z',
    '2026-10-25T01:15Z',
    '2026-10-24T23:45Z',
    '2026-10-25T02:00Z',
  ];
  const one = session(
    's',
    hours.map((time) => cell(time, 'm')),
  );
  const query = { buckets: ALL_BUCKETS, local: localTimeIn('Europe/Berlin') };
  const stats = groupBy(source([one]), ['hour'], query);
  expect(stats.rows.map(({ names, row }) => [...names, row.rounds])).toEqual([
    ['2026-10-25T01:00+02:00', 1],
    ['2026-10-25T02:00+02:00', 2],
    ['2026-10-25T02:00+01:00', 1],
    ['2026-10-25T03:00+01:00', 1],
  ]);
});

test('health is summed only if it is asked for, and rows can be ordered by their rounds', () => {
  const one = session('s', [
    cell(at, 'dear', { cost: usd(9) }),
    cell(at, 'busy', { rounds: 5, counters: [COUNTER.status5xx, 2] }),
  ]);
  const ask = (rest: object) =>
    groupBy(source([one]), ['model'], { buckets: ALL_BUCKETS, local: shanghai, ...rest });
  const plain = ask({});
  expect(plain.rows.map(({ names }) => names[0])).toEqual(['dear', 'busy']);
  expect([plain.total.health, plain.rows[0]?.row.health]).toEqual([undefined, undefined]);
  const health = ask({ withHealth: true, order: 'rounds' });
  expect(health.rows.map(({ names, row }) => [...names, row.health?.counters])).toEqual([
    ['busy', [COUNTER.status5xx, 2]],
    ['dear', []],
  ]);
  expect(health.total.health?.counters).toEqual([COUNTER.status5xx, 2]);
});
