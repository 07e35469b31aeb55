import { describe, expect, test } from 'vitest';
import { OLD_AFTER_DAYS, priceAge } from '../../src/pricing/price-age.ts';
import { builtInPrices } from '../../src/pricing/shipped.ts';

const now = Date.parse('2026-11-30T12:00:00Z');
const ageOf = (entries: Parameters<typeof priceAge>[0]['entries'], at = now) =>
  priceAge({ title: 'mine', entries }, at);

describe('prices that were seen long ago', () => {
  test('are told with their number and the oldest day', () => {
    expect(
      ageOf([
        { match: 'a', seen: '2026-11-01' },
        { match: 'b', seen: '2026-06-02' },
        { match: 'c', seen: '2026-09-23' },
        { match: 'd' },
      ]),
    ).toEqual({ title: 'mine', count: 4, old: 2, undated: 1, oldest: '2026-06-02' });
  });

  test('are old after 60 days, not on the 60th', () => {
    expect(OLD_AFTER_DAYS).toBe(60);
    const entries = [{ match: 'a', seen: '2026-10-01' }];
    expect(ageOf(entries, Date.parse('2026-11-30T00:00:00Z')).old).toBe(0);
    expect(ageOf(entries, Date.parse('2026-11-30T00:00:01Z')).old).toBe(1);
  });

  test('that another price has replaced do not count; one that begins later does', () => {
    const entries = [
      { match: 'A', seen: '2025-01-01' },
      { match: 'a', effective_from: '2026-01-01', seen: '2026-02-01' },
      { match: 'a', effective_from: '2026-10-01', seen: '2026-11-29' },
      { match: 'a', effective_from: '2027-01-01', seen: '2026-11-28' },
    ];
    expect(ageOf(entries)).toEqual({ title: 'mine', count: 2, old: 0, undated: 0, oldest: '2026-11-28' });
    expect(ageOf(entries.toReversed())).toEqual(ageOf(entries));
    expect(ageOf(entries, Date.parse('2026-03-01T00:00:00Z'))).toMatchObject({
      count: 3,
      oldest: '2026-02-01',
    });
  });

  test('none at all, and a clock before every day', () => {
    expect(ageOf([])).toEqual({ title: 'mine', count: 0, old: 0, undated: 0, oldest: null });
    expect(ageOf([{ match: 'a', seen: '2026-11-01' }], 0)).toMatchObject({ count: 1, old: 0 });
  });
});

test('the built-in prices all have a day: the shipped ones each its own, the library one', async () => {
  const ages = (await builtInPrices()).map((prices) => priceAge(prices, now));
  expect(ages.map(({ title }) => title)).toEqual(['shipped prices', 'genai-prices 0.1.8']);
  expect(ages.map(({ undated }) => undated)).toEqual([0, 0]);
  expect(ages[0]).toMatchObject({ old: 0 });
  expect(ages[0]?.count).toBeGreaterThan(200);
  expect(ages[1]).toEqual({
    title: 'genai-prices 0.1.8',
    count: 1,
    old: 1,
    undated: 0,
    oldest: '2026-09-23',
  });
});
