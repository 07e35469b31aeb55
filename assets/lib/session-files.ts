import type { SessionDataRow } from '../../src/site/lists/session-data.ts';
import { loadScript } from './load-script.ts';

declare global {
  interface Window {
    /** Called by `sessions/<month>/<number>.js`. */
    monitorSessions?: (month: string, number: number, rows: SessionDataRow[]) => void;
    /** Called by `sessions/<month>/parts.js`. */
    monitorMonth?: (month: string, parts: MonthPart[]) => void;
  }
}

/**
 * A part of a month: its version, its number of sessions, the length of its data in bytes, the days of its sessions' first
 * rounds, from the first, and of their last rounds, to the last, and the length of its filters in bytes.
 */
export type MonthPart = [
  version: string,
  sessions: number,
  bytes: number,
  firstDay: number,
  lastDay: number,
  searchBytes: number,
];

/** Files that are loaded at a time. */
const AT_ONCE = 6;

const months = new Map<string, MonthPart[]>();
const parts = new Map<string, SessionDataRow[]>();

/** The parts of a month, the oldest sessions first. `base` is where the folder `sessions` is. */
export async function loadMonth(base: string, month: string): Promise<MonthPart[]> {
  window.monitorMonth = (name, found) => months.set(name, found);
  const known = months.get(month);
  if (known) return known;
  // It has no version in its address: another page of the site may be newer than this one.
  // Data are scripts, because pages opened from disk must not use fetch.
  await loadScript(`${base}${month}/parts.js?t=${Date.now()}`);
  const found = months.get(month);
  if (found) return found;
  throw new Error(`${month}/parts.js is not a list of parts`);
}

/** A part with its number. */
export type NumberedPart = readonly [number: number, part: MonthPart];

/** The parts of a month with their numbers, the newest sessions first. */
export function newestFirst(parts: readonly MonthPart[]): NumberedPart[] {
  return parts.map((part, i) => [i + 1, part] as const).toReversed();
}

/** The sessions of some parts of a month, as they arrive. Throws if one cannot be loaded. */
export async function* loadParts(
  base: string,
  month: string,
  wanted: readonly NumberedPart[],
): AsyncGenerator<SessionDataRow[]> {
  window.monitorSessions = (name, number, rows) => parts.set(`${name}/${number}`, rows);
  const waiting: Promise<SessionDataRow[]>[] = [];
  for (let next = 0; next < wanted.length || waiting.length > 0;) {
    for (; next < wanted.length && waiting.length < AT_ONCE; next++) {
      const [number, [version]] = wanted[next] as NumberedPart;
      const loading = loadPart(base, month, number, version);
      // If an earlier one fails, nobody awaits this one.
      loading.catch(() => undefined);
      waiting.push(loading);
    }
    yield (await waiting.shift()) ?? [];
  }
}

async function loadPart(
  base: string,
  month: string,
  number: number,
  version: string,
): Promise<SessionDataRow[]> {
  const name = `${month}/${number}`;
  await loadScript(`${base}${name}.js?v=${version}`);
  const rows = parts.get(name);
  parts.delete(name);
  if (rows) return rows;
  throw new Error(`${name}.js is not a list of sessions`);
}
