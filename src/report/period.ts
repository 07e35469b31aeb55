import { isDate } from '../ai-log/time.ts';
import { UsageError } from '../platform/errors.ts';
import { BUCKET_MS, bucketOf } from '../model/usage-cell.ts';
import { addDays } from '../query/add-days.ts';
import type { LocalTime } from '../query/time-zone.ts';
import * as en from '../texts/en.ts';

/** A span of time in milliseconds since 1970 UTC, without `to` itself. */
export interface Period {
  readonly from: number;
  readonly to: number;
  /** For a heading: `Last 7 days`, `since 2026-02-01`; null for all time. */
  readonly label: string | null;
}

export interface PeriodWords {
  days?: number;
  since?: string;
  until?: string;
}

export const ALL_TIME: Period = { from: -Infinity, to: Infinity, label: null };

/**
 * The span of --days, --since and --until. A date is a local date; `until` includes its date.
 * `--days 7`, which excludes the others, is today and the six local dates before it. Throws UsageError.
 */
export function periodOf(words: PeriodWords, local: LocalTime, now: number, texts = en.period): Period {
  const { days, since, until } = words;
  if (days !== undefined) return lastDays(days, local, now, texts);
  const from = since === undefined ? -Infinity : startOfTime(since, '--since', local);
  const to = until === undefined ? Infinity : endOfTime(until, local);
  if (from >= to) throw new UsageError(`--since ${since} is not before --until ${until}.`);
  return { from, to, label: labelOf(since, until, texts) };
}

/** The buckets that the period touches: usage is only known by quarters of an hour. */
export function bucketsOf(period: Period): { from: number; to: number } {
  return { from: bucketOf(period.from), to: Math.ceil(period.to / BUCKET_MS) };
}

export type BudgetPeriod = 'day' | 'week' | 'month' | 'total';

/** The current local day, week (from Monday) or month; its label is a date, `the week of …`, or a month. */
export function currentPeriod(per: BudgetPeriod, local: LocalTime, now: number): Period {
  if (per === 'total') return ALL_TIME;
  const today = local.dateOf(bucketOf(now));
  const day = new Date(`${today}T00:00:00Z`);
  const month = today.slice(0, 7);
  const monday = addDays(today, -((day.getUTCDay() + 6) % 7));
  const [first, next, label] = {
    day: [today, addDays(today, 1), today],
    week: [monday, addDays(monday, 7), `the week of ${monday}`],
    month: [`${month}-01`, `${addDays(`${month}-28`, 4).slice(0, 7)}-01`, month],
  }[per] as [string, string, string];
  return { from: local.startOf(first) * BUCKET_MS, to: local.startOf(next) * BUCKET_MS, label };
}

function labelOf(
  since: string | undefined,
  until: string | undefined,
  texts: typeof en.period,
): string | null {
  if (since === undefined) return until === undefined ? null : texts.until({ time: until });
  return until === undefined ? texts.since({ time: since }) : texts.between({ since, until });
}

function lastDays(days: number, local: LocalTime, now: number, texts: typeof en.period): Period {
  const today = local.dateOf(bucketOf(now));
  const from = local.startOf(addDays(today, 1 - days)) * BUCKET_MS;
  const to = local.startOf(addDays(today, 1)) * BUCKET_MS;
  return { from, to, label: days === 1 ? texts.today : texts.lastDays({ days }) };
}

function startOfTime(text: string, flag: string, local: LocalTime): number {
  return isDate(text) ? local.startOf(text) * BUCKET_MS : instantOf(text, flag, local);
}

function endOfTime(text: string, local: LocalTime): number {
  return isDate(text) ? local.startOf(addDays(text, 1)) * BUCKET_MS : instantOf(text, '--until', local);
}

function instantOf(text: string, flag: string, local: LocalTime): number {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const [, date = '', time = '', offset] = match ?? [];
  const ms = isDate(date) ? Date.parse(`${date}T${time}${offset ?? 'Z'}`) : NaN;
  if (Number.isNaN(ms))
    throw new UsageError(
      `${flag} '${text}' is not a time. Use a date (2026-02-01) or an ISO 8601 time (2026-02-01T09:30, 2026-02-01T09:30:00+08:00).`,
    );
  return offset === undefined ? local.toUtc(ms) : ms;
}
