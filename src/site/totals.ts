import {
  addCell,
  addRow,
  byCost,
  byKey,
  countSession,
  newTally,
  rowsOf,
  type Row,
  type Tally,
} from '../query/aggregate.ts';
import type { LocalTime } from '../query/time-zone.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';

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
  /** Rounds that a repair could not bring back: no sum holds them. */
  lostRounds: number;
}

/** Reads every cell once: it is added to the sum of its day, model and consumer, and those sums to the rows. */
export function surveyOf(sessions: Iterable<SessionEntry>, local: LocalTime, lostRounds = 0): Survey {
  const cube = new Cube(local);
  for (const session of sessions) for (const cell of session.usage) cube.add(cell, session);
  const { total, models, consumers, days, months } = cube.sums();
  return {
    total: total.row,
    models: byCost(rowsOf(models)),
    consumers: byCost(rowsOf(consumers)),
    days: byKey(rowsOf(days)),
    months: byKey(rowsOf(months)),
    dayOf: (date, model) => days.get(date)?.models.get(model)?.row,
    lostRounds,
  };
}

interface DayTally extends Tally {
  models: Map<string, Tally & { consumers: Map<string, Sum> }>;
}

/** What one consumer used of one model on one day, and the rows that this is a part of. */
interface Sum extends Tally {
  parts: readonly Tally[];
}

class Cube {
  readonly #local: LocalTime;
  readonly #total = newTally();
  readonly #models = new Map<string, Tally>();
  readonly #consumers = new Map<string, Tally>();
  readonly #days = new Map<string, DayTally>();
  readonly #months = new Map<string, Tally>();
  /** Days by quarter of an hour. */
  readonly #byQuarter = new Map<number, DayTally>();
  readonly #sums: Sum[] = [];

  constructor(local: LocalTime) {
    this.#local = local;
  }

  add(cell: UsageCell, session: SessionEntry): void {
    const day = known(this.#byQuarter, cell.bucket, () => this.#dayOf(this.#local.dateOf(cell.bucket)));
    const model = known(day.models, cell.model, () => ({ ...newTally(), consumers: new Map() }));
    const sum = known(model.consumers, cell.consumer, () => this.#sumOf(cell, day, model));
    addCell(sum.row, cell);
    if (sum.counted === session) return;
    sum.counted = session;
    for (const part of sum.parts) countSession(part, session);
  }

  sums() {
    for (const { row, parts } of this.#sums) for (const part of parts) addRow(part.row, row);
    return {
      total: this.#total,
      models: this.#models,
      consumers: this.#consumers,
      days: this.#days,
      months: this.#months,
    };
  }

  #dayOf(date: string): DayTally {
    return known(this.#days, date, () => ({ ...newTally(), models: new Map() }));
  }

  #sumOf({ bucket, model, consumer }: UsageCell, day: DayTally, ofDay: Tally): Sum {
    const month = this.#local.dateOf(bucket).slice(0, 7);
    const parts = [
      this.#total,
      day,
      ofDay,
      known(this.#months, month, newTally),
      known(this.#models, model, newTally),
      known(this.#consumers, consumer, newTally),
    ];
    const sum = { ...newTally(), parts };
    this.#sums.push(sum);
    return sum;
  }
}

function known<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
