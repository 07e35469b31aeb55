import { InvalidArgumentError } from 'commander';

export const LARGEST_COUNT = 1_000_000_000;
/** A century. */
export const MOST_DAYS = 36_500;

/** A parser for whole numbers in a range. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
    if (!(number >= from && number <= to))
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
    return number;
  };
}

/** A parser for IANA time zones. */
export function timeZoneParser(text: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('It must be a time zone, such as Asia/Shanghai, Europe/Berlin or UTC.');
  }
}
