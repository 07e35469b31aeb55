import type { RoundUsage } from '../../model/token-usage.ts';
import { chargesOf, costOf } from '../../pricing/charges.ts';
import { changeSplit, noSplit, splitCharges, type CostSplit } from '../../pricing/cost-split.ts';
import { entryOf, parsePriceBook, type PriceBook, type PriceEntry } from '../../pricing/price-book.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import { usageOf } from '../../session-format/stored-usage.ts';
import type { CurrencyView } from '../currency.ts';
import { roundMoney, type ShownMoney } from '../round-money.ts';

/** An amount in 10⁻¹⁸ of a currency. */
export interface Amount {
  currency: string;
  cost: bigint;
}

/** What rounds cost, by what it was for, and what they would have cost otherwise. */
export class RoundPrices {
  readonly book: PriceBook;
  readonly view: CurrencyView | undefined;
  readonly moneyOf: ReturnType<typeof roundMoney>;

  constructor(priceLines: readonly string[], dir: string, view?: CurrencyView) {
    this.book = parsePriceBook(priceLines, `of ${dir}`);
    this.view = view;
    this.moneyOf = roundMoney(priceLines, dir, view);
  }

  /** Null if the cost is not known. */
  splitOf(stored: StoredRound, money: ShownMoney): { currency: string; split: CostSplit } | null {
    if (money.cost === null) return null;
    const entry = this.#entryOf(money);
    const [usage, time] = [usageOf(stored), Date.parse(stored.timestamp)];
    const split = entry ? splitCharges(chargesOf(entry.schedule, usage, time), usage) : noSplit();
    return this.shown(split, money.currency, time);
  }

  /** How much more a round cost because so many of its tokens were not read from the cache; null if it has no price. */
  costOfMiss(stored: StoredRound, money: ShownMoney, tokens: number): Amount | null {
    const entry = this.#entryOf(money);
    if (!entry || money.cost === null) return null;
    const time = Date.parse(stored.timestamp);
    const cost = money.cost - costOf(entry.schedule, withCached(usageOf(stored), tokens), time);
    return this.#amount({ currency: money.currency, cost }, time);
  }

  /** A split in the currency of the report, or in its own if no rate is known. */
  shown(split: CostSplit, currency: string, time: number): { currency: string; split: CostSplit } {
    const { view } = this;
    const converted = view && changeSplit(split, (amount) => view.convert(amount, currency, time));
    return view && converted ? { currency: view.to, split: converted } : { currency, split };
  }

  #amount({ currency, cost }: Amount, time: number): Amount {
    const converted = this.view?.convert(cost, currency, time);
    return this.view && converted !== undefined
      ? { currency: this.view.to, cost: converted }
      : { currency, cost };
  }

  #entryOf({ price }: ShownMoney): PriceEntry | undefined {
    return typeof price === 'number' ? entryOf(this.book, price) : undefined;
  }
}

/** The same usage with more tokens read from the cache: what it lacked was written again, or else sent as new input. */
function withCached(usage: RoundUsage, tokens: number): RoundUsage {
  const written = Math.min(tokens, usage.cacheWrite);
  return { ...usage, cached: usage.cached + tokens, cacheWrite: usage.cacheWrite - written };
}
