import type { UsageCell } from '../../model/usage-cell.ts';
import { addDays } from '../../query/add-days.ts';
import { hourOf } from '../../query/grouping.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { healthFields, HealthRow, healthRow, type HealthFields } from './health-row.ts';

/** What requests are told apart by. */
export const HEALTH_KEYS = ['model', 'consumer', 'api'] as const;
export type HealthKey = (typeof HEALTH_KEYS)[number];

/** Today is compared with this many days before. */
export const DAYS_BEFORE = 7;
/** So many days, today included, have a row of their own; all earlier ones have one together. */
const DAYS = 60;

export type HealthRows = ReadonlyMap<string, HealthRow>;
export type HealthByKey = Readonly<Record<HealthKey, HealthRows>>;

/** Which rows a cell is in. */
interface Place extends Readonly<Record<HealthKey, string>> {
  date: string;
  /** Only of today, and of days that are still to come. */
  hour: string;
}

type Rows = Map<string, HealthRow>;
type ByKey = Record<HealthKey, Rows>;

/** Sums as JSON, to be carried on later. */
export interface HealthSumsFields {
  day: string;
  all: ByKeyFields;
  days: RowsFields;
  earlier: HealthFields;
  recent: [date: string, rows: ByKeyFields][];
  hours: RowsFields;
}

type RowsFields = [name: string, fields: HealthFields][];
type ByKeyFields = RowsFields[];

/**
 * How the requests of a site were answered: all of them, and those of the days around today. It grows with names, and not
 * with time: days that get old are summed. They can lie in the future, where a clock was wrong.
 */
export class HealthSums {
  readonly #local: LocalTime;
  /** The site's today, and the first of the days that it is compared with, and of those with a row of their own. */
  #day = '';
  #recentFrom = '';
  #daysFrom = '';
  #all: ByKey = emptyByKey();
  #days: Rows = new Map();
  #earlier = new HealthRow();
  #recent = new Map<string, ByKey>();
  #hours: Rows = new Map();

  constructor(local: LocalTime, day: string) {
    this.#local = local;
    this.#setDay(day);
  }

  static from(local: LocalTime, fields: HealthSumsFields): HealthSums {
    const sums = new HealthSums(local, fields.day);
    sums.#all = byKeyFrom(fields.all);
    sums.#days = rowsFrom(fields.days);
    sums.#earlier = healthRow(fields.earlier);
    sums.#recent = new Map(fields.recent.map(([date, rows]) => [date, byKeyFrom(rows)]));
    sums.#hours = rowsFrom(fields.hours);
    return sums;
  }

  fields(): HealthSumsFields {
    return {
      day: this.#day,
      all: byKeyFields(this.#all),
      days: rowsFields(this.#days),
      earlier: healthFields(this.#earlier),
      recent: Array.from(this.#recent, ([date, rows]) => [date, byKeyFields(rows)]),
      hours: rowsFields(this.#hours),
    };
  }

  /** Cells of a session: most are like the one before, and are summed before they are added to rows. */
  add(usage: readonly UsageCell[]): void {
    let like: Place | undefined;
    let sum = new HealthRow();
    for (const cell of usage) {
      const place = this.#placeOf(cell);
      if (like && !isSame(like, place)) {
        this.#addSum(like, sum);
        sum = new HealthRow();
      }
      like = place;
      sum.addCell(cell);
    }
    if (like) this.#addSum(like, sum);
  }

  #placeOf({ bucket, model, consumer, api }: UsageCell): Place {
    const date = this.#local.dateOf(bucket);
    return { model, consumer, api, date, hour: date < this.#day ? '' : hourOf(bucket, this.#local) };
  }

  #addSum(place: Place, sum: HealthRow): void {
    const { date, hour } = place;
    addByKey(this.#all, place, sum);
    if (date < this.#daysFrom) this.#earlier.add(sum);
    else rowOf(this.#days, date).add(sum);
    if (date < this.#recentFrom) return;
    let recent = this.#recent.get(date);
    if (!recent) this.#recent.set(date, (recent = emptyByKey()));
    addByKey(recent, place, sum);
    if (hour !== '') rowOf(this.#hours, hour).add(sum);
  }

  /** Makes another day today. False if that is an earlier one, of which not enough is remembered. */
  moveTo(day: string): boolean {
    if (day < this.#day) return false;
    this.#setDay(day);
    for (const [date, row] of this.#days) {
      if (date >= this.#daysFrom) continue;
      this.#earlier.add(row);
      this.#days.delete(date);
    }
    for (const date of this.#recent.keys()) if (date < this.#recentFrom) this.#recent.delete(date);
    for (const hour of this.#hours.keys()) if (hour.slice(0, day.length) < day) this.#hours.delete(hour);
    return true;
  }

  #setDay(day: string): void {
    this.#day = day;
    this.#recentFrom = addDays(day, -DAYS_BEFORE);
    this.#daysFrom = addDays(day, 1 - DAYS);
  }

  get day(): string {
    return this.#day;
  }

  get all(): HealthByKey {
    return this.#all;
  }

  get total(): HealthRow {
    return HealthRow.sumOf(this.#all.model.values());
  }

  get today(): HealthByKey {
    return this.#recent.get(this.#day) ?? emptyByKey();
  }

  /** The days before today. */
  get before(): HealthByKey {
    const sum = emptyByKey();
    for (const [date, rows] of this.#recent) {
      if (date >= this.#day) continue;
      for (const key of HEALTH_KEYS) for (const [name, row] of rows[key]) rowOf(sum[key], name).add(row);
    }
    return sum;
  }

  /** Of today, as `hourOf` names them. */
  get hours(): [hour: string, row: HealthRow][] {
    return [...this.#hours]
      .filter(([hour]) => hour.startsWith(this.#day))
      .toSorted(([a], [b]) => Date.parse(a) - Date.parse(b));
  }

  /** The latest first. */
  get days(): [date: string, row: HealthRow][] {
    return [...this.#days].toSorted(([a], [b]) => (a < b ? 1 : -1));
  }

  /** All days before the first one that has a row. */
  get earlier(): HealthRow {
    return this.#earlier;
  }
}

function emptyByKey(): ByKey {
  return { model: new Map(), consumer: new Map(), api: new Map() };
}

function addByKey(rows: ByKey, place: Place, added: HealthRow): void {
  for (const key of HEALTH_KEYS) rowOf(rows[key], place[key]).add(added);
}

function isSame(a: Place, b: Place): boolean {
  return a.date === b.date && a.hour === b.hour && HEALTH_KEYS.every((key) => a[key] === b[key]);
}

function rowOf(rows: Rows, name: string): HealthRow {
  let row = rows.get(name);
  if (!row) rows.set(name, (row = new HealthRow()));
  return row;
}

function rowsFields(rows: Rows): RowsFields {
  return Array.from(rows, ([name, row]) => [name, healthFields(row)]);
}

function rowsFrom(fields: RowsFields): Rows {
  return new Map(fields.map(([name, row]) => [name, healthRow(row)]));
}

function byKeyFields(rows: ByKey): ByKeyFields {
  return HEALTH_KEYS.map((key) => rowsFields(rows[key]));
}

function byKeyFrom([model = [], consumer = [], api = []]: ByKeyFields): ByKey {
  return { model: rowsFrom(model), consumer: rowsFrom(consumer), api: rowsFrom(api) };
}
