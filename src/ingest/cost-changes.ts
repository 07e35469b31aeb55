import { formatUsd } from '../pricing/money.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { moneyOfRound, type PricedRound } from '../pricing/round-money.ts';
import { QUARTER_MS } from '../store/types.ts';

/** Rounds of a model in a month that cost something else by another price book. */
export interface CostChange {
  /** `2026-02` */
  month: string;
  model: string;
  rounds: number;
  before: KnownCost;
  after: KnownCost;
}

/** What some rounds cost. */
interface KnownCost {
  /** 10⁻¹⁸ USD. */
  cost: bigint;
  /** Rounds of unknown cost, which are not in it. */
  unpricedRounds: number;
}

/** Compares what rounds cost by two price books. */
export class CostChanges {
  /** Rounds that had a cost and have another one. */
  repricedRounds = 0;
  sameCostRounds = 0;
  readonly #before: PriceBook;
  readonly #after: PriceBook;
  readonly #monthOf: (quarter: number) => string;
  readonly #changes = new Map<string, CostChange>();
  readonly #repriced = { before: 0n, after: 0n };

  constructor(before: PriceBook, after: PriceBook, monthOf: (quarter: number) => string = utcMonth) {
    this.#before = before;
    this.#after = after;
    this.#monthOf = monthOf;
  }

  add(round: PricedRound): void {
    const before = moneyOfRound(this.#before, round);
    const after = moneyOfRound(this.#after, round);
    if (before.cost === after.cost) {
      if (before.price !== after.price) this.sameCostRounds++;
      return;
    }
    const change = this.#changeOf(round);
    change.rounds++;
    addCost(change.before, before.cost);
    addCost(change.after, after.cost);
    if (before.cost === null) return;
    this.repricedRounds++;
    this.#repriced.before += before.cost;
    this.#repriced.after += after.cost ?? 0n;
  }

  /** By month, then by model. */
  list(): CostChange[] {
    return [...this.#changes.values()].toSorted(
      (a, b) => compare(a.month, b.month) || compare(a.model, b.model),
    );
  }

  /** What the repriced rounds cost, in words: `$1.2000`. */
  repriced(): { before: string; after: string } {
    const { before, after } = this.#repriced;
    return { before: formatUsd(before, 4), after: formatUsd(after, 4) };
  }

  #changeOf({ model, timestamp }: PricedRound): CostChange {
    const month = this.#monthOf(Math.floor(Date.parse(timestamp) / QUARTER_MS));
    const key = `${month} ${model}`;
    const known = this.#changes.get(key);
    if (known) return known;
    const made = { month, model, rounds: 0, before: nothing(), after: nothing() };
    this.#changes.set(key, made);
    return made;
  }
}

function nothing(): KnownCost {
  return { cost: 0n, unpricedRounds: 0 };
}

function addCost(sum: KnownCost, cost: bigint | null): void {
  if (cost === null) sum.unpricedRounds++;
  else sum.cost += cost;
}

function utcMonth(quarter: number): string {
  return new Date(quarter * QUARTER_MS).toISOString().slice(0, 7);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
