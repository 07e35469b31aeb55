import { isCount, isRecord } from '../../platform/json-checks.ts';
import { parseJson } from '../../platform/json-spans.ts';
import type { State } from '../../store/state.ts';
import { isRenderChanges, type RenderChanges } from '../page-changes.ts';
import type { GivenBudget } from '../remembered-filter.ts';

/** A commit of a store, and the CRC-32 of the tail of its index. */
export interface ShownCommit {
  index: State['index'];
  tailCrc: number;
}

/** Which commit of the store a site shows, and what its pages have in common. It is written last, after every page. */
export interface SiteHead extends ShownCommit {
  /** A digest of the id of the store, or of the ids of several. */
  store: string;
  /** The commits of the other stores, in the order in which they were named. */
  others?: ShownCommit[];
  /** A digest of what every page depends on: if it changes, every page is rewritten. */
  common: string;
  /** A digest of the currency of costs, and of its rates. */
  settings: string;
  /** A digest of what a render can tell without opening the index; see `findNothingNew`. */
  inputs: string;
  /** The key of the system's time zone, and what it is called. Absent if that is not the site's. */
  zone?: [key: string, name: string];
  /** Rounds that the store has lost. */
  lost: number;
  /** The local date of the render, and when that day begins and ends: milliseconds since 1970 UTC. */
  day: string;
  dayBegins: number;
  dayEnds: number;
  refresh: number;
  /** Sessions with their last round before this time have no pages; null: all have. */
  cut: number | null;
  /** The budget on the overview. Absent: there is none. */
  budget?: GivenBudget;
  /** The models with a colour, in the order of their slots, and the bucket of their first use. */
  slots: [model: string, bucket: number][];
  sums: SiteSums;
  /** The sessions that began in each month, ascending. */
  months: MonthCount[];
  /** The names of the files of families. Absent: another build wrote it. */
  families?: string[];
  /** The keys of the pages about all sessions, by path. */
  pages: [path: string, key: string][];
  /** What the last renders changed, oldest first. Builds before 1.0 had none. */
  changes?: RenderChanges[];
}

/** How many sessions began in a month, and the local date of their last round, as a number of days since 1970. */
export type MonthCount = readonly [month: string, sessions: number, lastDay: number];

/** Counts of all sessions, which a render carries on. */
export interface SiteSums {
  /** Sessions that the site is about, with those that were pruned. */
  sessions: number;
  pruned: number;
  /** Sessions that the filter leaves out because the store does not know. */
  undecided: number;
  /** The sum of the marks of all sessions, modulo 2⁶⁴, in hexadecimal: if it changes, some session has. */
  marks: string;
  /** The latest round, in milliseconds since 1970 UTC. */
  updated: number;
  /** Sessions whose last round was on `day`. */
  today: number;
  /** Files of the site, those of its own state apart. */
  files: number;
}

export const HEAD = 'head';

export function headText(head: SiteHead): string {
  return `${JSON.stringify(head)}\n`;
}

/** Undefined for what another version or another program wrote. */
export function parseHead(text: string): SiteHead | undefined {
  const value = parseJson(text);
  return isRecord(value) && isHead(value) ? value : undefined;
}

function isHead(value: Record<string, unknown>): value is Record<string, unknown> & SiteHead {
  const { sums, cut, months, pages, slots } = value;
  const { changes = [], families = [], others = [], zone = ['', ''], budget = {} } = value;
  return (
    ['store', 'common', 'settings', 'inputs', 'day'].every((name) => typeof value[name] === 'string') &&
    ['lost', 'dayBegins', 'dayEnds', 'refresh'].every((name) => typeof value[name] === 'number') &&
    (cut === null || typeof cut === 'number') &&
    isCommit(value) &&
    isRecord(budget) &&
    Array.isArray(others) &&
    others.every(isCommit) &&
    isRecord(sums) &&
    ['sessions', 'pruned', 'undecided', 'today', 'files'].every((name) => isCount(sums[name])) &&
    typeof sums['updated'] === 'number' &&
    typeof sums['marks'] === 'string' &&
    /^[0-9a-f]{1,16}$/.test(sums['marks']) &&
    Array.isArray(zone) &&
    zone.length === 2 &&
    zone.every((part) => typeof part === 'string') &&
    Array.isArray(families) &&
    families.every((name) => typeof name === 'string' && /^[0-9a-f]{2}$/.test(name)) &&
    isPairs(months, (month, count, last) => MONTH.test(month) && isCount(count) && isDay(last)) &&
    isPairs(slots, (_, bucket) => typeof bucket === 'number') &&
    isPairs(pages, (_, key) => typeof key === 'string') &&
    isRenderChanges(changes)
  );
}

function isCommit(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { index, tailCrc } = value;
  return (
    typeof tailCrc === 'number' &&
    isRecord(index) &&
    ['generation', 'base', 'length'].every((name) => isCount(index[name]))
  );
}

/** A month names files. */
const MONTH = /^[+-]?\d{1,6}-\d\d$/;

/** Earlier builds did not write it: they are others, so every page is made anew. */
function isDay(value: unknown): boolean {
  return value === undefined || Number.isInteger(value);
}

function isPairs(value: unknown, isPair: (name: string, ...others: unknown[]) => boolean): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (pair: unknown) =>
        Array.isArray(pair) &&
        typeof pair[0] === 'string' &&
        isPair(pair[0], ...(pair.slice(1) as unknown[])),
    )
  );
}

function valueOf(mark = '0'): bigint {
  return BigInt(`0x${mark}`);
}

/** Adds one mark, and takes away another, in a sum of marks. */
export function moveMark(sum: string, before: string | undefined, after: string | undefined): string {
  return BigInt.asUintN(64, valueOf(sum) - valueOf(before) + valueOf(after)).toString(16);
}
