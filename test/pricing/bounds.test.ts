import { describe, expect, test } from 'vitest';
import { boundOf, boundReasons } from '../../src/pricing/bounds.ts';
import type { RoundUsage } from '../../src/model/token-usage.ts';
import type { Prices } from '../../src/pricing/schedule.ts';

const tokens = (rest: Partial<RoundUsage> = {}): RoundUsage => ({
  input: 1000,
  output: 100,
  reasoning: 0,
  cached: 0,
  cacheWrite: 0,
  ...rest,
});
const CACHING: Prices = { input: 1, output: 2, cache_read: 0.1, cache_write: 1.25 };
const reasons = (flags: string[], prices: Prices = CACHING, usage: RoundUsage = tokens()) =>
  boundReasons(flags, prices, usage);

describe('why a cost may be wrong', () => {
  test('a round without flags at a plain price is exact', () => expect(reasons([])).toEqual([]));

  test('flags that say nothing of the cost are none', () =>
    expect(reasons(['total-mismatch', 'time-missing', 'imported', 'constructor', '__proto__'])).toEqual([]));

  test('flags are reasons, sorted, each once', () =>
    expect(reasons(['bad-count', 'aborted', 'aborted'])).toEqual(['aborted', 'bad-count']));

  test('a cache count that is missing matters only where reading a cache is cheaper', () => {
    expect(reasons(['cache-unlogged'])).toEqual(['cache-unlogged']);
    expect(reasons(['cache-unlogged'], { input: 1, output: 2 })).toEqual([]);
    expect(reasons(['cache-unlogged'], { input: 1, cache_read: '1.0' })).toEqual([]);
  });

  test('a count of cache writes that is missing matters only where writing is dearer than reading', () => {
    expect(reasons(['cache-write-unlogged'])).toEqual(['cache-write-unlogged']);
    expect(reasons(['cache-write-unlogged'], { input: 1, cache_read: 0.1 })).toEqual([
      'cache-write-unlogged',
    ]);
    expect(reasons(['cache-write-unlogged'], { input: 1 })).toEqual([]);
  });

  test.each([
    ['search-fee', 'search-fee'],
    ['unverified', 'price-unverified'],
    ['upper', 'price-upper'],
    ['lower', 'price-lower'],
  ] as const)('a price can be inexact itself: %s', (inexact, reason) =>
    expect(reasons([], { ...CACHING, inexact })).toEqual([reason]),
  );

  test('a search fee is known where the searches are counted and have a rate', () => {
    const prices: Prices = { ...CACHING, inexact: 'search-fee', searches: 10 };
    expect(reasons([], prices, tokens({ details: { searches: 0 } }))).toEqual([]);
    expect(reasons([], prices, tokens({ details: { outputAudio: 0 } }))).toEqual(['search-fee']);
  });

  test.each([
    [{ outputAudio: 1 }, {}, ['rate-missing']],
    [{ outputAudio: 1 }, { output_audio: 0 }, []],
    [{ outputImage: 1 }, {}, ['rate-missing']],
    [{ outputImage: 0 }, {}, []],
    [{ searches: 1 }, {}, ['rate-missing']],
    [{ searches: 1 }, { searches: 10 }, []],
    [{ cacheWrite1h: 1 }, {}, ['rate-missing']],
    [{ cacheWrite1h: 1 }, { cache_write_1h: 2 }, []],
    [{ inputAudio: 1 }, {}, []],
  ] as const)('dearer tokens %j at a price with %j', (details, rates, expected) =>
    expect(reasons([], { ...CACHING, ...rates }, tokens({ details }))).toEqual(expected),
  );

  test('which of the cached tokens were audio is not told', () => {
    const prices = { ...CACHING, input_audio: 5 };
    const untold = ['cached-kind-unlogged'];
    const usage = (details: object) => tokens({ cached: 10, details });
    expect(reasons(untold, prices, usage({ inputAudio: 20 }))).toEqual(untold);
    expect(reasons([], prices, usage({ inputAudio: 20 }))).toEqual([]);
    expect(reasons(untold, prices, usage({ inputImage: 20 }))).toEqual([]);
    expect(reasons(untold, CACHING, usage({ inputAudio: 20 }))).toEqual([]);
  });

  test.each([
    ['priority', 'service-tier-higher'],
    ['flex', 'service-tier-lower'],
    ['batch', 'service-tier-lower'],
    ['scale', 'service-tier-unknown'],
    ['__proto__', 'service-tier-unknown'],
  ])('a service tier without a rate: %s', (serviceTier, reason) =>
    expect(reasons([], CACHING, tokens({ serviceTier }))).toEqual([reason]),
  );

  test('a service tier with a rate is exact, but for lengths that it has no rate for', () => {
    const prices: Prices = { ...CACHING, service_tiers: { priority: { input: 2 } } };
    expect(reasons([], prices, tokens({ serviceTier: 'priority' }))).toEqual([]);
    const tiered = { ...prices, tiers: [{ above: 999, input: 3 }] };
    expect(reasons([], tiered, tokens({ serviceTier: 'priority' }))).toEqual(['service-tier-higher']);
    expect(reasons([], tiered, tokens({ input: 999, serviceTier: 'priority' }))).toEqual([]);
  });

  test('what is free is exact', () =>
    expect(boundReasons(['aborted'], { free: true, inexact: 'upper' }, tokens())).toEqual([]));
});

test.each([
  [[], null],
  [['aborted', 'search-fee'], 'lower'],
  [['ambiguous', 'cache-unlogged'], 'upper'],
  [['aborted', 'cache-unlogged'], 'either'],
  [['bad-count'], 'either'],
  // Of a later version.
  [['unheard-of'], 'either'],
])('reasons %j bound the cost: %s', (list, bound) => expect(boundOf(list)).toBe(bound));

test('reasoning that is not counted matters where it has a rate of its own', () => {
  const uncounted = ['reasoning-uncounted'];
  expect(reasons(uncounted, { input: 1, output: 2, output_reasoning: 5 })).toEqual(uncounted);
  expect(reasons(uncounted, { input: 1, output: 2 })).toEqual([]);
  expect(boundOf(['reasoning-uncounted', 'total-larger'])).toBe('lower');
});
