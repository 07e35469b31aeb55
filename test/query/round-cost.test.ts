import { expect, test } from 'vitest';
import { roundCosts } from '../../src/query/round-cost.ts';
import { round, usd } from '../report/make.ts';

const BOOK = [
  '{"entry":1,"model":"a","source":"x","schedule":{"prices":[{"input":1,"cache_read":0.1,"output":2}]}}',
];

test.each([
  [1, 0.00048],
  ['free', 0],
  ['gateway-cache', 0],
  ['unpriced', null],
  ['no-usage', null],
] as const)('a round with price %s costs %s', (price, cost) => {
  const stored = { price, input_tokens: 250, cached_tokens: 100, output_tokens: 160 };
  expect(roundCosts(BOOK, 'dir')(round(1, stored))).toBe(cost === null ? null : usd(cost));
});

test('a round that points behind the book says that the store is damaged', () => {
  expect(() => roundCosts(BOOK, 'dir')(round(7, { price: 2 }))).toThrow(
    'dir: round 7 has price 2, which the price book lacks. The store is damaged: restore it from a backup.',
  );
});
