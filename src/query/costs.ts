import { boundOf, type Bound } from '../pricing/bounds.ts';
import type { UsageCell } from '../model/usage-cell.ts';

/** What was charged in one currency. Money is exact, in 10⁻¹⁸ of the currency. */
export interface Amount {
  rounds: number;
  cost: bigint;
  saved: bigint;
}

/** Rounds whose cost may be wrong for the same reasons. */
interface BoundSum {
  rounds: number;
  /** Their stated cost, by currency. */
  costs: Map<string, bigint>;
}

/** Costs converted to `to`, and those in other currencies for which no rate is known. */
export interface Converted {
  to: string;
  amounts: ReadonlyMap<string, Amount>;
}

/** The money in a sum besides its cost in USD. Most sums have none, and share one empty map. */
export interface CostSums {
  /** Costs in currencies other than USD, by code. */
  others: ReadonlyMap<string, Amount>;
  /** Null if no currency was asked for. */
  converted: Converted | null;
  /** By reasons, as cells have them. */
  bounds: ReadonlyMap<string, BoundSum>;
}

const NO_AMOUNTS: ReadonlyMap<string, Amount> = new Map();
const NO_BOUNDS: ReadonlyMap<string, BoundSum> = new Map();

export function noCosts(): CostSums {
  return { others: NO_AMOUNTS, converted: null, bounds: NO_BOUNDS };
}

/** Adds a cell's money, except its cost in USD. */
export function addCellCosts(sum: CostSums, cell: UsageCell): void {
  const { rounds, currency, cost, saved, inexact, converted } = cell;
  if (currency !== 'USD') sum.others = plusAmount(sum.others, currency, { rounds, cost, saved });
  if (inexact !== '') sum.bounds = plusBound(sum.bounds, inexact, rounds, [[currency, cost]]);
  if (converted) {
    const amount = { rounds, cost: converted.cost, saved: converted.saved };
    addConverted(sum, converted.to, converted.currency, amount);
  }
}

function addConverted(sum: CostSums, to: string, currency: string, amount: Amount): void {
  const amounts = plusAmount(sum.converted?.amounts ?? NO_AMOUNTS, currency, amount);
  sum.converted ??= { to, amounts };
}

export function addCosts(sum: CostSums, other: CostSums): void {
  for (const [currency, amount] of other.others) sum.others = plusAmount(sum.others, currency, amount);
  for (const [reasons, { rounds, costs }] of other.bounds)
    sum.bounds = plusBound(sum.bounds, reasons, rounds, costs);
  if (!other.converted) return;
  const { to, amounts } = other.converted;
  for (const [currency, amount] of amounts) addConverted(sum, to, currency, amount);
}

function plusAmount(
  amounts: ReadonlyMap<string, Amount>,
  currency: string,
  { rounds, cost, saved }: Amount,
): ReadonlyMap<string, Amount> {
  const sums = amounts === NO_AMOUNTS ? new Map<string, Amount>() : (amounts as Map<string, Amount>);
  const sum = sums.get(currency);
  if (sum === undefined) return sums.set(currency, { rounds, cost, saved });
  sum.rounds += rounds;
  sum.cost += cost;
  sum.saved += saved;
  return sums;
}

function plusBound(
  bounds: ReadonlyMap<string, BoundSum>,
  reasons: string,
  rounds: number,
  costs: Iterable<readonly [currency: string, cost: bigint]>,
): ReadonlyMap<string, BoundSum> {
  const sums = bounds === NO_BOUNDS ? new Map<string, BoundSum>() : (bounds as Map<string, BoundSum>);
  let sum = sums.get(reasons);
  if (sum === undefined) sums.set(reasons, (sum = { rounds: 0, costs: new Map() }));
  sum.rounds += rounds;
  for (const [currency, cost] of costs) sum.costs.set(currency, (sum.costs.get(currency) ?? 0n) + cost);
  return sums;
}

/** How a sum may be wrong, and for how many rounds. A round that may be wrong either way counts in both. */
export interface SumBound {
  bound: Bound | null;
  lowerRounds: number;
  upperRounds: number;
}

export function sumBound({ bounds }: CostSums): SumBound {
  let lowerRounds = 0;
  let upperRounds = 0;
  for (const [reasons, { rounds }] of bounds) {
    const bound = boundOf(reasons.split(' '));
    if (bound !== 'upper') lowerRounds += rounds;
    if (bound !== 'lower') upperRounds += rounds;
  }
  const bound = lowerRounds > 0 ? (upperRounds > 0 ? 'either' : 'lower') : upperRounds > 0 ? 'upper' : null;
  return { bound, lowerRounds, upperRounds };
}

/** The number of rounds with each reason, the most first. A round can have several. */
export function boundReasonCounts({ bounds }: CostSums): [reason: string, rounds: number][] {
  const counts = new Map<string, number>();
  for (const [reasons, { rounds }] of bounds)
    for (const reason of reasons.split(' ')) counts.set(reason, (counts.get(reason) ?? 0) + rounds);
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** The stated cost, by currency, of rounds that may be wrong in this direction or in either. */
export function boundCosts({ bounds }: CostSums, direction: 'lower' | 'upper'): Map<string, bigint> {
  const costs = new Map<string, bigint>();
  for (const [reasons, sum] of bounds) {
    const bound = boundOf(reasons.split(' '));
    if (bound !== direction && bound !== 'either') continue;
    for (const [currency, cost] of sum.costs) costs.set(currency, (costs.get(currency) ?? 0n) + cost);
  }
  return costs;
}
