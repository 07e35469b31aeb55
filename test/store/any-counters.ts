import { fc } from '../fast-check.ts';

/** Counters of a cell: ids of this and of later versions, ascending, each with a count. */
export const anyCounters: fc.Arbitrary<number[]> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 2 ** 40 })), {
    maxLength: 4,
    selector: ([id]) => id,
  })
  .map((pairs) => pairs.toSorted(([a], [b]) => a - b).flat());
