import { expect, test } from 'vitest';
import { localTimeIn } from '../../src/query/time-zone.ts';
import * as en from '../../src/texts/en.ts';
import { shownTime, zoneText } from '../../src/site/clock.ts';
import { dateRange, duration, percent, shortCount } from '../../src/site/format.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

test.each([
  [0, '0'],
  [741, '741'],
  [9_999, '9,999'],
  [10_000, '10.0 K'],
  [19_849, '19.8 K'],
  [99_949, '99.9 K'],
  [99_950, '100 K'],
  [999_499, '999 K'],
  [999_500, '1.00 M'],
  [1_331_204, '1.33 M'],
  [75_960_000, '76.0 M'],
  [2_000_000_000_000, '2.00 T'],
  [1_234_000_000_000_000, '1,234 T'],
])('%i is %s', (count, text) => {
  expect(plain(shortCount(count))).toBe(text);
});

test.each([
  [0, 0, '–'],
  [0, 9, '0%'],
  [1, 1000, '<1%'],
  [1, 3, '33%'],
  [999, 1000, '>99%'],
  [5, 5, '100%'],
])('%i of %i is %s', (part, whole, text) => {
  expect(percent(part, whole)).toBe(text);
});

test.each([
  [850, '850 ms'],
  [7_149, '7.1 s'],
  [59_951, '1 min'],
  [72_000, '1 min 12 s'],
  [20_820_000, '5 h 47 min'],
  [183_600_000, '2 d 3 h'],
])('%i ms are %s', (ms, text) => {
  expect(plain(duration(ms))).toBe(text);
});

test('a time is short, with its year only where that is another; exactly where it is pointed at', () => {
  const local = localTimeIn('Asia/Shanghai');
  const ms = Date.parse('2026-11-20T08:21:14Z');
  expect(shownTime(ms, local, '2026')).toEqual({
    text: '20 Nov 16:21',
    exact: '2026-11-20 16:21:14 +08:00',
    iso: '2026-11-20T16:21:14+08:00',
  });
  expect(shownTime(ms, local, '2027').text).toBe('20 Nov 2026');
});

test.each([
  ['2026-10-22', '2026-11-20', '22 Oct to 20 Nov 2026'],
  ['2025-12-30', '2026-01-02', '30 Dec 2025 to 2 Jan 2026'],
  ['2026-11-20', '2026-11-20', '20 Nov 2026'],
])('%s to %s is %s', (from, to, text) => {
  expect(dateRange(from, to)).toBe(text);
});

test.each([
  ['Asia/Shanghai', 'Asia/Shanghai, UTC+8'],
  ['Asia/Kolkata', 'Asia/Kolkata, UTC+5:30'],
  ['America/St_Johns', 'America/St_Johns, UTC−3:30, in summer UTC−2:30'],
  ['Europe/Berlin', 'Europe/Berlin, UTC+1, in summer UTC+2'],
  ['UTC', 'UTC'],
])('%s is %s', (zone, text) => {
  expect(zoneText(localTimeIn(zone), '2026', en.zones)).toBe(text);
});
