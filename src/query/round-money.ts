import { convertedMoney, type CurrencyView } from './currency.ts';
import type { ExpandedRound, StoredRound } from '../session-format/stored-round.ts';
import { usageOf } from '../session-format/stored-usage.ts';
import { cellOf, type UsageCell } from '../model/usage-cell.ts';
import { parsePriceBook } from '../pricing/price-book.ts';
import { moneyOfRound, type RoundMoney } from '../pricing/round-money.ts';

/**
 * What rounds cost by the current price book: by their own price, or by that of a later refresh. Throws InputOutputError
 * for a damaged book; the message names the store, `dir`.
 */
export function roundMoney(
  priceLines: readonly string[],
  dir: string,
  view?: CurrencyView,
): (round: Pick<ExpandedRound, 'stored'>) => ShownMoney {
  const book = parsePriceBook(priceLines, `of ${dir}`);
  return inView((stored) => moneyOfRound(book, stored, usageOf(stored)), view);
}

/** The same for rounds of an engine, which has what each of them costs, by its number. */
export function pushedMoney(
  money: ReadonlyMap<number, RoundMoney>,
  view?: CurrencyView,
): (round: Pick<ExpandedRound, 'stored'>) => ShownMoney {
  return inView(({ round }) => money.get(round) ?? NO_MONEY, view);
}

const NO_MONEY: RoundMoney = { price: 'unpriced', cost: null, saved: 0n, currency: 'USD', inexact: [] };

function inView(
  moneyOf: (stored: StoredRound) => RoundMoney,
  view: CurrencyView | undefined,
): (round: Pick<ExpandedRound, 'stored'>) => ShownMoney {
  if (!view) return ({ stored }) => moneyOf(stored);
  return ({ stored }) => {
    const money = moneyOf(stored);
    if (money.cost === null) return money;
    const { cost, saved, currency } = money;
    return {
      ...money,
      converted: convertedMoney(view, { cost, saved, currency }, Date.parse(stored.timestamp)),
    };
  };
}

/** What a round costs, also in the currency that was asked for. */
export interface ShownMoney extends RoundMoney {
  converted?: ReturnType<typeof convertedMoney>;
}

/** A stored round as a cell of usage, which sums can add. */
export function cellOfRound(stored: StoredRound, money: ShownMoney): UsageCell {
  const { price, converted } = money;
  const cell = cellOf(stored, { time: Date.parse(stored.timestamp), price }, usageOf(stored), money);
  return converted ? { ...cell, converted } : cell;
}

/** A round's cost as it is shown: in the currency that was asked for, else in its own. */
export function shownCost({ cost, currency, converted }: ShownMoney): {
  cost: bigint | null;
  currency: string;
} {
  return converted ?? { cost, currency };
}
