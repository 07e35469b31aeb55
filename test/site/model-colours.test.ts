import { expect, test } from 'vitest';
import { modelColours, modelSlots } from '../../src/site/model-colours.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';

/** A session of one round of each model, in these buckets. */
function sessionOf(uses: readonly [model: string, bucket: number][]): SessionEntry {
  return { usage: uses.map(([model, bucket]) => ({ model, bucket }) as UsageCell) } as SessionEntry;
}

test('the first six models have a colour; a name that is no model takes none', () => {
  const slots = modelSlots([
    sessionOf([
      ['b', 2],
      ['late', 9],
      ['from-cache', 0],
      ['unknown', 0],
      ['', 0],
    ]),
    sessionOf([
      ['c', 2],
      ['b', 1],
      ['a', 2],
      ['d', 3],
      ['e', 4],
      ['f', 5],
    ]),
  ]);
  expect([...slots]).toEqual([
    ['b', 1],
    ['a', 2],
    ['c', 3],
    ['d', 4],
    ['e', 5],
    ['f', 6],
  ]);
  const { slotOf } = modelColours(slots);
  expect(['b', 'f', 'late', 'from-cache', 'unknown'].map(slotOf)).toEqual([1, 6, 0, 0, 0]);
});
