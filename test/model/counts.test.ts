import { expect, test } from 'vitest';
import { addCounts, Counts, COUNT_NAMES } from '../../src/model/counts.ts';

test('every count is added', () => {
  const sum = new Counts();
  for (const name of COUNT_NAMES) sum[name] = 10;
  const one = new Counts();
  for (const [i, name] of COUNT_NAMES.entries()) one[name] = i + 1;
  addCounts(sum, one);
  expect(COUNT_NAMES.map((name) => sum[name])).toEqual(COUNT_NAMES.map((_, i) => 11 + i));
});
