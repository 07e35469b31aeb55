import { addRow, byCost, byKey, emptyRow, type Row } from '../query/aggregate.ts';
import { UsageSums } from '../query/group-usage.ts';
import type { LocalTime } from '../query/time-zone.ts';
import type { SessionUsage } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';

/** Sums over all sessions of a site. */
export interface SiteTotals {
  total: Row;
  /** The most expensive first. */
  models: [model: string, row: Row][];
  consumers: [consumer: string, row: Row][];
  /** Local dates, ascending. Those without rounds are left out. */
  days: [date: string, row: Row][];
  /** `2026-11`, ascending. */
  months: [month: string, row: Row][];
  /** What a model used on a date. */
  dayOf(date: string, model: string): Row | undefined;
  /** Rounds that a repair could not bring back: no sum includes them. */
  lostRounds: number;
}

export const SUM_NAMES = ['days', 'months', 'models', 'consumers', 'dayModels'] as const;

/** The sums, by key, in no order. */
export interface SiteSumRows extends Record<(typeof SUM_NAMES)[number], Map<string, Row>> {
  total: Row;
}

/** Makes the sums of sessions that come one by one. */
export class SiteSummer {
  readonly #sums: UsageSums<(typeof SUM_NAMES)[number]>;

  constructor(local: LocalTime) {
    this.#sums = new UsageSums({
      by: [({ bucket }) => local.dateOf(bucket), ({ model }) => model, ({ consumer }) => consumer],
      rollUps: {
        days: ([date = '']) => date,
        months: ([date = '']) => date.slice(0, 7),
        models: ([, model = '']) => model,
        consumers: ([, , consumer = '']) => consumer,
        dayModels: ([date = '', model = '']) => dayModel(date, model),
      },
    });
  }

  add(session: SessionUsage): void {
    this.#sums.add(session);
  }

  finish(): SiteSumRows {
    const { total, rollUps } = this.#sums.finish();
    const { days, months, models, consumers, dayModels } = rollUps;
    return {
      total,
      days: new Map(days),
      months: new Map(months),
      models: new Map(models),
      consumers: new Map(consumers),
      dayModels: new Map(dayModels),
    };
  }
}

export function sumSessions(sessions: Iterable<SessionUsage>, local: LocalTime): SiteSumRows {
  const sums = new SiteSummer(local);
  for (const session of sessions) sums.add(session);
  return sums.finish();
}

/** Adds to the sums what a session has used since they were made; `before` is what they have of it. */
export function addToSums(
  sums: SiteSumRows,
  id: string,
  before: readonly UsageCell[],
  added: readonly UsageCell[],
  local: LocalTime,
): void {
  if (added.length === 0) return;
  const old = sumSessions([{ id, usage: before.slice() }], local);
  const more = sumSessions([{ id, usage: added.slice() }], local);
  addOnce(sums.total, more.total, before.length > 0);
  for (const name of SUM_NAMES) {
    for (const [key, row] of more[name]) {
      let sum = sums[name].get(key);
      if (!sum) sums[name].set(key, (sum = emptyRow()));
      addOnce(sum, row, old[name].has(key));
    }
  }
}

/** A session counts once in every row that it used something of. */
function addOnce(sum: Row, row: Row, isCounted: boolean): void {
  addRow(sum, row);
  if (!isCounted) sum.sessions++;
}

/** The sums in the order in which pages show them. */
export function siteTotals(sums: SiteSumRows, lostRounds = 0): SiteTotals {
  return {
    total: sums.total,
    models: byCost(sums.models),
    consumers: byCost(sums.consumers),
    days: byKey(sums.days),
    months: byKey(sums.months),
    dayOf: (date, model) => sums.dayModels.get(dayModel(date, model)),
    lostRounds,
  };
}

/** All dates have the same length. */
function dayModel(date: string, model: string): string {
  return date + model;
}
