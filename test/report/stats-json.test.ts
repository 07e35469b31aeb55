import { expect, test } from 'vitest';
import { statsJson } from '../../src/report/json.ts';
import { ALL_TIME } from '../../src/report/period.ts';
import { statsByDate, statsByModel } from '../../src/report/stats.ts';
import { SESSIONS, shanghai } from './two-sessions.ts';

test('stats-model --json', () => {
  expect(JSON.parse(statsJson(statsByModel(SESSIONS, ALL_TIME), 'model'))).toEqual({
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
    },
  });
});

test('stats-date --json has dates of the zone and their models, the one used most first', () => {
  const json = JSON.parse(statsJson(statsByDate(SESSIONS, ALL_TIME, shanghai), 'date'));
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
  };
  expect(JSON.parse(statsJson(statsByModel([], ALL_TIME), 'model'))).toEqual({ version: 1, rows: [], total });
  expect(JSON.parse(statsJson(statsByDate([], ALL_TIME, shanghai), 'date'))).toEqual({
    version: 1,
    rows: [],
    total: { ...total, models: [] },
  });
});
