import { expect, test } from 'vitest';
import { readTime } from '../../src/ai-log/time.ts';

const iso = (value: unknown): string | null => {
  const ms = readTime(value);
  return ms === null ? null : new Date(ms).toISOString();
};

test.each([
  ['2026-02-01T09:30:15.123Z', '2026-02-01T09:30:15.123Z'],
  ['2026-02-01T09:30:15Z', '2026-02-01T09:30:15.000Z'],
  ['2026-02-01T09:30:15.123456789Z', '2026-02-01T09:30:15.123Z'],
  ['2026-02-01T09:30:15+08:00', '2026-02-01T01:30:15.000Z'],
  ['2026-02-01T09:30:15-0330', '2026-02-01T13:00:15.000Z'],
  ['2026-02-01T09:30:15', '2026-02-01T09:30:15.000Z'],
  ['2026-02-01 09:30:15.5', '2026-02-01T09:30:15.500Z'],
  ['1769938215', '2026-02-01T09:30:15.000Z'],
  ['1769938215.123', '2026-02-01T09:30:15.123Z'],
  ['1769938215123', '2026-02-01T09:30:15.123Z'],
  [1769938215, '2026-02-01T09:30:15.000Z'],
  [1769938215.5, '2026-02-01T09:30:15.500Z'],
  [1769938215123.9, '2026-02-01T09:30:15.123Z'],
])('%s is %s', (value, expected) => {
  expect(iso(value)).toBe(expected);
});

test('the time of a zoneless text is UTC, wherever the program runs', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Asia/Shanghai';
  try {
    expect(iso('2026-02-01T09:30:15')).toBe('2026-02-01T09:30:15.000Z');
  } finally {
    process.env['TZ'] = zone;
  }
});

test('only times of this century and the next are believed', () => {
  expect(iso('2000-01-01T00:00:00Z')).toBe('2000-01-01T00:00:00.000Z');
  expect(iso('1999-12-31T23:59:59.999Z')).toBeNull();
  expect(iso('2199-12-31T23:59:59.999Z')).toBe('2199-12-31T23:59:59.999Z');
  expect(iso('2200-01-01T00:00:00Z')).toBeNull();
  expect(iso('2028-02-29T00:00:00Z')).toBe('2028-02-29T00:00:00.000Z');
  expect(iso('2026-12-31T00:00:00Z')).toBe('2026-12-31T00:00:00.000Z');
});

test.each([
  '',
  '-',
  'now',
  '2026-02-01',
  '2026-13-01T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-04-00T00:00:00Z',
  '2026-02-01T25:00:00Z',
  '2026-02-01T09:30:15+99:99',
  '2026-02-01T09:30:15Zx',
  '+275760-09-13T00:00:00Z',
  '12',
  '17699382151234567',
  '9'.repeat(100_000),
  0,
  -1,
  1e300,
  Infinity,
  NaN,
  null,
  undefined,
  true,
  {},
  ['2026-02-01T09:30:15Z'],
])('%s is no time', (value) => {
  expect(readTime(value)).toBeNull();
});
