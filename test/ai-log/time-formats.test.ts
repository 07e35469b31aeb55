// What Envoy, and what stands around it, can write as a time: the same moment in each form.
import { execFileSync } from 'node:child_process';
import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { readTime } from '../../src/ai-log/time.ts';

const iso = (value: unknown): string | null => {
  const ms = readTime(value);
  return ms === null ? null : new Date(ms).toISOString();
};

describe('the second 2026-06-01T10:00:00Z', () => {
  test.each([
    // Envoy's documentation of START_TIME: '%Y/%m/%dT%H:%M:%S%z', '%s', and with both.
    '2026/06/01T18:00:00+0800',
    '2026/06/01T10:00:00+0000 1780308000',
    '1780308000',
    // %e pads with a space
    ' 1/Jun/2026:10:00:00 +0000',
    ' 1 Jun 2026 10:00:00',
    '[ 1/Jun/2026:10:00:00 +0000]',
    // ISO 8601 and RFC 3339 with any offset
    '2026-06-01T10:00:00Z[UTC]',
    '2026-06-01T18:00:00+08:00[Asia/Shanghai]',
    '2026-06-01T18:00:00+08:00',
    '2026-06-01T18:00:00+0800',
    '2026-06-01T18:00:00+08',
    '2026-06-01T18:00:00 +0800',
    '2026-06-01 18:00:00 +08:00',
    '2026-06-01T18:00:00+08:00:00',
    '2026-06-01T06:30:00-0330',
    '2026-05-31T22:00:00-12:00',
    '2026-06-02T00:00:00+14:00',
    '2026-06-01t10:00:00z',
    '2026-06-01T10:00Z',
    '2026-06-01T10:00:00',
    '2026-06-01 10:00:00',
    '2026-06-01_10:00:00',
    '20260601T100000Z',
    '20260601T180000+0800',
    '20260601100000',
    20260601100000,
    '2026.06.01 10:00:00',
    '2026/6/1 10:00:00',
    '2026-06-01T10-00-00',
    '2026-06-01_10.00.00',
    '2026-06-01 10:00:00 AM',
    '2026年06月01日 18:00:00 +0800',
    // nginx's and Apache's $time_local
    '01/Jun/2026:18:00:00 +0800',
    '[01/Jun/2026:18:00:00 +0800]',
    '01/Jun/2026:10:00:00',
    // RFC 2822 and RFC 9110
    'Mon, 01 Jun 2026 18:00:00 +0800',
    'Mon, 1 Jun 2026 10:00:00 GMT',
    '1 Jun 2026 18:00 +0800',
    'Mon, 01 Jun 2026 18:00:00 +0800 (CST)',
    // ctime and strftime's %c, date(1), strftime with names
    'Mon Jun  1 10:00:00 2026',
    'Mon Jun 01 10:00:00 UTC 2026',
    'June 1, 2026 10:00:00',
    'Monday, 01 June 2026 10:00:00 UTC',
    '2026-Jun-01 10:00:00',
    '01-Jun-2026 10:00:00',
    // Go's Time.String, Java's ZonedDateTime, JavaScript's Date
    '2026-06-01 18:00:00 +0800 CST',
    '2026-06-01T18:00+08:00[Asia/Shanghai]',
    '2026-06-01T18:00+08:00[Etc/GMT-8]',
    'Mon Jun 01 2026 18:00:00 GMT+0800 (China Standard Time)',
    '2026-06-01 18:00:00 UTC+8',
    '2026-06-01 10:00:00 UTC',
    // Since 1970, in each unit
    1780308000,
    1780308000000,
    1780308000000000,
    1780308000000000000,
    '1780308000000',
    '1780308000000000',
    '1780308000000000000',
    '1.780308e+09',
  ])('%s', (text) => {
    expect(iso(text)).toBe('2026-06-01T10:00:00.000Z');
  });
});

describe('the moment 2026-06-01T10:00:00.528Z, of which less than a millisecond is dropped', () => {
  test.each([
    // '%s.%3f', '%s.%6f', '%s.%f', '%s%3f', '%s%6f', '%s%9f'
    '1780308000.528',
    '1780308000.528999',
    '1780308000.528999999',
    '1780308000528',
    '1780308000528999',
    '1780308000528999999',
    1780308000528999,
    // '%Y-%m-%dT%H:%M:%S.%3f%z' and %1f to %9f behind it
    '2026-06-01T10:00:00.528+0000',
    '2026-06-01T10:00:00.5289+0000',
    '2026-06-01T18:00:00,528+08:00',
    '2026-06-01 18:00:00,528999 +0800',
    '2026-06-01 10:00:00:528',
    '2026/06/01 10:00:00.528999999999',
    '20260601T100000.528Z',
    '20260601100000528',
    '20260601100000528999',
    '01/Jun/2026:18:00:00.528 +0800',
    '2026/06/01T10:00:00+0000 1780308000.528',
    '2026-06-01T10-00-00.528',
  ])('%s', (text) => {
    expect(iso(text)).toBe('2026-06-01T10:00:00.528Z');
  });

  test('with fewer digits', () => {
    expect(iso('2026-06-01T10:00:00,5')).toBe('2026-06-01T10:00:00.500Z');
    expect(iso('1780308000.05')).toBe('2026-06-01T10:00:00.050Z');
  });
});

test('noon and midnight of a clock of twelve hours', () => {
  expect(iso('2026-06-01 12:00:00 AM')).toBe('2026-06-01T00:00:00.000Z');
  expect(iso('2026-06-01 12:00:00 PM')).toBe('2026-06-01T12:00:00.000Z');
  expect(iso('2026-06-01 06:00:00 PM +0800')).toBe('2026-06-01T10:00:00.000Z');
});

describe('what can mean two times, or none, is none', () => {
  test.each([
    '06/01/2026',
    '06/01/2026 18:00:00',
    '13/06/2026 18:00:00',
    '01-06-2026T18:00:00Z',
    '06/01/26 18:00:00',
    '26-06-01 18:00:00',
    'Monday, 01-Jun-26 18:00:00 GMT',
    '2026-06-01 18:00:00 CST',
    '2026-06-01 18:00:00 PST',
    'Jun  1 18:00:00',
    '18:00:00',
    '2026/06/01',
    '2026/02/29T18:00:00+0800',
    '2026/13/01T18:00:00+0800',
    '2026/06/00T18:00:00+0800',
    '2026/06-01T18:00:00+0800',
    '2026/06/01T24:00:00+0800',
    '2026/06/01T18:60:00+0800',
    '2026/06/01T18:00:00+2400',
    '2026/06/01T18:00:00+0860',
    '2026-06-01 13:00:00 PM',
    '2026-06-01 00:00:00 AM',
    '31/Jun/2026:18:00:00 +0800',
    '01/Junk/2026:18:00:00 +0800',
    '01/Juni/2026:18:00:00 +0800',
    '20260631T100000Z',
    '20260601256060',
    '1999/12/31T18:00:00+0000',
    '-1780308000',
    '12345678',
    '1780308000 1780308000',
    '%START_TIME%',
    '1.78e400',
  ])('%s', (text) => {
    expect(readTime(text)).toBeNull();
  });
});

test('whatever Python formats, with any offset, is read as the same moment', () => {
  const forms = [
    '%Y/%m/%dT%H:%M:%S%z',
    '%Y-%m-%dT%H:%M:%S%z',
    '%Y-%m-%d %H:%M:%S %z',
    '%d/%b/%Y:%H:%M:%S %z',
    '%a, %d %b %Y %H:%M:%S %z',
    '%A %d %B %Y %H:%M:%S %z',
    '%Y%m%dT%H%M%S%z',
    '%B %d, %Y %I:%M:%S %p %z',
  ];
  const script = `
import datetime as d, json, random
random.seed(7)
rows = []
for i in range(600):
    zone = d.timezone(d.timedelta(minutes=random.randrange(-14 * 4, 14 * 4 + 1) * 15))
    at = d.datetime.fromtimestamp(random.randrange(946684800 + 86400, 4102444800), zone)
    rows += [[at.strftime(form), int(at.timestamp())] for form in ${JSON.stringify(forms)}]
print(json.dumps(rows))`;
  const rows = JSON.parse(execFileSync('python3', ['-c', script], { encoding: 'utf8' })) as [
    string,
    number,
  ][];
  expect(rows).toHaveLength(600 * forms.length);
  const wrong = rows.filter(([text, seconds]) => readTime(text) !== seconds * 1000);
  expect(wrong).toEqual([]);
});

test('any text is read or not, at once', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'0123456789-/:.,+ TZeJunMoGMTAP[]()'), maxLength: 80 }),
      (text) => {
        const ms = readTime(text);
        expect(ms === null || (ms >= Date.UTC(2000, 0, 1) && ms < Date.UTC(2200, 0, 1))).toBe(true);
      },
    ),
    { numRuns: 3000 },
  );
  for (const part of ['1', ' ', '2026-06-01 ', 'Mon, ', '01/Jun/2026:', '[', '1:1:', 'Z', '+08', '年']) {
    expect(readTime(part.repeat(100_000))).toBeNull();
  }
});
