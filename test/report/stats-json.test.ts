import { expect, test } from 'vitest';
import { statsJson } from '../../src/report/json.ts';
import { ALL_BUCKETS } from '../../src/query/group-usage.ts';
import type { GroupKey } from '../../src/query/group-keys.ts';
import { groupBy } from '../../src/query/grouping.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { cell, session, source, usd, exactCosts } from './make.ts';
import { SESSIONS, shanghai } from './two-sessions.ts';

function statsOf(keys: GroupKey[], sessions: SessionEntry[] = SESSIONS): any {
  return JSON.parse(statsJson(groupBy(source(sessions), keys, { buckets: ALL_BUCKETS, local: shanghai })));
}

const UNFAILED = { failed_rounds: 0, uncounted_rounds: 0 };

test('stats-model --json', () => {
  expect(statsOf(['model'])).toEqual({
    version: 1,
    rows: [
      {
        model: 'Qwen3-rerank',
        sessions: 1,
        rounds: 5,
        input_tokens: 15_230,
        output_tokens: 9_840,
        reasoning_tokens: 150,
        cached_tokens: 1_024,
        cache_write_tokens: 0,
        cost_usd: 0.0168,
        unpriced_rounds: 0,
        ...exactCosts(0.0168),
        saved_usd: 0,
        ...UNFAILED,
      },
      {
        model: 'DeepSeek-R1',
        sessions: 2,
        rounds: 5,
        input_tokens: 9_295,
        output_tokens: 6_820,
        reasoning_tokens: 0,
        cached_tokens: 0,
        cache_write_tokens: 0,
        cost_usd: 0.0106,
        unpriced_rounds: 3,
        ...exactCosts(0.0106),
        saved_usd: 0,
        ...UNFAILED,
      },
      {
        model: 'qwen-max',
        sessions: 1,
        rounds: 40,
        input_tokens: 1_000_000,
        output_tokens: 234_567,
        reasoning_tokens: 0,
        cached_tokens: 0,
        cache_write_tokens: 0,
        cost_usd: null,
        unpriced_rounds: 40,
        ...exactCosts(null),
        saved_usd: null,
        ...UNFAILED,
      },
    ],
    total: {
      sessions: 2,
      rounds: 50,
      input_tokens: 1_024_525,
      output_tokens: 251_227,
      reasoning_tokens: 150,
      cached_tokens: 1_024,
      cache_write_tokens: 0,
      cost_usd: 0.0274,
      unpriced_rounds: 43,
      ...exactCosts(0.0274),
      saved_usd: 0,
      ...UNFAILED,
    },
  });
});

test('stats-date --json has dates of the zone and their models, the one used most first', () => {
  const json = statsOf(['date']);
  expect(Object.keys(json.rows[0])).toEqual([
    'date',
    'sessions',
    'rounds',
    'input_tokens',
    'output_tokens',
    'reasoning_tokens',
    'cached_tokens',
    'cache_write_tokens',
    'cost_usd',
    'unpriced_rounds',
    ...Object.keys(exactCosts(0)),
    'saved_usd',
    'failed_rounds',
    'uncounted_rounds',
    'models',
  ]);
  expect(
    json.rows.map((row: Record<string, unknown>) => [row['date'], row['sessions'], row['models']]),
  ).toEqual([
    ['2026-02-01', 1, ['Qwen3-rerank']],
    ['2026-02-02', 2, ['qwen-max', 'DeepSeek-R1']],
  ]);
  expect(json.total.models).toEqual(['qwen-max', 'Qwen3-rerank', 'DeepSeek-R1']);
});

test('the same JSON when there is nothing', () => {
  const total = {
    sessions: 0,
    rounds: 0,
    input_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    cached_tokens: 0,
    cache_write_tokens: 0,
    cost_usd: 0,
    unpriced_rounds: 0,
    ...exactCosts(0),
    saved_usd: 0,
    ...UNFAILED,
  };
  expect(statsOf(['model'], [])).toEqual({ version: 1, rows: [], total });
  expect(statsOf(['date'], [])).toEqual({
    version: 1,
    rows: [],
    total: { ...total, models: [] },
  });
});

test('stats-consumer --json: null for those without a name, what caches saved, and the models', () => {
  const entry = session('s', [
    cell('2026-02-01T01:30Z', 'a', { consumer: 'bot', api: 'chat', cost: usd(2), saved: usd(0.5) }),
    cell('2026-02-01T01:30Z', 'b', {
      consumer: 'bot',
      api: 'chat',
      cost: usd(1),
      input: 9,
      saved: -usd(0.125),
    }),
    cell('2026-02-01T01:30Z', 'b', { consumer: '', price: 'unpriced' }),
  ]);
  const rows = (keys: GroupKey[]): unknown[] => statsOf(keys, [entry]).rows;
  expect(rows(['consumer'])).toMatchObject([
    { consumer: 'bot', rounds: 2, cost_usd: 3, saved_usd: 0.375, models: ['b', 'a'] },
    { consumer: null, rounds: 1, cost_usd: null, saved_usd: null, models: ['b'] },
  ]);
  const combined = rows(['consumer', 'model', 'api', 'session']) as Record<string, unknown>[];
  expect(Object.keys(combined[0] ?? {}).slice(0, 5)).toEqual([
    'consumer',
    'model',
    'api',
    'session_id',
    'sessions',
  ]);
  expect(combined.map(({ consumer, model, api, session_id }) => [consumer, model, api, session_id])).toEqual([
    ['bot', 'a', 'chat', 's'],
    ['bot', 'b', 'chat', 's'],
    [null, 'b', null, 's'],
  ]);
  expect(combined[0]).not.toHaveProperty('models');
});
