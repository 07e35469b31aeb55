import type { LocalTime } from '../query/time-zone.ts';
import type { Texts } from '../texts/texts.ts';
import { dateText } from './format.ts';

/** A time: as it is shown, as a tooltip, and for machines. */
export interface ShownTime {
  text: string;
  /** `2026-11-20 16:21:14 +08:00` */
  exact: string;
  /** `2026-11-20T16:21:14+08:00` */
  iso: string;
}

/** `20 Nov 16:21`, or `20 Nov 2025` if the year is not `year`. */
export function shownTime(ms: number, local: LocalTime, year: string, dates?: Texts['dates']): ShownTime {
  const iso = local.isoOf(ms);
  return { text: shortTime(iso, year, dates), exact: exactTime(iso), iso };
}

/** The same for `2026-11-20T16:21:14+08:00`. */
export function shortTime(iso: string, year: string, dates?: Texts['dates']): string {
  const isThisYear = iso.startsWith(year);
  const date = dateText(iso.slice(0, 10), !isThisYear, dates);
  return isThisYear ? `${date} ${iso.slice(11, 16)}` : date;
}

export function exactTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} ${iso.slice(19)}`;
}

/** `Asia/Shanghai, UTC+8`; with daylight saving time, `Europe/Berlin, UTC+1, in summer UTC+2`. */
export function zoneText(local: LocalTime, year: string, zones: Texts['zones']): string {
  const [winter = 0, summer = 0] = ['01', '07']
    .map((month) => local.isoOf(Date.parse(`${year}-${month}-01T12:00:00Z`)).slice(19))
    .map(minutesOf)
    .toSorted((a, b) => a - b);
  const offset =
    winter === summer
      ? offsetText(winter)
      : zones.withSummer({ winter: offsetText(winter), summer: offsetText(summer) });
  return local.timeZone === offset ? offset : zones.named({ zone: local.timeZone, offset });
}

function minutesOf(offset: string): number {
  const [hours = '0', minutes = '0'] = offset.slice(1).split(':');
  return (offset.startsWith('-') ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function offsetText(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}
