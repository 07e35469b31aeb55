import { expect, test } from 'vitest';
import { byCost, byKey, isCostKnown, namesByUse, sessionTotals } from '../../src/query/aggregate.ts';
import { NO_FAILURES } from '../../src/query/failures.ts';
import { noCosts } from '../../src/query/costs.ts';
import { groupUsage } from '../../src/query/group-usage.ts';
import { rowsOf } from './make.ts';
import { BUCKET_MS } from '../../src/model/usage-cell.ts';
import { cell, session, usd } from '../report/make.ts';

const byModel = { by: [(cell: { model: string }) => cell.model] };
const bucket = (iso: string): number => Date.parse(iso) / BUCKET_MS;

test('a session with two models counts under both and once in the total; each round under its own', () => {
  const two = session('two', [
    cell('2026-02-01T09:00Z', 'a', {
      rounds: 2,
      input: 100,
      output: 10,
      reasoning: 4,
      cached: 50,
      cost: usd(1),
      saved: usd(0.25),
    }),
    cell('2026-02-01T09:15Z', 'b', { rounds: 3, input: 200, output: 20, cacheWrite: 7, cost: usd(2) }),
    cell('2026-02-02T09:00Z', 'a', {
      rounds: 1,
      input: 1,
      output: 2,
      reasoning: 1,
      cached: 1,
      cost: usd(0.5),
      saved: -usd(0.5),
    }),
  ]);
  const one = session('one', [
    cell('2026-02-01T09:00Z', 'a', { rounds: 1, input: 5, output: 6, cost: usd(4) }),
  ]);
  const { groups, total } = groupUsage([two, one], byModel);
  const sums = {
    unpricedRounds: 0,
    unpricedTokens: 0,
    unpricedModels: new Map(),
    failures: NO_FAILURES,
    ...noCosts(),
  };
  expect(Object.fromEntries(rowsOf(groups))).toEqual({
    a: {
      sessions: 2,
      rounds: 4,
      input: 106,
      output: 18,
      reasoning: 5,
      cached: 51,
      cacheWrite: 0,
      cost: usd(5.5),
      saved: -usd(0.25),
      settledRounds: 4,
      models: new Map([['a', 124]]),
      ...sums,
    },
    b: {
      sessions: 1,
      rounds: 3,
      input: 200,
      output: 20,
      reasoning: 0,
      cached: 0,
      cacheWrite: 7,
      cost: usd(2),
      saved: 0n,
      settledRounds: 3,
      models: new Map([['b', 220]]),
      ...sums,
    },
  });
  expect([total.sessions, total.rounds, total.input, total.output, total.cost]).toEqual([
    2,
    7,
    306,
    38,
    usd(7.5),
  ]);
});

test('a range takes its first bucket and not its last', () => {
  const entry = session('s', [
    cell('2026-02-01T08:45Z', 'a', { input: 1 }),
    cell('2026-02-01T09:00Z', 'a', { input: 10 }),
    cell('2026-02-01T09:15Z', 'a', { input: 100 }),
  ]);
  const other = session('o', [cell('2026-02-01T08:45Z', 'a', { input: 1000 })]);
  const range = { from: bucket('2026-02-01T09:00Z'), to: bucket('2026-02-01T09:15Z') };
  const { total } = groupUsage([entry, other], { ...byModel, range });
  expect([total.sessions, total.rounds, total.input]).toEqual([1, 1, 10]);
});

test('unpriced is counted apart; free and cached answers cost nothing and are known; no usage is neither', () => {
  const sum = sessionTotals(
    session('s', [
      cell('2026-02-01T09:00Z', 'qwen', { price: 'unpriced', rounds: 2, input: 10, output: 1 }),
      cell('2026-02-01T09:00Z', 'glm', { price: 'unpriced', rounds: 3, input: 20, output: 2 }),
      cell('2026-02-01T09:00Z', 'a', { price: 'free', rounds: 5 }),
      cell('2026-02-01T09:00Z', 'a', { price: 'gateway-cache', rounds: 7 }),
      cell('2026-02-01T09:00Z', 'a', { price: 'no-usage', rounds: 11 }),
      cell('2026-02-01T09:00Z', 'a', { price: 4, rounds: 13 }),
    ]),
  );
  expect(sum).toMatchObject({
    sessions: 1,
    rounds: 41,
    settledRounds: 25,
    unpricedRounds: 5,
    unpricedTokens: 33,
  });
  expect(sum.unpricedModels).toEqual(
    new Map([
      ['qwen', 2],
      ['glm', 3],
    ]),
  );
});

test.each([
  ['nothing at all', [], true],
  ['only unpriced rounds', [cell('2026-02-01T09:00Z', 'a', { price: 'unpriced' })], false],
  ['only rounds without usage', [cell('2026-02-01T09:00Z', 'a', { price: 'no-usage' })], false],
  ['only free rounds', [cell('2026-02-01T09:00Z', 'a', { price: 'free' })], true],
] as const)('the cost of %s is known: %s', (_, usage, known) => {
  expect(isCostKnown(sessionTotals(session('s', [...usage])))).toBe(known);
});

test('rows stand by cost, then tokens, then name; dates in their order', () => {
  const entry = session('s', [
    cell('2026-02-01T09:00Z', 'b', { cost: 1n, input: 5 }),
    cell('2026-02-01T09:00Z', 'a', { cost: 1n, input: 5 }),
    cell('2026-02-01T09:00Z', 'c', { cost: 1n, output: 6 }),
    // One attodollar more than a double could tell.
    cell('2026-02-01T09:00Z', 'd', { cost: 10n ** 20n }),
    cell('2026-02-01T09:00Z', 'e', { cost: 10n ** 20n + 1n }),
  ]);
  const rows = rowsOf(groupUsage([entry], byModel).groups);
  expect(byCost(rows).map(([key]) => key)).toEqual(['e', 'd', 'c', 'a', 'b']);
  expect(byKey(rows).map(([key]) => key)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('names that are keys of every object are names like others', () => {
  const entry = session('__proto__', [
    cell('2026-02-01T09:00Z', '__proto__', { input: 1 }),
    cell('2026-02-01T09:00Z', 'constructor', { input: 2, price: 'unpriced' }),
  ]);
  const { groups, total } = groupUsage([entry], byModel);
  expect(byCost(rowsOf(groups)).map(([key, row]) => [key, row.input])).toEqual([
    ['constructor', 2],
    ['__proto__', 1],
  ]);
  expect(namesByUse(total.models)).toEqual(['constructor', '__proto__']);
});
