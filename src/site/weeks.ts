import { addDays } from '../query/add-days.ts';

/** Days from one date to another, both included. */
export interface Span {
  from: string;
  to: string;
}

/** The last 7 days up to a date, and the 7 before. */
export function weeksUpTo(day: string): { last: Span; before: Span } {
  return {
    last: { from: addDays(day, -6), to: day },
    before: { from: addDays(day, -13), to: addDays(day, -7) },
  };
}

export function datesOf({ from, to }: Span): string[] {
  const dates: string[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) dates.push(date);
  return dates;
}
