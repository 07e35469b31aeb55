import { expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import type { RoundUsage } from '../../src/model/token-usage.ts';
import { chargesOf, costOf } from '../../src/pricing/charges.ts';
import {
  changeSplit,
  noSplit,
  splitCharges,
  splitTotal,
  type CostSplit,
} from '../../src/pricing/cost-split.ts';
import type { Prices } from '../../src/pricing/schedule.ts';

const RATES: Prices = {
  input: 1,
  output: 10,
  cache_read: 0.1,
  cache_write: 1.25,
  cache_write_1h: 2,
  input_audio: 3,
  output_audio: 20,
  requests: 5,
  searches: 7,
};
const MILLIONTH = 10n ** 12n;

test('audio, one-hour writes, fees and reasoning are in the part that they belong to', () => {
  const usage: RoundUsage = {
    input: 1000,
    cached: 300,
    cacheWrite: 200,
    output: 90,
    reasoning: 85,
    details: { cacheWrite1h: 50, inputAudio: 70, cachedAudio: 30, outputAudio: 10, searches: 3 },
  };
  const split = splitCharges(chargesOf({ prices: [RATES] }, usage, 0), usage);
  expect(split).toEqual({
    input: (460n + 40n * 3n) * MILLIONTH,
    // Cached audio costs what audio does.
    cacheRead: (270n * MILLIONTH) / 10n + 30n * 3n * MILLIONTH,
    cacheWrite: (150n * 125n * MILLIONTH) / 100n + 50n * 2n * MILLIONTH,
    // 80 tokens of text, which are all reasoning, and 10 of audio.
    output: 10n * 20n * MILLIONTH,
    reasoning: 80n * 10n * MILLIONTH,
    fees: 5n * 10n ** 15n + 3n * 7n * 10n ** 15n,
  });
  expect(splitTotal(split)).toBe(costOf({ prices: [RATES] }, usage, 0));
});

const rate = fc.oneof(fc.nat(1000), fc.double({ min: 0, max: 100, noNaN: true }), fc.constant(undefined));
const count = fc.nat(5000);

test('the parts add up to the cost, whatever the usage and the price', () => {
  const names = [
    'input',
    'output',
    'output_reasoning',
    'cache_read',
    'cache_write',
    'cache_write_1h',
  ] as const;
  const others = [
    'input_audio',
    'output_audio',
    'output_image',
    'input_image',
    'requests',
    'searches',
  ] as const;
  const prices = fc
    .record(Object.fromEntries([...names, ...others].map((name) => [name, rate])))
    .map((rates) => JSON.parse(JSON.stringify(rates)) as Prices);
  fc.assert(
    fc.property(
      prices,
      fc.array(count, { minLength: 9, maxLength: 9 }),
      fc.nat(9000),
      (base, counts, above) => {
        const [fresh = 0, cached = 0, cacheWrite = 0, output = 0, a = 0, b = 0, c = 0, d = 0, e = 0] = counts;
        const usage: RoundUsage = {
          input: fresh + cached + cacheWrite,
          cached,
          cacheWrite,
          output,
          reasoning: Math.min(a, output),
          details: {
            cacheWrite1h: Math.min(b, cacheWrite),
            outputAudio: Math.min(c, output),
            inputAudio: Math.min(d, fresh),
            searches: e % 3,
          },
        };
        const schedule = { prices: [{ ...base, tiers: [{ above, output: 33, cache_read: 2 }] }] };
        const split = splitCharges(chargesOf(schedule, usage, 0), usage);
        expect(splitTotal(split)).toBe(costOf(schedule, usage, 0));
        expect(Object.values(split).every((part) => part >= 0n)).toBe(true);
      },
    ),
  );
});

test('a converted split adds up to the converted cost', () => {
  const parts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(
      parts,
      fc.bigInt({ min: 1n, max: 999n }),
      ([a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n], per) => {
        const split: CostSplit = { input: a, cacheRead: b, cacheWrite: c, output: d, reasoning: e, fees: f };
        const convert = (amount: bigint): bigint => (amount * per + 50n) / 100n;
        const changed = changeSplit(split, convert) ?? noSplit();
        expect(splitTotal(changed)).toBe(convert(splitTotal(split)));
        // No part is more than one unit off.
        expect(changed.output - convert(d)).toBeGreaterThanOrEqual(-1n);
        expect(changed.output - convert(d)).toBeLessThanOrEqual(1n);
      },
    ),
  );
  expect(changeSplit(noSplit(), () => undefined)).toBeNull();
});
