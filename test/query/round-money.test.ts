import { expect, test } from 'vitest';
import { roundMoney } from '../../src/query/round-money.ts';
import { round, usd } from '../report/make.ts';

const BOOK = [
  '{"entry":1,"model":"a","source":"x","schedule":{"prices":[{"input":1,"cache_read":0.1,"output":2}]}}',
];

test.each([
  [1, 0.00048, 0.00009],
  ['free', 0, 0],
  ['gateway-cache', 0, 0],
  ['unpriced', null, 0],
  ['no-usage', null, 0],
] as const)('a round with price %s costs %s', (price, cost, saved) => {
  const stored = { price, input_tokens: 250, cached_tokens: 100, output_tokens: 160 };
  expect(roundMoney(BOOK, 'dir')(round(1, stored))).toEqual({
    price,
    cost: cost === null ? null : usd(cost),
    saved: usd(saved),
    currency: 'USD',
    inexact: [],
  });
});

test('a round that points behind the book says that the store is damaged', () => {
  expect(() => roundMoney(BOOK, 'dir')(round(7, { price: 2 }))).toThrow(
    'the price book of dir lacks entry 2, which round 7 of a session refers to. Nothing was changed: restore it from a backup',
  );
});
