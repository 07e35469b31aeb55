import { BUCKET_MS, bucketOf } from '../model/usage-cell.ts';

/**
 * Local dates and times of a time zone, for years of four digits. Intl is asked for the offset once per UTC day, so that
 * the date of a cell takes a map lookup.
 */
export interface LocalTime {
  readonly timeZone: string;
  /** `2026-02-01`: the local date on which a bucket begins. */
  dateOf(bucket: number): string;
  /** `2026-02-01T09:30:15+08:00` */
  isoOf(ms: number): string;
  /** The bucket in which a local date begins, even if the clock skips midnight. */
  startOf(date: string): number;
  /** Converts a local date and time, given as milliseconds as if it were UTC, to milliseconds since 1970 UTC. */
  toUtc(localMs: number): number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const digits = 'numeric';
const FIELDS = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: digits,
  month: digits,
  day: digits,
  hour: digits,
  minute: digits,
  second: digits,
} as const;
const FIELD_ORDER = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** Throws RangeError if Intl does not know the time zone. */
export function localTimeIn(timeZone: string): LocalTime {
  return localTimeWith(timeZone, cachedOffsets(timeZone));
}

/**
 * The time of this process, whose zone has this name. `Date` knows its offsets at once, while the first use of Intl takes
 * 17 ms, a quarter of starting Node.
 */
export function localTimeOfProcess(timeZone: string): LocalTime {
  return localTimeWith(timeZone, processOffset);
}

/** In milliseconds. */
function processOffset(ms: number): number {
  return -MINUTE_MS * new Date(ms).getTimezoneOffset();
}

/** Whether this is the time of this process: for a TZ that is no IANA name, Intl and `Date` may differ. */
export function isOfProcess(local: LocalTime, now: number): boolean {
  const months = Array.from({ length: 49 }, (_, i) => now + (i - 24) * 30 * DAY_MS);
  return months.every((ms) => local.toUtc(ms + processOffset(ms)) === ms);
}

function localTimeWith(timeZone: string, offsetAt: (ms: number) => number): LocalTime {
  const dates = new Map<number, string>();

  const dateOf = (bucket: number): string => {
    const ms = bucket * BUCKET_MS;
    const day = Math.floor((ms + offsetAt(ms)) / DAY_MS);
    let date = dates.get(day);
    if (date === undefined) {
      date = new Date(day * DAY_MS).toISOString().slice(0, -'T00:00:00.000Z'.length);
      dates.set(day, date);
    }
    return date;
  };

  return {
    timeZone,
    dateOf,
    isoOf(ms) {
      const offset = offsetAt(ms);
      return new Date(ms + offset).toISOString().slice(0, -'.000Z'.length) + offsetName(offset);
    },
    startOf(date) {
      // No zone is more than 15 hours from UTC: the date begins with the first bucket in that range that is not earlier.
      const middle = Date.parse(`${date}T00:00:00Z`) / BUCKET_MS;
      let bucket = middle - 60;
      while (bucket < middle + 60 && dateOf(bucket) < date) bucket++;
      return bucket;
    },
    toUtc(localMs) {
      const first = localMs - offsetAt(localMs);
      return localMs - offsetAt(first);
    },
  };
}

function cachedOffsets(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { ...FIELDS, timeZone });
  const askIntl = (ms: number): number => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const [year = 0, month = 0, ...rest] = FIELD_ORDER.map((type) => parts.get(type) ?? 0);
    return Date.UTC(year, month - 1, ...rest) - Math.floor(ms / 1000) * 1000;
  };

  const days = new Map<number, number | null>();
  const buckets = new Map<number, number>();
  return (ms) => {
    const day = Math.floor(ms / DAY_MS);
    let offset = days.get(day);
    if (offset === undefined) {
      const start = askIntl(day * DAY_MS);
      offset = start === askIntl((day + 1) * DAY_MS) ? start : null;
      days.set(day, offset);
    }
    if (offset !== null) return offset;
    // The clock changes on this day, at the start of a bucket.
    const bucket = bucketOf(ms);
    let exact = buckets.get(bucket);
    if (exact === undefined) buckets.set(bucket, (exact = askIntl(bucket * BUCKET_MS)));
    return exact;
  };
}

function offsetName(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
