import { amountsOf, isCostKnown, type CostedRounds } from './aggregate.ts';

// What `check` and the site compare with a budget.

/** What was spent in a currency; undefined if no cost in it is known. */
export function spentIn(currency: string, sum: CostedRounds): bigint | undefined {
  if (!isCostKnown(sum)) return undefined;
  const amount = amountsOf(sum).find(([code]) => code === currency)?.[1];
  return amount?.cost ?? (sum.rounds === 0 ? 0n : undefined);
}

/** What was spent in other currencies, which a budget in this one does not cover. */
export function othersOf(currency: string, sum: CostedRounds): [currency: string, cost: bigint][] {
  return amountsOf(sum).flatMap(([code, { cost }]): [string, bigint][] =>
    code === currency || cost === 0n ? [] : [[code, cost]],
  );
}

/** The part of a budget in percent, to one decimal, rounded down; null if the budget is zero. */
export function percentOf(spent: bigint, budget: bigint): number | null {
  return budget === 0n ? null : Number((spent * 1000n) / budget) / 10;
}
