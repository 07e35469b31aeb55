import { readOtherTime } from './time-formats.ts';

/** No request has a time before 2000 or after 2200: it comes from a clock that was never set, or is forged. */
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);
const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Milliseconds since 1970 UTC of a time in ISO 8601 or in any format that `readOtherTime` reads, or of a number since
 * 1970 (seconds to nanoseconds, by its size); null for anything else. A time without a zone is taken as UTC.
 */
export function readTime(value: unknown): number | null {
  const ms =
    typeof value === 'number'
      ? readOtherTime(String(value))
      : typeof value === 'string'
        ? fromText(value)
        : NaN;
  return ms >= EARLIEST && ms < LATEST ? ms : null;
}

function fromText(value: string): number {
  const match = ISO.exec(value);
  if (!match) return readOtherTime(value);
  if (!isDate(value.slice(0, DATE_LENGTH))) return NaN;
  return Date.parse(value.replace(' ', 'T') + (match[2] === undefined ? 'Z' : ''));
}

const DATE_LENGTH = 'YYYY-MM-DD'.length;
const DAY_AT = 'YYYY-MM-'.length;

/** Whether `YYYY-MM-DD` is a date that exists. JavaScript takes 2026-02-30 for a day in March. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return new Date(ms).getUTCDate() === Number(text.slice(DAY_AT));
}
