import { InvalidArgumentError, Option } from 'commander';

/** The store's directory: two names for one option. */
export function dataDirOption(): Option {
  return new Option('--output-dir, --data-dir <dir>', 'the store')
    .env('MONITOR_DATA_DIR')
    .default('./sessions')
    .argParser(parseDir);
}

function parseDir(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must be the path of a directory.');
  return text;
}

/** A parser of whole numbers in a range. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
    if (!(number >= from && number <= to))
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
    return number;
  };
}

/** A parser of IANA time zones. */
export function timeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('It must be a time zone, such as Asia/Shanghai, Europe/Berlin or UTC.');
  }
}

export const LARGEST_COUNT = 1_000_000_000;
/** A century. */
export const MOST_DAYS = 36_500;

/** What the reports have in common. */
export interface ReportOptions {
  dataDir: string;
  json?: true;
  timezone?: string;
  /** Exit 1 where the sum lacks the price of a round. */
  strict?: true;
}

export interface PeriodOptions {
  days?: number;
  since?: string;
  until?: string;
}
