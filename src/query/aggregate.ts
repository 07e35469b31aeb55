import type { SessionUsage } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import type { SharedCells } from '../store/index/index.ts';
import { currencyOrder } from './currency-order.ts';
import { addCellCosts, addCosts, noCosts, type Amount, type CostSums } from './costs.ts';

/** What a set of rounds used. Costs are exact: 10⁻¹⁸ USD; those in other currencies are in `others`. */
export interface Totals extends CostSums {
  sessions: number;
  rounds: number;
  input: number;
  output: number;
  reasoning: number;
  cached: number;
  cacheWrite: number;
  cost: bigint;
  /** How much more the cached tokens would have cost as fresh input; exact, and below 0 where a cache costs more. */
  saved: bigint;
  /** Rounds whose cost is known, which may be zero: priced, free, or answered by the gateway's cache. */
  settledRounds: number;
  unpricedRounds: number;
  unpricedTokens: number;
  /** Rounds of each model that has no price. */
  unpricedModels: Map<string, number>;
}

export interface Row extends Totals {
  /** Tokens of each model, for the rows of a date or a session. */
  models: Map<string, number>;
}

export interface Grouped {
  rows: Map<string, Row>;
  total: Row;
}

/** Quarters of an hour since 1970 UTC: from `from`, up to and without `to`. */
export interface BucketRange {
  from: number;
  to: number;
}

export const ALL_BUCKETS: BucketRange = { from: -Infinity, to: Infinity };

/**
 * Sums the usage of all sessions by a key of their cells; null leaves a cell out. A session counts once in every
 * row it touches, and once in the total.
 */
export function groupUsage(
  sessions: Iterable<SessionUsage>,
  keyOf: (cell: UsageCell, sessionId: string) => string | null,
  range: BucketRange,
): Grouped {
  const sums = new Sums(keyOf, range);
  for (const session of sessions) {
    for (const cell of session.usage) {
      const tally = sums.add(cell, session.id);
      if (tally) sums.count(tally, session);
    }
  }
  return sums.grouped();
}

/** The same sums, where no key depends on the session. */
export function groupShared(
  { cells, parts }: SharedCells,
  keyOf: (cell: UsageCell) => string | null,
  range: BucketRange,
): Grouped {
  const sums = new Sums(keyOf, range);
  const tallies = Array.from(cells, (cell) => sums.add(cell));
  for (const numbers of parts) {
    for (const number of numbers) {
      const tally = tallies[number];
      if (tally) sums.count(tally, numbers);
    }
  }
  return sums.grouped();
}

class Sums {
  readonly #keyOf: (cell: UsageCell, sessionId: string) => string | null;
  readonly #range: BucketRange;
  readonly #tallies = new Map<string, Tally>();
  readonly #total = newTally();

  constructor(keyOf: (cell: UsageCell, sessionId: string) => string | null, range: BucketRange) {
    this.#keyOf = keyOf;
    this.#range = range;
  }

  /** The tally that the cell was added to; undefined where it was left out. */
  add(cell: UsageCell, sessionId = ''): Tally | undefined {
    if (cell.bucket < this.#range.from || cell.bucket >= this.#range.to) return undefined;
    const key = this.#keyOf(cell, sessionId);
    if (key === null) return undefined;
    let tally = this.#tallies.get(key);
    if (tally === undefined) this.#tallies.set(key, (tally = newTally()));
    addCell(tally.row, cell);
    return tally;
  }

  count(tally: Tally, session: object): void {
    countSession(tally, session);
    countSession(this.#total, session);
  }

  grouped(): Grouped {
    for (const { row } of this.#tallies.values()) addRow(this.#total.row, row);
    return { rows: rowsOf(this.#tallies), total: this.#total.row };
  }
}

/** A row while it is summed. */
export interface Tally {
  row: Row;
  /** What stands for the last session that it counted: sessions come one after the other. */
  counted: object | null;
}

export function newTally(): Tally {
  return { row: emptyRow(), counted: null };
}

export function countSession(tally: Tally, session: object): void {
  if (tally.counted === session) return;
  tally.counted = session;
  tally.row.sessions++;
}

export function rowsOf(tallies: ReadonlyMap<string, Tally>): Map<string, Row> {
  return new Map([...tallies].map(([key, { row }]) => [key, row]));
}

/** The sum of one session. */
export function sessionTotals(session: SessionUsage): Row {
  const sum = emptyRow();
  sum.sessions = 1;
  for (const cell of session.usage) addCell(sum, cell);
  return sum;
}

/** Names by what they used, the most first; equals by name. */
export function namesByUse(uses: ReadonlyMap<string, number>): string[] {
  return [...uses].toSorted((a, b) => b[1] - a[1] || compareText(a[0], b[0])).map(([name]) => name);
}

export function tokensOf(sum: { input: number; output: number }): number {
  return sum.input + sum.output;
}

/** Whether the sum of costs says anything: not if every round is unpriced, or told no usage. */
export function isCostKnown(sum: Pick<Totals, 'settledRounds' | 'rounds'>): boolean {
  return sum.settledRounds > 0 || sum.rounds === 0;
}

/** Whether the sum in USD says anything: not if all that is known was charged in other currencies. */
export function isUsdKnown(sum: Pick<Totals, 'settledRounds' | 'rounds' | 'others'>): boolean {
  let { settledRounds } = sum;
  for (const { rounds } of sum.others.values()) settledRounds -= rounds;
  return settledRounds > 0 || sum.rounds === 0;
}

/** What amountsOf needs of a sum. */
export type CostedRounds = CostSums & Pick<Totals, 'cost' | 'saved' | 'rounds' | 'settledRounds'>;

/** The costs that are known, USD first and the others by their codes; `converted` where a currency was asked for. */
export function amountsOf(sum: CostedRounds): [currency: string, amount: Amount][] {
  if (sum.converted) {
    const { to, amounts } = sum.converted;
    return [...amounts].toSorted(([a], [b]) => Number(b === to) - Number(a === to) || currencyOrder(a, b));
  }
  const others = [...sum.others].toSorted(([a], [b]) => compareText(a, b));
  if (!isUsdKnown(sum)) return others;
  return [['USD', { rounds: sum.settledRounds, cost: sum.cost, saved: sum.saved }], ...others];
}

/** By what sums cost, ascending. Currencies are never added: USD decides, then the others by their codes. */
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

/** Rows by cost, then tokens, then name; the largest first. */
export function byCost(rows: ReadonlyMap<string, Row>): [string, Row][] {
  return [...rows].toSorted(
    ([nameA, a], [nameB, b]) => compareCosts(b, a) || tokensOf(b) - tokensOf(a) || compareText(nameA, nameB),
  );
}

/** Rows by key, ascending: dates in their order. */
export function byKey(rows: ReadonlyMap<string, Row>): [string, Row][] {
  return [...rows].toSorted(([a], [b]) => compareText(a, b));
}

export function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code units: the same order on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function emptyRow(): Row {
  return {
    sessions: 0,
    rounds: 0,
    input: 0,
    output: 0,
    reasoning: 0,
    cached: 0,
    cacheWrite: 0,
    cost: 0n,
    saved: 0n,
    settledRounds: 0,
    unpricedRounds: 0,
    unpricedTokens: 0,
    unpricedModels: new Map(),
    models: new Map(),
    ...noCosts(),
  };
}

/** Adds what a row used, but not its sessions: one of them can be in several rows. */
export function addRow(sum: Row, row: Row): void {
  for (const key of SUMMED) sum[key] += row[key];
  sum.cost += row.cost;
  sum.saved += row.saved;
  addCosts(sum, row);
  for (const [model, tokens] of row.models) add(sum.models, model, tokens);
  for (const [model, rounds] of row.unpricedModels) add(sum.unpricedModels, model, rounds);
}

const SUMMED = [
  'rounds',
  'input',
  'output',
  'reasoning',
  'cached',
  'cacheWrite',
  'settledRounds',
  'unpricedRounds',
  'unpricedTokens',
] as const;

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

export function addCell(sum: Row, cell: UsageCell): void {
  sum.rounds += cell.rounds;
  sum.input += cell.input;
  sum.output += cell.output;
  sum.reasoning += cell.reasoning;
  sum.cached += cell.cached;
  sum.cacheWrite += cell.cacheWrite;
  if (cell.currency === 'USD') {
    sum.cost += cell.cost;
    sum.saved += cell.saved;
  }
  if (cell.currency !== 'USD' || cell.inexact !== '' || cell.converted) addCellCosts(sum, cell);
  add(sum.models, cell.model, tokensOf(cell));
  if (cell.price === 'unpriced') {
    sum.unpricedRounds += cell.rounds;
    sum.unpricedTokens += tokensOf(cell);
    add(sum.unpricedModels, cell.model, cell.rounds);
  } else if (cell.price !== 'no-usage') {
    sum.settledRounds += cell.rounds;
  }
}
