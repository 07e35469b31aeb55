const DAY_MS = 86_400_000;

/** Days from one date to another, both included. */
export interface Span {
  from: string;
  to: string;
}

/** The last 7 days up to a date, and the 7 before. */
export function weeksUpTo(day: string): { last: Span; before: Span } {
  return {
    last: { from: daysBefore(day, 6), to: day },
    before: { from: daysBefore(day, 13), to: daysBefore(day, 7) },
  };
}

export function datesOf({ from, to }: Span): string[] {
  const dates: string[] = [];
  for (let date = from; date <= to; date = daysBefore(date, -1)) dates.push(date);
  return dates;
}

/** The date some days before another. */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS)
    .toISOString()
    .slice(0, 'YYYY-MM-DD'.length);
}
