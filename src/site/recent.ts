import type { UsageCell } from '../model/usage-cell.ts';
import { addCell, compareCosts, compareText, emptyRow, sumOfCells, type Row } from '../query/aggregate.ts';
import { addDays } from '../query/add-days.ts';
import type { LocalTime } from '../query/time-zone.ts';

/** The sessions that are remembered of a day. */
const MOST = 3;

/** What a session cost on a day. */
export interface DaySession {
  id: string;
  row: Row;
}

/**
 * What a site knows of its last two weeks besides its sums: each consumer's sums by day, and the most expensive sessions of
 * each day. One that cost more than a quarter of some days together is among those three on one of these days. Costs only
 * grow, so the three can be carried on.
 */
export class Recent {
  readonly #local: LocalTime;
  readonly #since: string;
  readonly #sinceBucket: number;
  /** By date and consumer: all dates have the same length. */
  readonly consumers = new Map<string, Row>();
  readonly sessions = new Map<string, DaySession[]>();

  /** `day`: the local date of the render. */
  constructor(day: string, local: LocalTime) {
    this.#local = local;
    this.#since = addDays(day, -13);
    this.#sinceBucket = local.startOf(this.#since);
  }

  /** Adds what a session has used; `before` is what was added of it earlier. */
  add(id: string, before: readonly UsageCell[], added: readonly UsageCell[]): void {
    const dates = new Set<string>();
    for (const cell of added) {
      if (cell.bucket < this.#sinceBucket) continue;
      const date = this.#local.dateOf(cell.bucket);
      dates.add(date);
      const key = date + cell.consumer;
      let row = this.consumers.get(key);
      if (!row) this.consumers.set(key, (row = emptyRow()));
      addCell(row, cell);
    }
    for (const date of dates) {
      const cells = [...before, ...added].filter(({ bucket }) => this.#local.dateOf(bucket) === date);
      this.#rank(date, { id, row: sumOfCells(cells) });
    }
  }

  #rank(date: string, session: DaySession): void {
    const others = (this.sessions.get(date) ?? []).filter(({ id }) => id !== session.id);
    const last = others[MOST - 1];
    if (last && compareSessions(last, session) < 0) return;
    this.sessions.set(date, [...others, session].toSorted(compareSessions).slice(0, MOST));
  }

  /** Takes over what was remembered of the days that still count. */
  restore(
    consumers: Iterable<readonly [key: string, row: Row]>,
    sessions: Iterable<readonly [date: string, of: DaySession[]]>,
  ): void {
    for (const [key, row] of consumers)
      if (key.slice(0, this.#since.length) >= this.#since) this.consumers.set(key, row);
    for (const [date, of] of sessions) if (date >= this.#since) this.sessions.set(date, of);
  }
}

function compareSessions(a: DaySession, b: DaySession): number {
  return compareCosts(b.row, a.row) || compareText(a.id, b.id);
}
