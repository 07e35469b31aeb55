import { byCost, byKey, type Row } from '../query/aggregate.ts';
import { groupUsage } from '../query/group-usage.ts';
import type { LocalTime } from '../query/time-zone.ts';
import type { SessionEntry } from '../model/session-entry.ts';

/** Sums over all sessions of a store. */
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

export function siteTotals(sessions: Iterable<SessionEntry>, local: LocalTime, lostRounds = 0): SiteTotals {
  const { total, rollUps } = groupUsage(sessions, {
    by: [({ bucket }) => local.dateOf(bucket), ({ model }) => model, ({ consumer }) => consumer],
    rollUps: {
      days: ([date = '']) => date,
      months: ([date = '']) => date.slice(0, 7),
      models: ([, model = '']) => model,
      consumers: ([, , consumer = '']) => consumer,
      dayModels: ([date = '', model = '']) => dayModel(date, model),
    },
  });
  return {
    total,
    models: byCost(rollUps.models),
    consumers: byCost(rollUps.consumers),
    days: byKey(rollUps.days),
    months: byKey(rollUps.months),
    dayOf: (date, model) => rollUps.dayModels.get(dayModel(date, model)),
    lostRounds,
  };
}

/** All dates have the same length. */
function dayModel(date: string, model: string): string {
  return date + model;
}
