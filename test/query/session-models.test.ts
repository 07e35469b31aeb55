import { expect, test } from 'vitest';
import { COUNTER } from '../../src/model/cell-counters.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import { sumOfCells } from '../../src/query/aggregate.ts';
import { mainModel, shownModels, usedModels } from '../../src/query/session-models.ts';

const cell = (bucket: number, model: string, rest: Partial<UsageCell> = {}): UsageCell => ({
  bucket,
  model,
  consumer: '',
  api: '',
  price: 1,
  rounds: 1,
  input: 100,
  output: 10,
  reasoning: 0,
  cached: 0,
  cacheWrite: 0,
  cost: 1n,
  saved: 0n,
  currency: 'USD',
  inexact: '',
  tags: '',
  counters: [],
  ...rest,
});
/** A request that failed, as most are logged: without usage. */
const failed = (bucket: number, model = 'unknown'): UsageCell =>
  cell(bucket, model, { price: 'no-usage', input: 0, output: 0, counters: [COUNTER.status5xx, 1] });

/** `model`: of the round that was stored last. */
const of = (model: string, usage: UsageCell[]): string[] => shownModels({ model, usage }, sumOfCells(usage));

test('the main model is that of the last answer, the others come by use', () => {
  expect(of('a', [cell(1, 'b'), cell(1, 'b'), cell(2, 'a')])).toEqual(['a', 'b']);
  expect(of('unknown', [cell(1, 'b', { input: 999 }), cell(2, 'a'), cell(1, 'c'), failed(3)])).toEqual([
    'a',
    'b',
    'c',
  ]);
  // The log names the model of a request that failed: it is one of the session's, and gave no answer.
  expect(of('b', [cell(1, 'a'), failed(2, 'b')])).toEqual(['a', 'b']);
  // The order of cells does not matter.
  expect(of('unknown', [failed(3), cell(2, 'a'), cell(1, 'b')])).toEqual(['a', 'b']);
});

test('of models that answered in the same quarter of an hour, it is that of the last round, or the most used one', () => {
  const both = [cell(1, 'a'), cell(1, 'b'), cell(1, 'b')];
  expect(of('a', both)).toEqual(['a', 'b']);
  expect(of('unknown', [...both, failed(1)])).toEqual(['b', 'a']);
  expect(of('unknown', [cell(1, 'b'), cell(1, 'a'), failed(1)])).toEqual(['a', 'b']);
  // Of three rounds of c, two failed.
  const most = cell(1, 'c', { rounds: 3, counters: [COUNTER.status4xx, 2] });
  expect(of('unknown', [most, ...both])[0]).toBe('b');
});

test('without an answer: what the log names, or else that there is none', () => {
  expect(of('gpt-5', [failed(1, 'gpt-5')])).toEqual(['gpt-5']);
  expect(of('unknown', [failed(1), failed(2)])).toEqual(['no answer']);
  expect(usedModels({ model: 'unknown', usage: [failed(1)] }, sumOfCells([failed(1)]))).toEqual([]);
  expect(mainModel({ model: 'unknown', usage: [failed(1)] }, [])).toBeUndefined();
});

test('an answer of a model that the log does not name is one', () => {
  expect(of('UNKNOWN', [cell(1, 'a'), cell(2, 'UNKNOWN', { price: 'unpriced' })])).toEqual(['UNKNOWN', 'a']);
  expect(of('from-cache', [cell(1, 'from-cache', { price: 'gateway-cache', input: 0, output: 0 })])).toEqual([
    'from-cache',
  ]);
});
