import { afterEach, describe, expect, test } from 'vitest';
import { cpuTimeOf } from '../growth.ts';
import { isOfProcess, localTimeIn, localTimeOfProcess } from '../../src/query/time-zone.ts';
import { bucketOf } from '../../src/model/usage-cell.ts';

function quarterOf(iso: string): number {
  return bucketOf(Date.parse(iso));
}

/** How many quarters of an hour, from two UTC days before to two after, have this local date. */
function quartersOn(date: string, timeZone: string): number {
  const local = localTimeIn(timeZone);
  const middle = quarterOf(`${date}T00:00:00Z`);
  return Array.from({ length: 4 * 96 }, (_, i) => middle - 192 + i).filter((q) => local.dateOf(q) === date)
    .length;
}

test.each([
  ['UTC', '2026-02-01', 96],
  ['Europe/Berlin', '2026-03-28', 96],
  ['Europe/Berlin', '2026-03-29', 92],
  ['Europe/Berlin', '2026-10-25', 100],
  ['Australia/Lord_Howe', '2026-04-05', 98],
  ['Australia/Lord_Howe', '2026-10-04', 94],
  ['America/Santiago', '2026-09-06', 92],
  ['Asia/Kathmandu', '2026-03-29', 96],
])('in %s the %s has %i quarters of an hour', (zone, date, buckets) => {
  expect(quartersOn(date, zone)).toBe(buckets);
});

test.each([
  ['Europe/Berlin', '2026-03-29T00:59:00Z', '2026-03-29T01:59:00+01:00'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29T03:00:00+02:00'],
  ['Europe/Berlin', '2026-10-25T00:59:59.999Z', '2026-10-25T02:59:59+02:00'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00+01:00'],
  ['Asia/Kathmandu', '2026-02-01T18:14:59Z', '2026-02-01T23:59:59+05:45'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-04-05T01:30:00+10:30'],
  ['America/St_Johns', '2026-02-01T00:00:00Z', '2026-01-31T20:30:00-03:30'],
  ['UTC', '2026-02-01T09:30:15.123Z', '2026-02-01T09:30:15+00:00'],
])('%s says %s as %s', (zone, utc, local) => {
  expect(localTimeIn(zone).isoOf(Date.parse(utc))).toBe(local);
});

test.each([
  ['Asia/Kathmandu', '2026-02-02', '2026-02-01T18:15:00Z'],
  ['Asia/Shanghai', '2026-02-01', '2026-01-31T16:00:00Z'],
  ['Pacific/Kiritimati', '2026-02-01', '2026-01-31T10:00:00Z'],
  ['Pacific/Pago_Pago', '2026-02-01', '2026-02-01T11:00:00Z'],
  // Midnight does not exist: the clock goes from 24:00 to 1:00.
  ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00Z'],
  // The whole day does not exist: Samoa crossed the date line.
  ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z'],
])('in %s the %s begins at %s', (zone, date, utc) => {
  expect(localTimeIn(zone).startOf(date)).toBe(quarterOf(utc));
});

test.each([
  ['Europe/Berlin', '2026-02-01T09:30:00Z', '2026-02-01T08:30:00Z'],
  ['Europe/Berlin', '2026-03-29T03:30:00Z', '2026-03-29T01:30:00Z'],
  ['Europe/Berlin', '2026-03-29T01:30:00Z', '2026-03-29T00:30:00Z'],
  ['Asia/Kathmandu', '2026-02-01T00:00:00Z', '2026-01-31T18:15:00Z'],
])('in %s the clock shows %s at %s', (zone, local, utc) => {
  expect(localTimeIn(zone).toUtc(Date.parse(local))).toBe(Date.parse(utc));
});

test('a date costs Intl one day, not one cell', () => {
  const DAYS = 365;
  const from = quarterOf('2026-01-01T00:00:00Z');
  const datesOf = (step: number) => (): void => {
    const local = localTimeIn('Europe/Berlin');
    for (let bucket = 0; bucket < DAYS * 96; bucket += step) local.dateOf(from + bucket);
  };
  // With Intl for each of the 96 quarters of a day: 96 times as long.
  expect(cpuTimeOf(datesOf(1)) / cpuTimeOf(datesOf(96))).toBeLessThan(40);
});

describe('the time of the process', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });

  const hours = Array.from({ length: 24 * 366 * 2 }, (_, i) => Date.UTC(2025, 11, 1) + i * 3_600_000);

  test.each([
    'UTC',
    'Asia/Shanghai',
    'America/New_York',
    'Europe/Dublin',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/St_Johns',
    'Africa/Casablanca',
    'Pacific/Apia',
  ])('is that of Intl in %s', (zone) => {
    process.env['TZ'] = zone;
    const [ours, intl] = [localTimeOfProcess(zone), localTimeIn(zone)];
    for (const ms of hours)
      if (ours.isoOf(ms) !== intl.isoOf(ms)) expect(ours.isoOf(ms)).toBe(intl.isoOf(ms));
    expect(ours.timeZone).toBe(zone);
    expect(isOfProcess(intl, Date.UTC(2026, 11, 1))).toBe(true);
  });

  test.each([
    ['UTC', 'Asia/Shanghai'],
    // The same in winter.
    ['Europe/Berlin', 'Africa/Algiers'],
  ])('in %s is not that of %s', (own, other) => {
    process.env['TZ'] = own;
    expect(isOfProcess(localTimeIn(other), Date.UTC(2026, 11, 1))).toBe(false);
  });
});
