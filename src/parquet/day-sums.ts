import type { UsageCell } from '../model/usage-cell.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';

/** What is summed of a cell, or of a row of a file. */
export type Summed = Pick<
  UsageCell,
  | 'rounds'
  | 'input'
  | 'output'
  | 'reasoning'
  | 'cached'
  | 'cacheWrite'
  | 'price'
  | 'cost'
  | 'saved'
  | 'currency'
  | 'inexact'
>;

const COUNTS = ['rounds', 'input', 'output', 'reasoning', 'cached', 'cacheWrite'] as const;

/** The sums of one gateway's rounds of one day, as they are compared and stored. */
class Sum {
  readonly #counts: number[] = [0, 0, 0, 0, 0, 0, 0, 0];
  readonly #money = new Map<string, [cost: bigint, saved: bigint]>();

  get rounds(): number {
    return this.#counts[0] ?? 0;
  }

  add(cell: Summed): void {
    for (const [i, name] of COUNTS.entries()) this.#increase(i, cell[name]);
    if (cell.price === 'unpriced') this.#increase(6, cell.rounds);
    if (cell.inexact !== '') this.#increase(7, cell.rounds);
    this.#pay(cell.currency, cell.cost, cell.saved);
  }

  addSum(other: Sum): void {
    for (const [i, count] of other.#counts.entries()) this.#increase(i, count);
    for (const [currency, [cost, saved]] of other.#money) this.#pay(currency, cost, saved);
  }

  /** The same text for the same sums. */
  get text(): string {
    const money = [...this.#money]
      .filter(([, amounts]) => amounts.some((amount) => amount !== 0n))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([
      this.#counts,
      money.map(([currency, [cost, saved]]) => [currency, String(cost), String(saved)]),
    ]);
  }

  /** Undefined for anything but such a text. */
  static from(text: string): Sum | undefined {
    const [counts, money] = parsed(text);
    if (!Array.isArray(counts) || counts.length !== 8 || !counts.every(isCount)) return undefined;
    if (!Array.isArray(money) || !money.every(isMoney)) return undefined;
    const sum = new Sum();
    for (const [i, count] of counts.entries()) sum.#increase(i, count);
    for (const [currency, cost, saved] of money) sum.#pay(currency, BigInt(cost), BigInt(saved));
    return sum;
  }

  #increase(i: number, count: number): void {
    this.#counts[i] = (this.#counts[i] ?? 0) + count;
  }

  #pay(currency: string, cost: bigint, saved: bigint): void {
    const known = this.#money.get(currency);
    if (known) {
      known[0] += cost;
      known[1] += saved;
    } else this.#money.set(currency, [cost, saved]);
  }
}

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isMoney(value: unknown): value is [string, string, string] {
  return Array.isArray(value) && value.length === 3 && value.slice(1).every(isAmount);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'string' && /^-?\d{1,40}$/.test(value);
}

/** The sums of one day by gateway. With them, an export finds the days of which a store has changed earlier rounds. */
export class DaySums {
  readonly #sums = new Map<string, Sum>();

  add(gateway: string, cell: Summed): void {
    this.#of(gateway).add(cell);
  }

  addAll(other: DaySums): void {
    for (const [gateway, sum] of other.#sums) this.#of(gateway).addSum(sum);
  }

  get rounds(): number {
    return [...this.#sums.values()].reduce((rounds, sum) => rounds + sum.rounds, 0);
  }

  equals(other: DaySums): boolean {
    return JSON.stringify(this.toJSON()) === JSON.stringify(other.toJSON());
  }

  toJSON(): Record<string, string> {
    const known = [...this.#sums].filter(([, { rounds }]) => rounds > 0);
    return Object.fromEntries(
      known.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([gateway, { text }]) => [gateway, text]),
    );
  }

  /** Undefined for anything but what toJSON returns. */
  static from(value: unknown): DaySums | undefined {
    if (!isRecord(value)) return undefined;
    const sums = new DaySums();
    for (const [gateway, text] of Object.entries(value)) {
      const sum = typeof text === 'string' ? Sum.from(text) : undefined;
      if (!sum) return undefined;
      sums.#sums.set(gateway, sum);
    }
    return sums;
  }

  #of(gateway: string): Sum {
    let sum = this.#sums.get(gateway);
    if (!sum) this.#sums.set(gateway, (sum = new Sum()));
    return sum;
  }
}

/** The sums of many days. */
export class SumsByDay {
  readonly days = new Map<string, DaySums>();

  of(date: string): DaySums {
    let sums = this.days.get(date);
    if (!sums) this.days.set(date, (sums = new DaySums()));
    return sums;
  }
}
