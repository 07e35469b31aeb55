import { costsText, usdFirst } from '../../pricing/money.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import { moneyOfRound, type Money } from '../../pricing/round-money.ts';
import type { CostChange, KnownCost } from '../../model/refresh-result.ts';
import { BUCKET_MS, bucketOf } from '../../model/usage-cell.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import { usageOf } from '../../session-format/stored-usage.ts';

/** Compares the costs of rounds by two price books. */
export class CostChanges {
  /** Rounds that had a cost and now have a different one. */
  repricedRounds = 0;
  sameCostRounds = 0;
  readonly #before: PriceBook;
  readonly #after: PriceBook;
  readonly #monthOf: (bucket: number) => string;
  readonly #changes = new Map<string, CostChange>();
  readonly #repriced = { before: nothing(), after: nothing() };

  constructor(before: PriceBook, after: PriceBook, monthOf: (bucket: number) => string = utcMonth) {
    this.#before = before;
    this.#after = after;
    this.#monthOf = monthOf;
  }

  add(round: StoredRound): void {
    const usage = usageOf(round);
    const before = moneyOfRound(this.#before, round, usage);
    const after = moneyOfRound(this.#after, round, usage);
    const isSame = before.cost === after.cost && before.currency === after.currency;
    if (isSame && before.inexact.join(' ') === after.inexact.join(' ')) {
      if (before.price !== after.price) this.sameCostRounds++;
      return;
    }
    const change = this.#changeOf(round);
    change.rounds++;
    addCost(change.before, before);
    addCost(change.after, after);
    if (before.cost === null) return;
    this.repricedRounds++;
    addCost(this.#repriced.before, before);
    addCost(this.#repriced.after, after);
  }

  /** By month, then by model. */
  list(): CostChange[] {
    return [...this.#changes.values()].toSorted(
      (a, b) => compare(a.month, b.month) || compare(a.model, b.model),
    );
  }

  /** The cost of the repriced rounds as text: `$1.2000`. */
  repriced(): { before: string; after: string } {
    const { before, after } = this.#repriced;
    return { before: costsText(usdFirst(before.costs), 4), after: costsText(usdFirst(after.costs), 4) };
  }

  #changeOf({ model, timestamp }: StoredRound): CostChange {
    const month = this.#monthOf(bucketOf(Date.parse(timestamp)));
    const key = `${month} ${model}`;
    const known = this.#changes.get(key);
    if (known) return known;
    const made = { month, model, rounds: 0, before: nothing(), after: nothing() };
    this.#changes.set(key, made);
    return made;
  }
}

function nothing(): KnownCost {
  return { costs: new Map(), unpricedRounds: 0 };
}

function addCost(sum: KnownCost, { cost, currency }: Money): void {
  if (cost === null) sum.unpricedRounds++;
  else sum.costs.set(currency, (sum.costs.get(currency) ?? 0n) + cost);
}

function utcMonth(bucket: number): string {
  return new Date(bucket * BUCKET_MS).toISOString().slice(0, 7);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
