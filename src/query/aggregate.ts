import { addCounts, Counts } from '../model/counts.ts';
import type { SessionUsage } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import { currencyOrder } from './currency-order.ts';
import { addCellCosts, addCosts, noCosts, type Amount, type CostSums } from './costs.ts';
import { HealthSum } from './health-sum.ts';
import { addFailures, NO_FAILURES, withCounters, type Failures } from './failures.ts';

/** What a set of rounds used. Costs are exact, in 10⁻¹⁸ USD; costs in other currencies are in `others`. */
export interface Totals extends Counts, CostSums {
  sessions: number;
  cost: bigint;
  /** How much more the cached tokens would have cost as fresh input; negative if the cache cost more. */
  saved: bigint;
  /** Rounds whose cost is known, which may be zero: priced, free, or answered by the gateway's cache. */
  settledRounds: number;
  unpricedRounds: number;
  unpricedTokens: number;
  /** Rounds without a price, by model. */
  unpricedModels: Map<string, number>;
  failures: Failures;
}

export interface Row extends Totals {
  /** Tokens by model. */
  models: Map<string, number>;
  /** Only if it was asked for (`Grouping.withHealth`). */
  health: HealthSum | undefined;
}

export function emptyRow(): Row {
  return new EmptyRow();
}

const NO_COSTS = noCosts();

/** A class, because V8 makes faster objects of it than of a literal with spreads: a report can have a million rows. */
class EmptyRow extends Counts implements Row {
  sessions = 0;
  cost = 0n;
  saved = 0n;
  settledRounds = 0;
  unpricedRounds = 0;
  unpricedTokens = 0;
  unpricedModels = new Map<string, number>();
  failures = NO_FAILURES;
  models = new Map<string, number>();
  health: HealthSum | undefined = undefined;
  others = NO_COSTS.others;
  converted = NO_COSTS.converted;
  bounds = NO_COSTS.bounds;
}

/** Adds what a cell used: the one place that says what a sum is made of. */
export function addCell(sum: Row, cell: UsageCell): void {
  addCounts(sum, cell);
  addCellCost(sum, cell);
  sum.failures = withCounters(sum.failures, cell.counters);
  const tokens = tokensOf(cell);
  increase(sum.models, cell.model, tokens);
  if (cell.price === 'unpriced') {
    sum.unpricedRounds += cell.rounds;
    sum.unpricedTokens += tokens;
    increase(sum.unpricedModels, cell.model, cell.rounds);
  }
}

/** Adds what a row used. Sessions are not added, because one session can be in several rows. */
export function addRow(sum: Row, row: Row): void {
  addCounts(sum, row);
  sum.cost += row.cost;
  sum.saved += row.saved;
  addCosts(sum, row);
  sum.settledRounds += row.settledRounds;
  sum.unpricedRounds += row.unpricedRounds;
  sum.unpricedTokens += row.unpricedTokens;
  sum.failures = addFailures(sum.failures, row.failures);
  if (row.health) (sum.health ??= new HealthSum()).add(row.health);
  for (const [model, tokens] of row.models) increase(sum.models, model, tokens);
  for (const [model, rounds] of row.unpricedModels) increase(sum.unpricedModels, model, rounds);
}

function increase(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

/** What amountsOf and compareCosts need of a sum. */
export type CostedRounds = CostSums & Pick<Totals, 'cost' | 'saved' | 'rounds' | 'settledRounds'>;

/** What cells cost, without the rest of a sum: ranking a million sessions takes no more. */
export function costOfCells(cells: readonly UsageCell[]): CostedRounds {
  const sum = { cost: 0n, saved: 0n, rounds: 0, settledRounds: 0, ...noCosts() };
  for (const cell of cells) {
    sum.rounds += cell.rounds;
    addCellCost(sum, cell);
  }
  return sum;
}

function addCellCost(sum: CostedRounds, cell: UsageCell): void {
  if (cell.currency === 'USD') {
    sum.cost += cell.cost;
    sum.saved += cell.saved;
  }
  if (cell.currency !== 'USD' || cell.inexact !== '' || cell.converted) addCellCosts(sum, cell);
  if (cell.price !== 'unpriced' && cell.price !== 'no-usage') sum.settledRounds += cell.rounds;
}

/** The sum of cells of one session. */
export function sumOfCells(cells: Iterable<UsageCell>): Row {
  const sum = emptyRow();
  sum.sessions = 1;
  for (const cell of cells) addCell(sum, cell);
  return sum;
}

export function sessionTotals({ usage }: SessionUsage): Row {
  return sumOfCells(usage);
}

/** Names by use, the most used first; equal ones by name. */
export function namesByUse(uses: ReadonlyMap<string, number>): string[] {
  return [...uses].toSorted((a, b) => b[1] - a[1] || compareText(a[0], b[0])).map(([name]) => name);
}

export function tokensOf(sum: { input: number; output: number }): number {
  return sum.input + sum.output;
}

/** Whether any cost is known: not if every round is unpriced or without usage. */
export function isCostKnown(sum: Pick<Totals, 'settledRounds' | 'rounds'>): boolean {
  return sum.settledRounds > 0 || sum.rounds === 0;
}

/** Whether any cost in USD is known: not if all known costs are in other currencies. */
export function isUsdKnown(sum: Pick<Totals, 'settledRounds' | 'rounds' | 'others'>): boolean {
  let { settledRounds } = sum;
  for (const { rounds } of sum.others.values()) settledRounds -= rounds;
  return settledRounds > 0 || sum.rounds === 0;
}

/** The known costs, USD first, then by code; converted if a currency was asked for. */
export function amountsOf(sum: CostedRounds): [currency: string, amount: Amount][] {
  if (sum.converted) {
    const { to, amounts } = sum.converted;
    return [...amounts].toSorted(([a], [b]) => Number(b === to) - Number(a === to) || currencyOrder(a, b));
  }
  const others = [...sum.others].toSorted(([a], [b]) => compareText(a, b));
  if (!isUsdKnown(sum)) return others;
  return [['USD', { rounds: sum.settledRounds, cost: sum.cost, saved: sum.saved }], ...others];
}

/** Compares costs. Currencies are never added: USD decides, then the others in the order of their codes. */
export function compareCosts(a: CostedRounds, b: CostedRounds): number {
  if (a.others.size === 0 && b.others.size === 0 && !a.converted && !b.converted)
    return compareBig(a.cost, b.cost);
  const [amountsA, amountsB] = [new Map(amountsOf(a)), new Map(amountsOf(b))];
  for (const currency of [...new Set([...amountsA.keys(), ...amountsB.keys()])].toSorted(currencyOrder)) {
    const order = compareBig(amountsA.get(currency)?.cost ?? 0n, amountsB.get(currency)?.cost ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

/** Rows by cost, then tokens, the largest first; then by name. */
export function byCost(rows: ReadonlyMap<string, Row>): [string, Row][] {
  return [...rows].toSorted(
    ([nameA, a], [nameB, b]) => compareCosts(b, a) || tokensOf(b) - tokensOf(a) || compareText(nameA, nameB),
  );
}

/** Rows by key, ascending. */
export function byKey(rows: ReadonlyMap<string, Row>): [string, Row][] {
  return [...rows].toSorted(([a], [b]) => compareText(a, b));
}

export function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code units: the order does not depend on the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
