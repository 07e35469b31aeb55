import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { chargesOf, costOf, moneyOf } from '../../src/pricing/charges.ts';
import { usdOf } from '../../src/pricing/money.ts';
import type { RoundUsage, TokenDetails } from '../../src/model/token-usage.ts';
import { pricesAt, type Prices } from '../../src/pricing/schedule.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');

/** Every rate another power of two or so: a sum tells its parts. */
const RATES: Prices = {
  input: 1,
  output: 2,
  cache_read: 0.5,
  cache_write: 4,
  cache_write_1h: 8,
  input_audio: 16,
  output_audio: 32,
  cache_read_audio: 64,
  input_image: 128,
  output_image: 256,
  cache_read_image: 512,
  searches: 1000,
};

const tokens = (rest: Partial<RoundUsage>): RoundUsage => ({
  input: 0,
  output: 0,
  reasoning: 0,
  cached: 0,
  cacheWrite: 0,
  ...rest,
});

/** Quantities by meter, of those that there are. */
function parts(usage: RoundUsage, prices: Prices = RATES): Record<string, number> {
  const charges = chargesOf({ prices: [prices] }, usage, NOON).filter(({ quantity }) => quantity !== 0);
  return Object.fromEntries(charges.map(({ meter, quantity }) => [meter, quantity]));
}

const usd = (usage: RoundUsage, prices: Prices = RATES): number =>
  usdOf(costOf({ prices: [prices] }, usage, NOON));

describe('tokens with rates of their own', () => {
  test('are parts of their wholes', () => {
    const usage = tokens({
      input: 1000,
      cached: 300,
      cacheWrite: 200,
      output: 90,
      details: {
        cacheWrite1h: 50,
        inputAudio: 70,
        cachedAudio: 30,
        inputImage: 25,
        cachedImage: 5,
        outputAudio: 10,
        outputImage: 20,
        searches: 3,
      },
    });
    expect(parts(usage)).toEqual({
      input: 1000 - 300 - 200 - 40 - 20,
      'input-audio': 40,
      'input-image': 20,
      'cache-read': 265,
      'cache-read-audio': 30,
      'cache-read-image': 5,
      'cache-write': 150,
      'cache-write-1h': 50,
      output: 60,
      'output-audio': 10,
      'output-image': 20,
      search: 3,
    });
  });

  test('cost what gpt-audio charges: 482 of 592 tokens of output are audio', () => {
    const audio = { input: 2.5, output: 10, input_audio: 32, output_audio: 64 };
    const usage = tokens({ input: 17, output: 592, details: { inputAudio: 0, outputAudio: 482 } });
    expect(usd(usage, audio)).toBe(0.0319905);
  });

  test('without a rate cost what the whole costs', () => {
    const usage = tokens({
      input: 100,
      cached: 30,
      cacheWrite: 20,
      output: 90,
      details: { cacheWrite1h: 5, inputAudio: 40, cachedAudio: 10, outputImage: 9 },
    });
    const plain = { input: 1, output: 2, cache_read: 0.5, cache_write: 4 };
    expect(usd(usage, plain)).toBe(usd({ ...usage, details: undefined }, plain));
  });

  test('that the cache took are text as far as the text goes, where the log does not say which they are', () => {
    const usage = tokens({ input: 100, cached: 80, details: { inputAudio: 50 } });
    expect(parts(usage)).toEqual({ 'input-audio': 20, 'cache-read': 50, 'cache-read-audio': 30 });
  });

  test('audio that was cached costs what audio costs where only that has a rate', () => {
    const usage = tokens({ input: 10, cached: 10, details: { inputAudio: 10, cachedAudio: 10 } });
    expect(usd(usage, { input: 1, cache_read: 0.1, input_audio: 5 })).toBe(50e-6);
  });

  test('always add up to the input and the output', () => {
    const count = fc.option(fc.nat(500), { nil: undefined });
    const details = fc.record({
      cacheWrite1h: count,
      inputAudio: count,
      inputImage: count,
      cachedAudio: count,
      cachedImage: count,
      outputAudio: count,
      outputImage: count,
    });
    const whole = fc.record({
      fresh: fc.nat(900),
      cached: fc.nat(900),
      write: fc.nat(900),
      output: fc.nat(900),
    });
    fc.assert(
      fc.property(whole, details, ({ fresh, cached, write, output }, more) => {
        const held = clamp(more as TokenDetails, { fresh, cached, write, output });
        const usage = tokens({
          input: fresh + cached + write,
          cached,
          cacheWrite: write,
          output,
          details: held,
        });
        const charges = chargesOf({ prices: [RATES] }, usage, NOON);
        const sum = (isMeant: (meter: string) => boolean): number =>
          charges.filter(({ meter }) => isMeant(meter)).reduce((all, { quantity }) => all + quantity, 0);
        expect(charges.every(({ quantity }) => quantity >= 0)).toBe(true);
        expect(sum((meter) => meter.startsWith('output'))).toBe(output);
        expect(sum((meter) => meter.startsWith('cache-read'))).toBe(cached);
        expect(sum((meter) => meter.startsWith('cache-write'))).toBe(write);
        expect(sum((meter) => meter.startsWith('input'))).toBe(fresh);
      }),
    );
  });
});

/** Parts that fit into their wholes, as ai-log hands them over. */
function clamp(
  details: TokenDetails,
  { fresh, cached, write, output }: { fresh: number; cached: number; write: number; output: number },
): TokenDetails {
  const cachedAudio = Math.min(details.cachedAudio ?? 0, cached, details.inputAudio ?? 0);
  const cachedImage = Math.min(details.cachedImage ?? 0, cached - cachedAudio, details.inputImage ?? 0);
  const inputAudio = Math.min(details.inputAudio ?? 0, fresh + cachedAudio);
  return {
    ...details,
    cacheWrite1h: Math.min(details.cacheWrite1h ?? 0, write),
    cachedAudio,
    cachedImage,
    inputAudio,
    inputImage: Math.min(details.inputImage ?? 0, fresh - (inputAudio - cachedAudio) + cachedImage),
    outputAudio: Math.min(details.outputAudio ?? 0, output),
    outputImage: Math.min(details.outputImage ?? 0, output),
  };
}

test('a cache saves what its tokens would have cost as others', () => {
  const usage = tokens({ input: 100, cached: 60, cacheWrite: 10, output: 5 });
  const saved = (prices: Prices): bigint => moneyOf({ prices: [prices] }, usage, NOON).saved / 10n ** 10n;
  expect(saved({ input: 1, cache_read: 0.25, cache_write: 2, output: 9, requests: 7 })).toBe(4500n);
  expect(saved({ input: 1 })).toBe(0n);
  expect(saved({ cache_read: 0.5 })).toBe(-3000n);
  expect(saved({ input: 1, cache_read: 0.25, tiers: [{ above: 50, input: 3 }] })).toBe(16_500n);
  expect(saved({ free: true })).toBe(0n);
  expect(moneyOf({ prices: [{ input: 1, cache_read: 2 }] }, { ...usage, cached: 0 }, NOON).saved).toBe(0n);
});

test('a cache saves the difference for audio too', () => {
  const usage = tokens({ input: 100, cached: 100, details: { inputAudio: 100, cachedAudio: 100 } });
  const prices = { input: 1, cache_read: 0.5, input_audio: 10, cache_read_audio: 4 };
  expect(moneyOf({ prices: [prices] }, usage, NOON)).toEqual({
    cost: 400n * 10n ** 12n,
    saved: 600n * 10n ** 12n,
  });
});

describe('service tiers', () => {
  const prices: Prices = {
    input: 1,
    output: 10,
    cache_read: 0.1,
    tiers: [{ above: 100, input: 2 }],
    service_tiers: {
      priority: { input: 2, output: 20, tiers: [{ above: 100, input: 5 }] },
      flex: { input: 0.5 },
    },
  };
  test.each([
    [undefined, 100, 110],
    ['priority', 100, 220],
    ['flex', 100, 60],
    // The tier's own steps by context hold, and never those of the default tier.
    ['priority', 200, 1020],
    ['flex', 200, 110],
    ['batch', 100, 110],
    ['__proto__', 100, 110],
    ['constructor', 100, 110],
  ])('%s with %d tokens of input', (serviceTier, input, micro) => {
    expect(usd(tokens({ input, output: 1, serviceTier }), prices)).toBe(micro / 1e6);
  });
});

describe('hours', () => {
  const peak = (rest: object): Prices => ({ input: 2, daily: { start: '09:00', end: '12:00', ...rest } });
  const at = (price: Prices, time: string) =>
    pricesAt({ prices: [{ input: 1 }, price] }, Date.parse(time))?.input;

  test.each([
    // 2026-08-17 is a Monday. 09:00 in Beijing is 01:00 UTC.
    ['2026-08-17T00:59:59.999Z', 1],
    ['2026-08-17T01:00:00.000Z', 2],
    ['2026-08-17T03:59:59.999Z', 2],
    ['2026-08-17T04:00:00.000Z', 1],
    ['2026-08-21T01:00:00.000Z', 2],
    ['2026-08-22T01:00:00.000Z', 1],
    ['2026-08-23T01:00:00.000Z', 1],
  ])('of weekdays in another zone: %s', (time, input) => {
    expect(at(peak({ weekdays: [1, 2, 3, 4, 5], utc_offset: '+08:00' }), time)).toBe(input);
  });

  test.each([
    // From Friday 22:00 to Saturday 06:00 in Beijing: 14:00 to 22:00 UTC of the Friday.
    ['2026-08-21T13:59:59.999Z', 1],
    ['2026-08-21T14:00:00.000Z', 2],
    ['2026-08-21T21:59:59.999Z', 2],
    ['2026-08-21T22:00:00.000Z', 1],
    ['2026-08-20T15:00:00.000Z', 1],
    ['2026-08-20T21:00:00.000Z', 1],
  ])('over midnight are of the day on which they begin: %s', (time, input) => {
    const night = { start: '22:00', end: '06:00', weekdays: [5], utc_offset: '+08:00' };
    expect(at(peak(night), time)).toBe(input);
  });

  test.each([
    ['2026-03-02T14:30:00Z', 2],
    ['2026-03-02T14:29:59Z', 1],
  ])('west of UTC: %s', (time, input) => expect(at(peak({ utc_offset: '-05:30' }), time)).toBe(input));

  test('hold from a date on, where the price has one', () => {
    const dated = { ...peak({}), from: '2026-08-17' };
    expect(at(dated, '2026-06-02T10:00:00Z')).toBe(1);
    expect(at(dated, '2026-08-18T10:00:00Z')).toBe(2);
  });
});
