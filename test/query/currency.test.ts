import { describe, expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { currencyView, inCurrency } from '../../src/query/currency.ts';
import { amountsOf } from '../../src/query/aggregate.ts';
import { groupSharedCells, groupUsage } from '../../src/query/group-usage.ts';
import type { StoredSessions } from '../../src/store/index/index-files.ts';
import { cell, session, usd } from '../report/make.ts';
import { sharedCellsOf } from '../store/make.ts';

const RATES = {
  CNY: [
    { from: '2026-07-01', per_usd: 6.9 },
    { from: '2026-01-01', per_usd: '7.1' },
  ],
  EUR: [{ from: '2026-01-01', per_usd: 0.8 }],
};
const at = (time: string): number => Date.parse(time);
const JUNE = at('2026-06-30T23:59:59.999Z');

describe('a cost in another currency', () => {
  const cny = currencyView({ to: 'CNY', rates: RATES });

  test.each([
    ['2025-12-31T23:59:59.999Z', undefined],
    ['2026-01-01T00:00:00Z', usd(14.2)],
    ['2026-06-30T23:59:59.999Z', usd(14.2)],
    ['2026-07-01T00:00:00Z', usd(13.8)],
  ])('is converted by the rate of its day: %s', (time, cost) => {
    expect(cny.convert(usd(2), 'USD', at(time))).toBe(cost);
  });

  test('in its own currency is itself, without any rate', () => {
    expect(cny.convert(usd(3), 'CNY', at('2020-01-01T00:00Z'))).toBe(usd(3));
    expect(currencyView({ to: 'SGD', rates: {} }).convert(usd(3), 'SGD', JUNE)).toBe(usd(3));
  });

  test('goes by USD between two others, and back', () => {
    expect(cny.convert(usd(8), 'EUR', JUNE)).toBe(usd(71));
    expect(currencyView({ to: 'EUR', rates: RATES }).convert(usd(71), 'CNY', JUNE)).toBe(usd(8));
    expect(currencyView({ to: 'USD', rates: RATES }).convert(usd(7.1), 'CNY', JUNE)).toBe(usd(1));
  });

  test('without a rate is not guessed; nothing is nothing in every currency', () => {
    expect(cny.convert(usd(1), 'SGD', JUNE)).toBeUndefined();
    expect(currencyView({ to: 'SGD', rates: RATES }).convert(usd(1), 'USD', JUNE)).toBeUndefined();
    expect(cny.convert(0n, 'SGD', JUNE)).toBe(0n);
    expect(cny.convert(usd(1), '__proto__', JUNE)).toBeUndefined();
    expect(cny.convert(usd(1), 'constructor', JUNE)).toBeUndefined();
  });

  test('is rounded half away from zero, to 10⁻¹⁸', () => {
    const thirds = currencyView({ to: 'USD', rates: { XTS: [{ from: '2026-01-01', per_usd: 3 }] } });
    expect(thirds.convert(1n, 'XTS', JUNE)).toBe(0n);
    expect(thirds.convert(2n, 'XTS', JUNE)).toBe(1n);
    expect(thirds.convert(-2n, 'XTS', JUNE)).toBe(-1n);
    const tiny = currencyView({ to: 'XTS', rates: { XTS: [{ from: '2026-01-01', per_usd: 1e-7 }] } });
    expect(tiny.convert(10n ** 18n, 'USD', JUNE)).toBe(10n ** 11n);
  });
});

/** As much of the index as sums ask for. */
function stored(sessions: ReturnType<typeof session>[]): StoredSessions {
  return {
    size: sessions.length,
    has: (id) => sessions.some((one) => one.id === id),
    get: (id) => sessions.find((one) => one.id === id),
    keys: () => sessions.map(({ id }) => id),
    inOrder: () => [],
    tailCrc: 0,
    changedSince: () => [],
    values: () => sessions,
    heads: () => sessions,
    usages: () => sessions,
    sharedCells: () => sharedCellsOf(sessions),
  };
}

test('sums of converted costs are the same over cells, sums of cells, and entries', () => {
  const anyCell = fc.record({
    time: fc.constantFrom('2025-06-01T00:00Z', '2026-02-01T00:00Z', '2026-08-01T00:00Z'),
    cost: fc.nat(99).map((n) => usd(n)),
    saved: fc.nat(9).map((n) => usd(n)),
    currency: fc.constantFrom('USD', 'CNY', 'SGD'),
  });
  fc.assert(
    fc.property(fc.array(fc.array(anyCell, { maxLength: 4 }), { maxLength: 4 }), (all) => {
      const sessions = stored(
        all.map((cells, i) =>
          session(
            `s${i}`,
            cells.map(({ time, ...rest }) => cell(time, 'm', rest)),
          ),
        ),
      );
      const view = currencyView({ to: 'CNY', rates: RATES });
      const shown = inCurrency(sessions, view);
      const shared = shown.sharedCells();
      const byUsage = groupUsage(shown.usages(), { by: [] }).total;
      const byEntry = groupUsage(shown.values(), { by: [] }).total;
      const byCells = shared && groupSharedCells(shared, { by: [] }).total;
      expect(amountsOf(byEntry)).toEqual(amountsOf(byUsage));
      if (byCells) expect(amountsOf(byCells)).toEqual(amountsOf(byUsage));
      const expected = all.flat().reduce((sum, { cost, currency, time }) => {
        return sum + (view.convert(cost, currency, at(time)) ?? 0n);
      }, 0n);
      expect(new Map(amountsOf(byUsage)).get('CNY')?.cost ?? 0n).toBe(expected);
      // The costs themselves stay what they are.
      expect(byUsage.cost).toBe(groupUsage(sessions.usages(), { by: [] }).total.cost);
    }),
  );
});
