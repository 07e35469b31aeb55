import type { UsageCell } from '../model/usage-cell.ts';
import { addCell, compareCosts, compareText, emptyRow, sumOfCells, type Row } from '../query/aggregate.ts';
import { addDays } from '../query/add-days.ts';
import type { LocalTime } from '../query/time-zone.ts';
import type { DimensionSums } from './dimension-sums.ts';

/** The days of which names are remembered by day, and those of the two weeks that are compared. */
export const RECENT_DAYS = 30;
const WEEKS = 14;
/** The sessions that are remembered of a day. */
const MOST = 3;

/** What a session cost on a day. */
export interface DaySession {
  id: string;
  row: Row;
}

/** What names used by date and name: all dates have the same length. */
export type NamedDays = Map<string, Row>;

/**
 * What a site knows of its last 30 days besides its sums: what each consumer, and each value of a dimension, used by day;
 * and of the last two weeks how many sessions began, and the most expensive sessions of each day. One that cost more than a
 * quarter of some days together is among those three on one of these days. Costs only grow, so the three can be carried on.
 */
export class Recent {
  readonly #local: LocalTime;
  readonly #dimensions: DimensionSums;
  readonly #since: string;
  readonly #weeksSince: string;
  readonly #sinceBucket: number;
  readonly consumers: NamedDays = new Map();
  /** In the order of the dimensions. */
  readonly dimensions: NamedDays[];
  readonly sessions = new Map<string, DaySession[]>();
  /** Sessions whose first round was on a date. */
  readonly begun = new Map<string, number>();

  /** `day`: the local date of the render. */
  constructor(day: string, local: LocalTime, dimensions: DimensionSums) {
    this.#local = local;
    this.#dimensions = dimensions;
    this.#since = addDays(day, 1 - RECENT_DAYS);
    this.#weeksSince = addDays(day, 1 - WEEKS);
    this.#sinceBucket = local.startOf(this.#since);
    this.dimensions = dimensions.names.map(() => new Map());
  }

  /** Adds what a session has used; `before` is what was added of it earlier. */
  add(id: string, before: readonly UsageCell[], added: readonly UsageCell[]): void {
    const dates = new Set<string>();
    for (const cell of added) {
      if (cell.bucket < this.#sinceBucket) continue;
      const date = this.#local.dateOf(cell.bucket);
      addTo(this.consumers, date + cell.consumer, cell);
      for (const [i, days] of this.dimensions.entries())
        addTo(days, date + this.#dimensions.nameOf(i, cell), cell);
      if (date >= this.#weeksSince) dates.add(date);
    }
    for (const date of dates) {
      const cells = [...before, ...added].filter(({ bucket }) => this.#local.dateOf(bucket) === date);
      this.#rank(date, { id, row: sumOfCells(cells) });
    }
  }

  /** Counts a session on the date of its first round; `before`: where it was counted. */
  begin(date: string, before: string | undefined): void {
    if (date === before) return;
    for (const [at, count] of [
      [date, 1],
      [before, -1],
    ] as const)
      if (at !== undefined && at >= this.#weeksSince) this.begun.set(at, (this.begun.get(at) ?? 0) + count);
  }

  #rank(date: string, session: DaySession): void {
    const others = (this.sessions.get(date) ?? []).filter(({ id }) => id !== session.id);
    const last = others[MOST - 1];
    if (last && compareSessions(last, session) < 0) return;
    this.sessions.set(date, [...others, session].toSorted(compareSessions).slice(0, MOST));
  }

  /** Takes over what was remembered of the days that still count. */
  restore({ consumers, dimensions, sessions, begun }: Remembered): void {
    for (const [days, rows] of [
      [this.consumers, consumers] as const,
      ...this.dimensions.map(pairWith(dimensions)),
    ])
      for (const [key, row] of rows) if (key.slice(0, this.#since.length) >= this.#since) days.set(key, row);
    for (const [date, of] of sessions) if (date >= this.#weeksSince) this.sessions.set(date, of);
    for (const [date, count] of begun) if (date >= this.#weeksSince) this.begun.set(date, count);
  }
}

type NamedRows = readonly (readonly [key: string, row: Row])[];

interface Remembered {
  consumers: NamedRows;
  dimensions: readonly NamedRows[];
  sessions: Iterable<readonly [date: string, of: DaySession[]]>;
  begun: Iterable<readonly [date: string, count: number]>;
}

function pairWith(
  rows: readonly NamedRows[],
): (days: NamedDays, i: number) => readonly [NamedDays, NamedRows] {
  return (days, i) => [days, rows[i] ?? []];
}

function addTo(days: NamedDays, key: string, cell: UsageCell): void {
  let row = days.get(key);
  if (!row) days.set(key, (row = emptyRow()));
  addCell(row, cell);
}

function compareSessions(a: DaySession, b: DaySession): number {
  return compareCosts(b.row, a.row) || compareText(a.id, b.id);
}
