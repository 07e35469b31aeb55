import { expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { addFailures, failedRounds, NO_FAILURES, withCounters } from '../../src/query/failures.ts';
import { COUNTER, counterOf, failedRoundsOf } from '../../src/model/cell-counters.ts';

test('of all counters, only those of failures', () => {
  const failures = withCounters(NO_FAILURES, [
    COUNTER.uncounted,
    1,
    COUNTER.unflagged,
    9,
    COUNTER.noStatus,
    9,
    COUNTER.status0,
    2,
    COUNTER.status3xx,
    9,
    COUNTER.status4xx,
    5,
    COUNTER.status5xx,
    3,
    COUNTER.status429,
    4,
    COUNTER.timeout,
    9,
  ]);
  expect(failures).toEqual({ uncounted: 1, gone: 2, clientErrors: 5, rateLimited: 4, serverErrors: 3 });
  expect(failedRounds(failures)).toBe(10);
  expect(addFailures(failures, failures)).toEqual({
    uncounted: 2,
    gone: 4,
    clientErrors: 10,
    rateLimited: 8,
    serverErrors: 6,
  });
  const copy = addFailures(NO_FAILURES, failures);
  expect(copy).toEqual(failures);
  expect(addFailures(failures, NO_FAILURES)).toBe(failures);
  // Each sum has its own, which cells are added to in place.
  const before = { ...failures };
  expect(withCounters(copy, [COUNTER.status0, 1])).toBe(copy);
  expect(failures).toEqual(before);
  expect(failedRounds(NO_FAILURES)).toBe(0);
});

test('what nobody failed in is the one shared object', () => {
  expect(withCounters(NO_FAILURES, [COUNTER.noStatus, 1, COUNTER.durationMs, 5])).toBe(NO_FAILURES);
});

test('they are what the counters say', () => {
  const anyCounters = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(99)), { selector: ([id]) => id })
    .map((pairs) => pairs.toSorted(([a], [b]) => a - b).flat());
  fc.assert(
    fc.property(anyCounters, anyCounters, (a, b) => {
      const sum = withCounters(withCounters(NO_FAILURES, a), b);
      expect(failedRounds(sum)).toBe(failedRoundsOf(a) + failedRoundsOf(b));
      expect(sum.uncounted).toBe(counterOf(a, 'uncounted') + counterOf(b, 'uncounted'));
      expect(sum.rateLimited).toBe(counterOf(a, 'status429') + counterOf(b, 'status429'));
    }),
  );
});
