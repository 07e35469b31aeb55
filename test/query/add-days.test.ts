import { expect, test } from 'vitest';
import { addDays } from '../../src/query/add-days.ts';

test.each([
  ['2026-02-28', 1, '2026-03-01'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2026-12-31', 1, '2027-01-01'],
  ['2026-01-01', -1, '2025-12-31'],
  ['2026-02-03', 0, '2026-02-03'],
  ['2026-02-28', 4, '2026-03-04'],
  // Clocks are put forward in Europe on 29 March: a date has no hours.
  ['2026-03-28', 2, '2026-03-30'],
  ['9999-12-31', 1, '+010000-01-01'],
])('%s and %i days is %s', (date, days, expected) => {
  expect(addDays(date, days)).toBe(expected);
});
