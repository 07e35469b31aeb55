import { expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { addCell, addRow, amountsOf, compareCosts, emptyRow, isUsdKnown } from '../../src/query/aggregate.ts';
import { boundCosts, boundReasonCounts, sumBound } from '../../src/query/costs.ts';
import { sumJson } from '../../src/query/json.ts';
import { boundLines, costText } from '../../src/report/numbers.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import { cell, usd } from '../report/make.ts';

const TIME = '2026-02-01T09:00Z';

function sumOf(...cells: Partial<UsageCell>[]) {
  const row = emptyRow();
  for (const rest of cells) addCell(row, cell(TIME, 'm', rest));
  return row;
}

test('each currency has its own sum, and USD alone is cost_usd', () => {
  const row = sumOf(
    { cost: usd(1.2), saved: usd(0.5) },
    { cost: usd(8), currency: 'CNY', rounds: 2, saved: usd(3) },
    { cost: usd(0.4), currency: 'CNY' },
  );
  expect(amountsOf(row)).toEqual([
    ['USD', { rounds: 4, cost: usd(1.2), saved: usd(0.5) }],
    ['CNY', { rounds: 3, cost: usd(8.4), saved: usd(3) }],
  ]);
  expect(costText(row, 2)).toBe('$1.20 + ¥8.40');
  expect(sumJson(row)).toMatchObject({ cost_usd: 1.2, saved_usd: 0.5, costs: { USD: 1.2, CNY: 8.4 } });
});

test('what was charged in other currencies alone has no cost in USD, and not one of 0', () => {
  const row = sumOf({ cost: usd(8), currency: 'CNY' }, { price: 'unpriced' });
  expect(isUsdKnown(row)).toBe(false);
  expect(costText(row, 2)).toBe('¥8.00 + 1 unpriced');
  expect(sumJson(row)).toMatchObject({
    cost_usd: null,
    saved_usd: null,
    costs: { CNY: 8 },
    unpriced_rounds: 1,
  });
  expect(sumJson(sumOf({ cost: usd(8), currency: 'CNY' }, { price: 'free' }))).toMatchObject({ cost_usd: 0 });
});

test('a currency without a sign of its own is named', () => {
  expect(costText(sumOf({ cost: usd(3), currency: 'SGD' }), 4)).toBe('SGD 3.0000');
});

test('a sum says how it may be wrong, by how many rounds, by how much and why', () => {
  const row = sumOf(
    { cost: usd(1) },
    { cost: usd(0.25), rounds: 2, inexact: 'aborted' },
    { cost: usd(0.5), currency: 'CNY', inexact: 'aborted search-fee' },
  );
  expect(sumBound(row)).toEqual({ bound: 'lower', lowerRounds: 3, upperRounds: 0 });
  expect(boundReasonCounts(row)).toEqual([
    ['aborted', 3],
    ['search-fee', 1],
  ]);
  expect(costText(row, 2)).toBe('≥ $1.25 + ¥0.50');
  expect(boundLines(row)).toEqual([
    '≥ 3 rounds may have cost more than their $0.2500 + ¥0.5000',
    '  3 × the stream ended before its last token count',
    '  1 × the fee for web searches is not in the log',
  ]);
  expect(sumJson(row)).toMatchObject({
    cost_bound: 'lower',
    lower_bound_rounds: 3,
    upper_bound_rounds: 0,
    lower_bound_costs: { USD: 0.25, CNY: 0.5 },
    upper_bound_costs: {},
    bound_reasons: { aborted: 3, 'search-fee': 1 },
  });
});

test('bounds in both directions leave a sum that may be either', () => {
  const row = sumOf(
    { cost: usd(1), inexact: 'cache-unlogged' },
    { cost: usd(2), inexact: 'aborted' },
    { cost: usd(4), inexact: 'bad-count' },
  );
  expect(sumBound(row)).toEqual({ bound: 'either', lowerRounds: 2, upperRounds: 2 });
  expect(boundCosts(row, 'lower')).toEqual(new Map([['USD', usd(6)]]));
  expect(boundCosts(row, 'upper')).toEqual(new Map([['USD', usd(5)]]));
  expect(costText(row, 2)).toBe('≈ $7.00');
  expect(costText(sumOf({ cost: usd(1), inexact: 'cache-unlogged' }), 2)).toBe('≤ $1.00');
});

test('rounds without usage that may be billed make a total a lower bound, though their own cost is unknown', () => {
  const row = sumOf({ cost: usd(1) }, { price: 'no-usage', inexact: 'usage-unlogged' });
  expect(costText(row, 2)).toBe('≥ $1.00');
  expect(boundLines(row)[0]).toBe('≥ 1 round may have cost more than its $0.0000');
});

test('costs that were converted stand in the currency that was asked for, what has no rate beside it', () => {
  const converted = (currency: string, cost: number) => ({
    converted: { to: 'CNY', currency, cost: usd(cost), saved: 0n },
  });
  const row = sumOf(
    { cost: usd(1), ...converted('CNY', 7.1) },
    { cost: usd(2), currency: 'CNY', ...converted('CNY', 2) },
  );
  expect(costText(row, 2)).toBe('¥9.10');
  expect(sumJson(row)).toMatchObject({
    cost_usd: 1,
    costs: { USD: 1, CNY: 2 },
    currency: 'CNY',
    cost: 9.1,
    unconverted_costs: {},
  });
  addCell(row, cell(TIME, 'm', { cost: usd(3), currency: 'AUD', ...converted('AUD', 3) }));
  expect(costText(row, 2)).toBe('¥9.10 + AUD 3.00');
  expect(sumJson(row)).toMatchObject({ cost: null, unconverted_costs: { AUD: 3 } });
});

test('sums of parts are sums of the whole, in any order', () => {
  const anyCell = fc.record({
    cost: fc.integer({ min: 0, max: 9 }).map((n) => usd(n)),
    rounds: fc.integer({ min: 1, max: 5 }),
    currency: fc.constantFrom('USD', 'CNY', 'EUR'),
    inexact: fc.constantFrom('', 'aborted', 'cache-unlogged', 'aborted search-fee'),
  });
  fc.assert(
    fc.property(fc.array(anyCell), fc.array(anyCell), (a, b) => {
      const parts = emptyRow();
      addRow(parts, sumOf(...b));
      addRow(parts, sumOf(...a));
      const whole = sumOf(...a, ...b);
      expect(sumBound(parts)).toEqual(sumBound(whole));
      expect(amountsOf(parts)).toEqual(amountsOf(whole));
      expect(boundReasonCounts(parts)).toEqual(boundReasonCounts(whole));
      expect(boundCosts(parts, 'lower')).toEqual(boundCosts(whole, 'lower'));
      expect(sumOf(...a)).toEqual(sumOf(...a));
    }),
  );
});

test('an empty sum shares its maps and never writes into them', () => {
  const touched = sumOf({ cost: usd(1), currency: 'CNY', inexact: 'aborted' });
  expect([touched.others.size, touched.bounds.size]).toEqual([1, 1]);
  expect([emptyRow().others.size, emptyRow().bounds.size]).toEqual([0, 0]);
});

test('currencies are compared one by one, and never added', () => {
  const dollar = sumOf({ cost: usd(1) });
  const yuan = sumOf({ cost: usd(100), currency: 'CNY' });
  const both = sumOf({ cost: usd(1) }, { cost: usd(1), currency: 'CNY' });
  expect(compareCosts(dollar, yuan)).toBe(1);
  expect(compareCosts(both, dollar)).toBe(1);
  expect(compareCosts(yuan, sumOf({ cost: usd(99), currency: 'CNY' }))).toBe(1);
  expect(compareCosts(both, both)).toBe(0);
});
