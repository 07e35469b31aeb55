import { expect, test } from 'vitest';
import {
  keepsColours,
  modelColours,
  slotsOf,
  withFirstUses,
  type FirstUses,
} from '../../src/site/model-colours.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';

/** Cells of one round of each model, in these buckets. */
function cells(...uses: readonly [model: string, bucket: number][]): Pick<UsageCell, 'model' | 'bucket'>[] {
  return uses.map(([model, bucket]) => ({ model, bucket }));
}

const FIRST = cells(['b', 2], ['late', 9], ['from-cache', 0], ['unknown', 0], ['', 0]);
const SECOND = cells(['c', 2], ['b', 1], ['a', 2], ['d', 3], ['e', 4], ['f', 5]);

test('the first six models have a colour; a name that is no model takes none', () => {
  const slots = slotsOf(withFirstUses([], [...FIRST, ...SECOND]));
  expect([...slots]).toEqual([
    ['b', 1],
    ['a', 2],
    ['c', 3],
    ['d', 4],
    ['e', 5],
    ['f', 6],
  ]);
  const { slotOf } = modelColours(slots);
  expect(['b', 'f', 'late', 'from-cache', 'unknown'].map(slotOf)).toEqual([1, 6, 0, 7, 7]);
});

test('models that come later are added to those with a colour, in any order, with the same result', () => {
  const all: FirstUses = [
    ['b', 1],
    ['a', 2],
    ['c', 2],
    ['d', 3],
    ['e', 4],
    ['f', 5],
  ];
  expect(withFirstUses(withFirstUses([], FIRST), SECOND)).toEqual(all);
  expect(withFirstUses(withFirstUses([], SECOND), FIRST)).toEqual(all);
  // An earlier use of a model without a colour, then of one with a colour.
  expect(withFirstUses(all, cells(['late', 4])).map(([model]) => model)).toEqual([
    'b',
    'a',
    'c',
    'd',
    'e',
    'late',
  ]);
  expect(withFirstUses(all, cells(['f', 0])).map(([model]) => model)).toEqual(['f', 'b', 'a', 'c', 'd', 'e']);
});

test('colours are kept as long as models only come to them', () => {
  const uses = (...models: string[]): FirstUses => models.map((model, i) => [model, i]);
  expect(keepsColours(uses('a', 'b'), uses('a', 'b', 'c'))).toBe(true);
  expect(keepsColours(uses('a', 'b'), uses('b', 'a'))).toBe(false);
  expect(keepsColours(uses('a', 'b'), uses('a', 'c', 'b'))).toBe(false);
});
