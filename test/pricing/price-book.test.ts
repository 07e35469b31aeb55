import { describe, expect, test } from 'vitest';
import { InputOutputError } from '../../src/platform/errors.ts';
import {
  enterPrice,
  entryOf,
  latestEntryOf,
  parsePriceBook,
  priceRound,
} from '../../src/pricing/price-book.ts';

const priced = (input: number, source = 's') => ({ schedule: { prices: [{ input }] }, source });
const NOON = Date.parse('2026-03-02T12:00:00Z');

const round = (state: 'counted' | 'gateway-cache' | 'no-usage' = 'counted') => ({
  model: 'm',
  state,
  atMs: NOON,
});

const until = (from: string) => ({
  schedule: { prices: [{ free: true } as const, { from, input: 1 }] },
  source: 's',
});

const priceOf = (resolution?: Parameters<typeof priceRound>[2], state = round()) => {
  const book = parsePriceBook([], 'p');
  return [priceRound(book, state, resolution), book.added.length];
};

describe('enterPrice', () => {
  test('adds an entry, and the same again is the same entry', () => {
    const book = parsePriceBook([], 'p');
    expect(enterPrice(book, 'm', priced(1))).toBe(1);
    expect(enterPrice(book, 'm', priced(1))).toBe(1);
    expect(book.added).toEqual(['{"entry":1,"model":"m","schedule":{"prices":[{"input":1}]},"source":"s"}']);
  });
  test('another schedule, source or model is another entry', () => {
    const book = parsePriceBook([], 'p');
    const numbers = [
      enterPrice(book, 'm', priced(1)),
      enterPrice(book, 'm', priced(2)),
      enterPrice(book, 'm', priced(2, 'other')),
      enterPrice(book, 'M', priced(1)),
    ];
    expect(numbers).toEqual([1, 2, 3, 4]);
  });
  test('compares with the last entry only: a price that returns is entered again', () => {
    const book = parsePriceBook([], 'p');
    expect([1, 2, 1].map((input) => enterPrice(book, 'm', priced(input)))).toEqual([1, 2, 3]);
    expect(entryOf(book, 1)?.schedule).toEqual(entryOf(book, 3)?.schedule);
  });
  test('a schedule read back is the same, whatever the order of its keys', () => {
    const rates = { input: 1, output: '2', tiers: [{ above: 5, input: 2 }] };
    const line =
      '{"source":"s","schedule":{"prices":[{"tiers":[{"input":2,"above":5}],"output":"2","input":1}]},"model":"m","entry":1}';
    const book = parsePriceBook([line], 'p');
    expect(enterPrice(book, 'm', { schedule: { prices: [rates] }, source: 's' })).toBe(1);
    expect(book.added).toEqual([]);
  });
});

describe('a book', () => {
  test('survives its lines, hostile names included', () => {
    const book = parsePriceBook([], 'p');
    const names = ['__proto__', 'a\nb\u2028"', 'm', 'm'];
    names.forEach((model, i) => enterPrice(book, model, priced(i)));
    const again = parsePriceBook(book.added, 'p');
    expect(again.entries).toEqual(book.entries);
    expect(again.added).toEqual([]);
    expect(latestEntryOf(again, 'm')?.entry).toBe(4);
    expect(latestEntryOf(again, '__proto__')?.entry).toBe(1);
    expect(latestEntryOf(again, 'constructor')).toBeUndefined();
    expect(enterPrice(again, 'new', priced(1))).toBe(5);
  });
  test('has no entry 0 and none behind its last', () => {
    const book = parsePriceBook([], 'p');
    enterPrice(book, 'm', priced(1));
    expect([0, 1, 2].map((entry) => entryOf(book, entry)?.entry)).toEqual([undefined, 1, undefined]);
  });
  test.each([
    [''],
    ['{"entry":1'],
    ['null'],
    ['{"entry":1,"model":"m","source":"s","schedule":{"prices":[]}}'],
    ['{"entry":1,"model":"m","source":"s"}'],
    ['{"entry":1,"source":"s","schedule":{"prices":[{}]}}'],
    ['{"entry":1,"model":"m","schedule":{"prices":[{}]}}'],
    ['{"entry":2,"model":"m","source":"s","schedule":{"prices":[{}]}}'],
  ])('%s is no first entry', (line) => {
    expect(() => parsePriceBook([line], '.prices-1.jsonl')).toThrow(InputOutputError);
    expect(() => parsePriceBook([line], '.prices-1.jsonl')).toThrow(
      /^\.prices-1\.jsonl:1: expected price book entry 1\./,
    );
  });
});

describe('priceRound', () => {
  test('a price is an entry', () => expect(priceOf(priced(1))).toEqual([1, 1]));
  test('a price of zero is an entry', () => expect(priceOf(priced(0))).toEqual([1, 1]));
  test('no price is unpriced', () => expect(priceOf(undefined)).toEqual(['unpriced', 0]));
  test('free is free', () => {
    expect(priceOf({ schedule: { prices: [{ free: true }] }, source: 's' })).toEqual(['free', 0]);
  });
  test('the gateway’s cache and unknown tokens are never priced', () => {
    expect(priceOf(priced(1), round('gateway-cache'))).toEqual(['gateway-cache', 0]);
    expect(priceOf(priced(1), round('no-usage'))).toEqual(['no-usage', 0]);
    expect(priceOf(undefined, round('gateway-cache'))).toEqual(['gateway-cache', 0]);
  });
  test('the round’s time decides', () => {
    expect(priceOf(until('2026-03-03'))).toEqual(['free', 0]);
    expect(priceOf(until('2026-03-02'))).toEqual([1, 1]);
    expect(priceOf({ schedule: { prices: [{ from: '2026-03-03', input: 1 }] }, source: 's' })).toEqual([
      'unpriced',
      0,
    ]);
  });
});
