import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { usdOf } from '../../src/pricing/money.ts';
import { costOf, moneyOf } from '../../src/pricing/charges.ts';
import type { RoundUsage } from '../../src/model/token-usage.ts';
import { pricesAt, type Prices } from '../../src/pricing/schedule.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');

function tokens(input: number, output = 0, cached = 0, cacheWrite = 0): RoundUsage {
  return { input, output, reasoning: 0, cached, cacheWrite };
}

/** USD of one round at noon under one unconditional price. */
function usd(prices: Prices, usage: RoundUsage): number {
  return usdOf(costOf({ prices: [prices] }, usage, NOON));
}

const inputAt = (prices: Prices[], time: string) => pricesAt({ prices }, Date.parse(time))?.input;

const decimal = ([digits, places]: [number, number]) => Number(`${digits}e-${places}`);

const nano = ([digits, places]: [number, number]) => BigInt(digits) * 10n ** BigInt(9 - places);

describe('rates', () => {
  test('each kind of token has its own', () => {
    const prices = { input: 1, output: 10, cache_read: 0.1, cache_write: 1.25 };
    expect(usd(prices, tokens(1_000_000, 100_000, 300_000, 200_000))).toBe(0.5 + 0.03 + 0.25 + 1);
  });
  test('cached tokens and cache writes without a rate cost what input costs', () => {
    expect(usd({ input: 2 }, tokens(1_000_000, 0, 300_000, 200_000))).toBe(2);
  });
  test('a cache rate of zero is a rate', () => {
    expect(usd({ input: 2, cache_read: 0, cache_write: '0' }, tokens(1_000_000, 0, 300_000, 200_000))).toBe(
      1,
    );
  });
  test('what has no rate costs nothing: output of an embedding, input of a model billed by output', () => {
    expect(usd({ input: 2 }, tokens(1_000_000, 5))).toBe(2);
    expect(usd({ output: 2 }, tokens(5, 1_000_000))).toBe(2);
  });
  test('a request can cost by itself', () => {
    expect(usd({ input: 1, requests: 12 }, tokens(1_000_000))).toBe(1.012);
  });
  test('free costs nothing', () => expect(usd({ free: true }, tokens(5, 5))).toBe(0));
});

describe('what the cache saved', () => {
  const saved = (prices: Prices, usage: RoundUsage): number =>
    usdOf(moneyOf({ prices: [prices] }, usage, NOON).saved);

  test('is the difference to the input rate, for the tokens read and not for those written', () => {
    expect(saved({ input: 1, cache_read: 0.1, cache_write: 2 }, tokens(1_000_000, 0, 300_000, 200_000))).toBe(
      0.27,
    );
  });
  test('goes by the tier that the whole round reaches', () => {
    const tiered = { input: 1, cache_read: 0.5, tiers: [{ above: 100, input: 4 }] };
    expect(saved(tiered, tokens(101, 0, 100))).toBe(350e-6);
  });
  test('is nothing without a rate of its own, and less where reading is dearer', () => {
    expect(saved({ input: 2 }, tokens(100, 0, 50))).toBe(0);
    expect(saved({ input: 1, cache_read: 3 }, tokens(100, 0, 50))).toBe(-100e-6);
  });
});

describe('tiers', () => {
  const tiered: Prices = {
    input: 1,
    output: 10,
    cache_read: 0.5,
    tiers: [
      { above: 100, input: 2, output: 20 },
      { above: 200, input: 4, cache_read: 1 },
    ],
  };

  test('begin above their number and take the whole request', () => {
    expect(usd(tiered, tokens(100, 1))).toBe(110e-6);
    expect(usd(tiered, tokens(101, 1))).toBe(222e-6);
    expect(usd(tiered, tokens(201, 1))).toBe(824e-6);
  });
  test('keep the rates they do not name', () => {
    expect(usd(tiered, tokens(150, 0, 50))).toBe(225e-6);
    expect(usd(tiered, tokens(250, 0, 50))).toBe(850e-6);
  });
  test('go by the input alone, cached tokens included', () => {
    expect(usd(tiered, tokens(100, 1000))).toBe(10_100e-6);
    expect(usd(tiered, tokens(101, 0, 101))).toBe(50.5e-6);
  });
  test('are not for a sum of rounds', () => {
    const schedule = { prices: [tiered] };
    expect(2n * costOf(schedule, tokens(60), NOON)).not.toBe(costOf(schedule, tokens(120), NOON));
  });
});

describe('conditions', () => {
  const dated = [
    { input: 1 },
    { input: 2, from: '2026-01-01' },
    { input: 3, from: '2026-02-01T08:00:00+08:00' },
  ];

  test.each([
    ['2025-12-31T23:59:59.999Z', 1],
    ['2026-01-01T00:00:00Z', 2],
    ['2026-01-31T23:59:59.999Z', 2],
    ['2026-02-01T00:00:00Z', 3],
  ])('from an instant on: %s', (time, input) => expect(inputAt(dated, time)).toBe(input));

  const daily = [{ input: 1 }, { input: 2, daily: { start: '00:30:00', end: '16:30:00' } }];
  test.each([
    ['2026-03-02T00:29:59.999Z', 1],
    ['2026-03-02T00:30:00.000Z', 2],
    ['2026-03-02T16:29:59.999Z', 2],
    ['2026-03-02T16:30:00.000Z', 1],
  ])('daily between two times: %s', (time, input) => expect(inputAt(daily, time)).toBe(input));

  const nightly = [{ input: 1 }, { input: 2, daily: { start: '22:00:00', end: '06:00:00' } }];
  test.each([
    ['2026-03-02T21:59:59Z', 1],
    ['2026-03-02T22:00:00Z', 2],
    ['2026-03-02T05:59:59Z', 2],
    ['2026-03-02T06:00:00Z', 1],
  ])('over midnight: %s', (time, input) => expect(inputAt(nightly, time)).toBe(input));

  test('before the first price there is none, and costOf takes the first', () => {
    const late = { prices: [{ input: 2, from: '2026-06-01' }] };
    expect(pricesAt(late, NOON)).toBeUndefined();
    expect(usdOf(costOf(late, tokens(1_000_000), NOON))).toBe(2);
  });
  test('a price without a rate for tokens is none; free and zero are prices', () => {
    expect(pricesAt({ prices: [{ requests: 3, cache_read: 1 }] }, NOON)).toBeUndefined();
    expect(pricesAt({ prices: [{ free: true }] }, NOON)).toEqual({ free: true });
    expect(pricesAt({ prices: [{ output: 0 }] }, NOON)).toEqual({ output: 0 });
  });
});

describe('money is exact', () => {
  const rate = fc.tuple(fc.nat(99_999), fc.integer({ min: 0, max: 9 }));
  const usage = fc
    .tuple(fc.nat(500_000), fc.nat(500_000), fc.nat(500_000), fc.nat(500_000))
    .map(([plain, cached, cacheWrite, output]) =>
      tokens(plain + cached + cacheWrite, output, cached, cacheWrite),
    );

  test('against rational arithmetic', () => {
    fc.assert(
      fc.property(rate, rate, rate, rate, usage, (input, output, read, write, u) => {
        const prices = {
          input: decimal(input),
          output: decimal(output),
          cache_read: decimal(read),
          cache_write: decimal(write),
        };
        // In units of 10⁻⁹ USD per million tokens, that is 10⁻¹⁵ USD per token.
        const exact =
          BigInt(u.input - u.cached - u.cacheWrite) * nano(input) +
          BigInt(u.cached) * nano(read) +
          BigInt(u.cacheWrite) * nano(write) +
          BigInt(u.output) * nano(output);
        expect(costOf({ prices: [prices] }, u, NOON)).toBe(exact * 1000n);
      }),
    );
  });
  test('the sum of parts is the part of sums, in any order', () => {
    const schedule = { prices: [{ input: 0.1, output: 0.7, cache_read: 0.03 }] };
    fc.assert(
      fc.property(fc.array(usage, { maxLength: 20 }), (rounds) => {
        const sum = (list: RoundUsage[]) => list.reduce((s, u) => s + costOf(schedule, u, NOON), 0n);
        const all = rounds.reduce(
          (s, u) =>
            tokens(s.input + u.input, s.output + u.output, s.cached + u.cached, s.cacheWrite + u.cacheWrite),
          tokens(0),
        );
        expect(sum(rounds)).toBe(costOf(schedule, all, NOON));
        expect(sum(rounds.toReversed())).toBe(sum(rounds));
      }),
    );
  });
});

test('a round that reasoned pays the rate for that, for all of its output, and in its tier', () => {
  const prices: Prices = {
    input: 0.4,
    output: 1.2,
    output_reasoning: 4,
    tiers: [{ above: 1000, output: 3.6, output_reasoning: 12 }],
  };
  const thinking = (input: number, reasoning: number) => ({ ...tokens(input, 100), reasoning });
  expect(usd(prices, thinking(1000, 0))).toBe(0.00052);
  expect(usd(prices, thinking(1000, 1))).toBe(0.0008);
  expect(usd(prices, thinking(1001, 1))).toBe(0.0016004);
  expect(usd({ input: 0, output: 2 }, thinking(0, 7))).toBe(0.0002);
});
