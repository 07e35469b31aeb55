import { expect, test } from 'vitest';
import { addCounters, COUNTER } from '../../src/model/cell-counters.ts';
import { countersOf } from '../../src/model/round-counters.ts';
import { HealthSum } from '../../src/query/health-sum.ts';

const counters = countersOf(
  { usage: { output: 70 }, responseCode: 200, responseFlags: null, durationMs: 1000, firstTokenMs: 300 },
  'all',
);
const speedOf = (...sums: HealthSum[]) => {
  const all = new HealthSum();
  for (const sum of sums) all.add(sum);
  return all.speed;
};
const sumOf = (cell: { counters: readonly number[]; output: number }): HealthSum => {
  const sum = new HealthSum();
  sum.addCell(cell);
  return sum;
};

test('speed is of answers with a duration', () => {
  expect(sumOf({ counters, output: 70 }).speed).toEqual({ rounds: 1, output: 70, ms: 700 });
  const sum = sumOf({ counters, output: 70 });
  expect(speedOf(sum, sum)).toEqual({ rounds: 2, output: 140, ms: 1400 });
});

test('nobody knows what part of a cell’s output is of rounds without counters: the cell tells no speed', () => {
  const mixed = { counters: addCounters([COUNTER.uncounted, 1], counters), output: 5070 };
  expect(sumOf(mixed).speed).toEqual({ rounds: 0, output: 0, ms: 0 });
  expect(speedOf(sumOf(mixed), sumOf({ counters, output: 70 }))).toEqual({ rounds: 1, output: 70, ms: 700 });
});

test('counters add up to what adding them as lists gives', () => {
  const other = countersOf(
    { usage: { output: 1 }, responseCode: 503, responseFlags: 'UT', durationMs: 9, firstTokenMs: null },
    'all',
  );
  const sum = sumOf({ counters, output: 70 });
  sum.addCell({ counters: other, output: 1 });
  sum.addCell({ counters, output: 70 });
  expect(sum.counters).toEqual(addCounters(addCounters(counters, counters), other));
});
