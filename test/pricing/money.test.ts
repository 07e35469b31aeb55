import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { attoPerRequest, attoPerToken, formatUsd, productOf, usdOf } from '../../src/pricing/money.ts';

describe('a price', () => {
  test.each([
    [2.5, 2_500_000_000_000n],
    [0.075, 75_000_000_000n],
    ['0.075', 75_000_000_000n],
    [0, 0n],
    [1e-7, 100_000n],
    [1e-12, 1n],
    [4e-13, 0n],
    [5e-13, 1n],
    [1e21, 10n ** 33n],
    [0.18000000000000002, 180_000_000_000n],
    ['0.0000000000015', 2n],
  ])('of %s USD per million is exact per token', (usd, atto) => expect(attoPerToken(usd)).toBe(atto));

  test('per thousand requests', () => expect(attoPerRequest(12)).toBe(12_000_000_000_000_000n));

  test.each([[-1], [NaN], [Infinity], ['abc'], [''], ['1,5'], ['0x10'], [' 1']])('%s is none', (value) => {
    expect(() => attoPerToken(value)).toThrow(RangeError);
  });

  test('of any number is its shortest decimal, to the 12th place', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 0, max: 12 }), (digits, places) => {
        const text = `${digits}e-${places}`;
        expect(attoPerToken(Number(text))).toBe(BigInt(digits) * 10n ** BigInt(12 - places));
      }),
    );
  });
});

describe('usdOf', () => {
  test.each([
    [0n, 0],
    [5_615_000_000_000_000n, 0.005615],
    [1n, 1e-18],
    [123_456_789_012_345_678_901_234n, 123456.78901234567],
    [-1_500_000_000_000_000_000n, -1.5],
  ])('of %s is the nearest double', (atto, usd) => expect(usdOf(atto)).toBe(usd));
});

describe('formatUsd', () => {
  test.each([
    [0n, 2, '$0.00'],
    [1_234_567_890_000_000_000_000_000n, 2, '$1,234,567.89'],
    [999_000_000_000_000_000_000n, 0, '$999'],
    [1_000_000_000_000_000_000_000n, 0, '$1,000'],
    [5_000_000_000_000_000n, 2, '$0.01'],
    [4_999_999_999_999_999n, 2, '$0.00'],
    [999_995_000_000_000_000_000n, 2, '$1,000.00'],
    [1n, 18, '$0.000000000000000001'],
    [500_000_000_000_000_000n, 0, '$1'],
    [-5_000_000_000_000_000n, 2, '-$0.01'],
    [-1n, 2, '$0.00'],
    // A double would give 9007199254740993.00.
    [9_007_199_254_740_993_120_000_000_000_000_000n, 2, '$9,007,199,254,740,993.12'],
  ])('%s with %i decimals', (atto, decimals, text) => expect(formatUsd(atto, decimals)).toBe(text));
});

test.each([
  [3.2, '0.148434', '0.4749888'],
  ['0.10', 10, '1'],
  [0, '0.14', '0'],
  [1e-7, 2, '0.0000002'],
  [1e21, '0.5', '500000000000000000000'],
  [100, 20, '2000'],
])('%s × %s is %s, exactly', (a, b, product) => expect(productOf(a, b)).toBe(product));
