/*
 * The names in a dataset. A file has the rounds of one day that a range of exports added: `rounds-3-7.parquet` those after
 * export 3, up to export 7. So a name says whether its export was committed.
 */

/** Which exports a file is of: those after `from`, up to `to`. */
export interface ExportRange {
  from: number;
  to: number;
}

const FILE = /^rounds-(0|[1-9]\d{0,14})-([1-9]\d{0,14})\.parquet$/;
const PARTITION = /^date=(\d{4}-\d\d-\d\d)$/;

export function fileName({ from, to }: ExportRange): string {
  return `rounds-${from}-${to}.parquet`;
}

/** Undefined for a file that no export writes. */
export function rangeOfName(name: string): ExportRange | undefined {
  const [, from, to] = FILE.exec(name) ?? [];
  const range = { from: Number(from), to: Number(to) };
  return range.from < range.to ? range : undefined;
}

export function partitionName(date: string): string {
  return `date=${date}`;
}

/** The day of a partition's folder; undefined for any other name. */
export function dateOfPartition(name: string): string | undefined {
  return PARTITION.exec(name)?.[1];
}

const DAY_MS = 86_400_000;
let known = { day: NaN, text: '' };

/** Not every engine reads a date before or after these. Times are in the files as they are. */
const FIRST_DAY = Date.parse('0001-01-01') / DAY_MS;
const LAST_DAY = Date.parse('9999-12-31') / DAY_MS;

/** The UTC day of a time in milliseconds since 1970. Rounds of one day are often asked for one after the other. */
export function dateOf(time: number): string {
  const day = Math.min(LAST_DAY, Math.max(FIRST_DAY, Math.floor(time / DAY_MS)));
  if (day !== known.day) known = { day, text: new Date(day * DAY_MS).toISOString().slice(0, 10) };
  return known.text;
}
