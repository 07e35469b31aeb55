import { addSplit, noSplit, splitTotal, type CostSplit } from '../../pricing/cost-split.ts';

/** Costs by what they were for, by currency. */
export class SplitSums {
  readonly #splits = new Map<string, CostSplit>();
  readonly #unsplit = new Map<string, bigint>();
  /** Rounds whose cost could not be split. */
  unsplitRounds = 0;

  add(currency: string, split: CostSplit): void {
    let sum = this.#splits.get(currency);
    if (!sum) this.#splits.set(currency, (sum = noSplit()));
    addSplit(sum, split);
  }

  /** What another sum has split. */
  addAll(other: SplitSums): void {
    for (const [currency, split] of other.#splits) this.add(currency, split);
  }

  addUnsplit(currency: string, cost: bigint, rounds: number): void {
    this.#unsplit.set(currency, (this.#unsplit.get(currency) ?? 0n) + cost);
    this.unsplitRounds += rounds;
  }

  get currencies(): string[] {
    return [...new Set([...this.#splits.keys(), ...this.#unsplit.keys()])].filter(
      (currency) => this.totalOf(currency) !== 0n,
    );
  }

  of(currency: string): CostSplit {
    return this.#splits.get(currency) ?? noSplit();
  }

  unsplitOf(currency: string): bigint {
    return this.#unsplit.get(currency) ?? 0n;
  }

  /** Split or not. */
  totalOf(currency: string): bigint {
    return splitTotal(this.of(currency)) + this.unsplitOf(currency);
  }
}
