import { expect, test } from 'vitest';
import { isoWeekOf } from '../../src/query/iso-week.ts';

test.each([
  ['2026-02-01', '2026-W05'],
  ['2026-02-02', '2026-W06'],
  ['2025-12-28', '2025-W52'],
  ['2025-12-29', '2026-W01'],
  ['2026-01-04', '2026-W01'],
  ['2027-01-03', '2026-W53'],
  ['2027-01-04', '2027-W01'],
  ['2024-12-30', '2025-W01'],
  ['2000-01-01', '1999-W52'],
])('%s is in %s', (date, week) => {
  expect(isoWeekOf(date)).toBe(week);
});
