import { expect, test } from 'vitest';
import { COUNTER } from '../../src/model/cell-counters.ts';
import { ALL_BUCKETS } from '../../src/query/group-usage.ts';
import { groupBy, type Stats } from '../../src/query/grouping.ts';
import { NOT_RECORDED, TIER, type GroupKey, type Tag } from '../../src/query/group-keys.ts';
import { groupName } from '../../src/report/names.ts';
import { failureNotes } from '../../src/query/failure-text.ts';
import { dimensionNotes } from '../../src/report/stats-notes.ts';
import { cell, session, source } from './make.ts';
import { shanghai } from './two-sessions.ts';

const AT = '2026-02-01T01:30Z';
const tag = (name: string, isReindexed: boolean): Tag => ({ tag: name, absent: NOT_RECORDED, isReindexed });

function statsBy(...keys: GroupKey[]): Stats {
  const cells = [
    cell(AT, 'a', { tags: '', rounds: 1200 }),
    cell(AT, 'b', { tags: '', rounds: 1, counters: [COUNTER.uncounted, 1] }),
    cell(AT, 'a', { tags: '{"a":"other values","b":"x"}', rounds: 2 }),
    cell(AT, 'b', { tags: '{"a":"other values","b":""}', counters: [COUNTER.status5xx, 1] }),
  ];
  return groupBy(source([session('s', cells)]), keys, { buckets: ALL_BUCKETS, local: shanghai });
}

test('values that are not recorded, and other values, with what to do', () => {
  expect(dimensionNotes(statsBy('model', tag('a', false), tag('b', true)))).toEqual([
    '1,201 rounds were stored before the store counted by a: run monitor reindex to count by it.',
    '3 rounds were put in other values: a session counts by at most 1,000 values of a.',
    '1,201 rounds were stored before the store counted by b: what they had was not kept.',
  ]);
  expect(dimensionNotes(statsBy(TIER))).toEqual([
    '1 round was stored before the store counted by service_tier, and counted as (default).',
  ]);
  expect(dimensionNotes(statsBy('model'))).toEqual([]);
});

const failures = { uncounted: 0, gone: 0, clientErrors: 0, rateLimited: 0, serverErrors: 0 };

test.each([
  [{}, []],
  [
    { rateLimited: 3, clientErrors: 3, serverErrors: 9 },
    ['12 of 2,000 requests failed (3 rate limited (429), 9 server errors (5xx))'],
  ],
  [
    { rateLimited: 1, clientErrors: 2, serverErrors: 1, gone: 1 },
    [
      '4 of 2,000 requests failed (1 rate limited (429), 1 other client error (4xx), 1 server error (5xx), 1 without a response (status 0))',
    ],
  ],
  [{ clientErrors: 2 }, ['2 of 2,000 requests failed (2 other client errors (4xx))']],
  [
    { uncounted: 1999, serverErrors: 1 },
    [
      '1 of 1 request failed (1 server error (5xx))',
      'Whether 1,999 requests that an older version stored failed is not known. monitor reindex counts those that are not pruned.',
    ],
  ],
  [
    { uncounted: 1 },
    [
      'Whether 1 request that an older version stored failed is not known. monitor reindex counts those that are not pruned.',
    ],
  ],
])('failures %j', (some, notes) => {
  expect(failureNotes({ rounds: 2000, failures: { ...failures, ...some } })).toEqual(notes);
});

test('names of tags', () => {
  expect([NOT_RECORDED, '', '\u202e', 'x'].map((name) => groupName(tag('a', true), name))).toEqual([
    '(not recorded)',
    '(none)',
    '-',
    'x',
  ]);
  expect([groupName(TIER, ''), groupName('agent', ''), groupName('channel', '')]).toEqual([
    '(default)',
    '(none)',
    '(none)',
  ]);
});
