const DAY_MS = 86_400_000;

/** Days as numbers since 1970, both included. */
export interface Days {
  from: number;
  to: number;
}

/** The choices of `when`. */
export const WHEN = {
  today: 'Today',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  'last-week': 'Last week, Mon to Sun',
} as const;

export type When = keyof typeof WHEN;

export function isWhen(text: string): text is When {
  return Object.hasOwn(WHEN, text);
}

/** The days that a choice means on a day. */
export function daysOf(when: When, today: number): Days {
  // 1970 began on a Thursday.
  const monday = today - ((today + 3) % 7);
  return {
    today: { from: today, to: today },
    '7d': { from: today - 6, to: today },
    '30d': { from: today - 29, to: today },
    'last-week': { from: monday - 7, to: monday - 1 },
  }[when];
}

/** From the first to the last of two dates; either can be empty, and no text is a date before it is typed whole. */
export function daysBetween(from: string, to: string): Days | undefined {
  const days = { from: dayOf(from) ?? -Infinity, to: dayOf(to) ?? Infinity };
  return days.from === -Infinity && days.to === Infinity ? undefined : days;
}

/** The number of an ISO date; undefined if it is none. */
export function dayOf(date: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms / DAY_MS;
}

export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** What day it is in a time zone. If the browser does not know the zone, `written` has its offset: a time in it. */
export function dayIn(zone: string, ms: number, written: string): number {
  try {
    // The Swedish form of a date is the ISO one.
    const date = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(ms);
    return dayOf(date) as number;
  } catch {
    const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)$/.exec(written) ?? [];
    const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return Math.floor((ms + (sign === '-' ? -offset : offset)) / DAY_MS);
  }
}
