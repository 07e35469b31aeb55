import { bytesText, exact } from '../platform/count-text.ts';
import { durationText } from '../platform/duration-text.ts';
import { dates as english } from '../texts/en.ts';

// How pages write numbers and durations. Scripts in the browser use this too, so nothing here depends on a time zone or
// a clock.

/** A number as it is shown, and the exact one as a tooltip. */
export interface Shown {
  text: string;
  exact: string;
}

const NARROW = '\u00a0';
const UNITS = ['K', 'M', 'G', 'T'] as const;

/** Three digits and a unit: `741`, `7,391`, `19.8 K`, `1.33 M`. Numbers below 10,000 are exact. */
export function shortParts(count: number): { digits: string; unit: string } {
  if (count < 10_000) return { digits: exact(count), unit: '' };
  let value = count;
  let unit = '';
  for (const next of UNITS) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  const decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return { digits: value >= 1000 ? exact(Math.round(value)) : value.toFixed(decimals), unit };
}

export function shortCount(count: number): string {
  const { digits, unit } = shortParts(count);
  return unit === '' ? digits : `${digits}${NARROW}${unit}`;
}

export function shownCount(count: number): Shown {
  return { text: shortCount(count), exact: exact(count) };
}

/** `66%`. Only 0 is shown as `0%`, and only all as `100%`. `–` if there is nothing to share. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.5) return '<1%';
  if (share < 100 && share > 99.5) return '>99%';
  return `${Math.round(share)}%`;
}

/** `7.1 s`, on one line. */
export function duration(ms: number): string {
  return durationText(ms, NARROW);
}

/** `1.2 MB`, on one line. */
export function bytes(count: number): string {
  return bytesText(count, NARROW);
}

/** `Nov 2026`, for `2026-11`. */
export function monthText(month: string): string {
  return dateText(`${month}-01`).slice(2);
}

/** `20 Nov 2026` for `2026-11-20`, or `20 Nov` without the year. */
export function dateText(isoDate: string, withYear = true, dates = english): string {
  const [year = '', month = '', day = ''] = isoDate.split('-');
  const of = { day: Number(day), month: Number(month) };
  return withYear ? dates.dayOfYear({ ...of, year }) : dates.day(of);
}

/** `22 Oct to 20 Nov 2026`; both years if they differ. */
export function dateRange(from: string, to: string): string {
  if (from === to) return dateText(to);
  return `${dateText(from, from.slice(0, 4) !== to.slice(0, 4))} to ${dateText(to)}`;
}
