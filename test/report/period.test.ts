import { expect, test } from 'vitest';
import { ALL_TIME, periodOf, bucketsOf } from '../../src/report/period.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';

const NOW = Date.parse('2026-02-03T17:00:00Z');
const shanghai = localTimeIn('Asia/Shanghai');

function span(words: Parameters<typeof periodOf>[0], local = shanghai, now = NOW): string[] {
  const { from, to } = periodOf(words, local, now);
  return [from, to].map((ms) => (Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 16) : String(ms)));
}

test('no words are all time', () => {
  expect(periodOf({}, shanghai, NOW)).toEqual(ALL_TIME);
});

test('--days 1 is the local today, which has begun in Shanghai and not in UTC', () => {
  expect(span({ days: 1 })).toEqual(['2026-02-03T16:00', '2026-02-04T16:00']);
  expect(span({ days: 1 }, localTimeIn('UTC'))).toEqual(['2026-02-03T00:00', '2026-02-04T00:00']);
});

test('--days 7 is seven dates, over a change of the clock too', () => {
  expect(span({ days: 7 })).toEqual(['2026-01-28T16:00', '2026-02-04T16:00']);
  const berlin = localTimeIn('Europe/Berlin');
  expect(span({ days: 7 }, berlin, Date.parse('2026-03-31T12:00:00Z'))).toEqual([
    '2026-03-24T23:00',
    '2026-03-31T22:00',
  ]);
});

test('a date begins and ends in the zone; --until includes it', () => {
  expect(span({ since: '2026-02-01', until: '2026-02-01' })).toEqual([
    '2026-01-31T16:00',
    '2026-02-01T16:00',
  ]);
});

test('a time without an offset is one of the zone', () => {
  expect(span({ since: '2026-02-01T09:30' })).toEqual(['2026-02-01T01:30', 'Infinity']);
  expect(span({ until: '2026-02-01 09:30:59' })).toEqual(['-Infinity', '2026-02-01T01:30']);
  expect(span({ since: '2026-02-01T09:30:00+01:00', until: '2026-02-01T09:30:00.5Z' })).toEqual([
    '2026-02-01T08:30',
    '2026-02-01T09:30',
  ]);
});

test.each(['yesterday', '2026-02-30', '2026-2-1', '2026-02-01T25:00', '2026-02-01T09', '', '1769900000'])(
  '%j is no time, and the error says what is one',
  (since) => {
    expect(() => span({ since })).toThrow(
      `--since '${since}' is not a time. Use a date (2026-02-01) or an ISO 8601 time (2026-02-01T09:30, 2026-02-01T09:30:00+08:00).`,
    );
  },
);

test('--since must be before --until', () => {
  expect(() => span({ since: '2026-02-02', until: '2026-02-01' })).toThrow(
    '--since 2026-02-02 is not before --until 2026-02-01.',
  );
});

test.each([
  [{ days: 7 }, 'Last 7 days'],
  [{ days: 1 }, 'Today'],
  [{ since: '2026-02-01' }, 'since 2026-02-01'],
  [{ since: '2026-02-01', until: '2026-02-02' }, 'since 2026-02-01, until 2026-02-02'],
])('the heading for %o is %j', (words, label) => {
  expect(periodOf(words, shanghai, NOW).label).toBe(label);
});

test('a period takes every quarter of an hour that it touches', () => {
  const from = Date.parse('2026-02-01T09:37:00Z');
  expect(bucketsOf({ from, to: from + 1, label: null })).toEqual({ from: 1966598, to: 1966599 });
  expect(bucketsOf(ALL_TIME)).toEqual({ from: -Infinity, to: Infinity });
});
