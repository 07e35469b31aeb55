import { ALL_QUARTERS, byCost, byKey, compareText, groupUsage, type Row } from '../query/aggregate.ts';
import type { LocalTime } from '../query/time-zone.ts';
import type { SessionEntry } from '../store/types.ts';

/** Sums over all sessions of a store. */
export interface Survey {
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
}

export function surveyOf(sessions: readonly SessionEntry[], local: LocalTime): Survey {
  const models = groupUsage(sessions, ({ model }) => model, ALL_QUARTERS);
  const consumers = groupUsage(sessions, ({ consumer }) => consumer, ALL_QUARTERS);
  const days = groupUsage(sessions, ({ quarter }) => local.dateOf(quarter), ALL_QUARTERS);
  const months = groupUsage(sessions, ({ quarter }) => local.dateOf(quarter).slice(0, 7), ALL_QUARTERS);
  const dayModels = groupUsage(
    sessions,
    ({ quarter, model }) => dayKey(local.dateOf(quarter), model),
    ALL_QUARTERS,
  );
  return {
    total: models.total,
    models: byCost(models.rows),
    consumers: byCost(consumers.rows),
    days: byKey(days.rows),
    months: byKey(months.rows),
    dayOf: (date, model) => dayModels.rows.get(dayKey(date, model)),
  };
}

function dayKey(date: string, model: string): string {
  return `${date} ${model}`;
}

/** The session whose last round came last stands first; equals in the order of their ids. */
export function byLastRound(a: SessionEntry, b: SessionEntry): number {
  return b.updated - a.updated || compareText(a.id, b.id);
}

/** The oldest first: a session keeps its place when others come. */
export function byFirstRound(a: SessionEntry, b: SessionEntry): number {
  return a.created - b.created || compareText(a.id, b.id);
}
