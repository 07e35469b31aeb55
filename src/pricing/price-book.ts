import { isDeepStrictEqual } from 'node:util';
import type { UsageState } from '../model/token-usage.ts';
import type { PriceRef } from '../model/usage-cell.ts';
import { InputOutputError } from '../platform/errors.ts';
import { parseJson } from '../platform/json-spans.ts';
import { toRepricings, type Repricing } from './repricing.ts';
import type { Resolution } from './resolve.ts';
import { pricesAt, type PriceSchedule } from './schedule.ts';

/** A model's schedule as it was resolved once. Written entries never change: rounds point at them for good. */
export interface PriceEntry {
  /** From 1, in the book's order. */
  entry: number;
  /** As the log names it. */
  model: string;
  schedule: PriceSchedule;
  source: string;
}

/** Append-only: enterPrice alone adds to it. */
export interface PriceBook {
  /** Where it was read from, for errors. */
  file: string;
  entries: PriceEntry[];
  /** The refreshes that count, in their order: they stand above what the rounds say that they cover. */
  repricings: readonly Repricing[];
  /** The last entry of each model. */
  latest: Map<string, PriceEntry>;
  /** The new entries' lines (JSON, without line ends): the caller appends them to the book's file. */
  added: string[];
}

/** Reads a book from its lines. Throws an InputOutputError that names the file and the line where one is no entry. */
export function parsePriceBook(lines: readonly string[], file: string): PriceBook {
  const entries: PriceEntry[] = [];
  let repricings: Repricing[] = [];
  for (const [i, line] of lines.entries()) {
    const parsed = parseJson(line);
    const refreshes = toRepricings(parsed);
    if (refreshes) repricings = refreshes;
    else entries.push(checkEntry(parsed, entries.length + 1, `${file}:${i + 1}`));
  }
  return {
    file,
    entries,
    repricings,
    added: [],
    latest: new Map(entries.map((entry) => [entry.model, entry])),
  };
}

/** Undefined where the book has no such entry. */
export function entryOf(book: PriceBook, entry: number): PriceEntry | undefined {
  return book.entries[entry - 1];
}

/** Undefined where the model was never priced. */
export function latestEntryOf(book: PriceBook, model: string): PriceEntry | undefined {
  return book.latest.get(model);
}

/** The number of the model's last entry where it says the same; else of a new one, whose line is in `added`. */
export function enterPrice(book: PriceBook, model: string, resolution: Resolution): number {
  const { schedule, source } = resolution;
  const last = book.latest.get(model);
  if (last && last.source === source && isDeepStrictEqual(last.schedule, schedule)) {
    // The next round of the model is told at once.
    last.schedule = schedule;
    return last.entry;
  }
  const entry = { entry: book.entries.length + 1, model, schedule, source };
  book.entries.push(entry);
  book.latest.set(model, entry);
  book.added.push(JSON.stringify(entry));
  return entry.entry;
}

/** What a round's price is, entered in the book where there is one. `resolution` is its model's of today. */
export function priceRound(
  book: PriceBook,
  round: { model: string; state: UsageState; atMs: number },
  resolution: Resolution | undefined,
): PriceRef {
  if (round.state !== 'counted') return round.state;
  const prices = resolution && pricesAt(resolution.schedule, round.atMs);
  if (!prices) return 'unpriced';
  return prices.free ? 'free' : enterPrice(book, round.model, resolution);
}

function checkEntry(parsed: unknown, entry: number, place: string): PriceEntry {
  if (isEntry(parsed) && parsed.entry === entry) return parsed;
  throw new InputOutputError(
    `${place}: expected price book entry ${entry}. The book is damaged: restore it, or rebuild the store from the logs.`,
  );
}

function isEntry(value: unknown): value is PriceEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { model, source, schedule } = value as Partial<PriceEntry>;
  return (
    typeof model === 'string' &&
    typeof source === 'string' &&
    Array.isArray(schedule?.prices) &&
    schedule.prices.length > 0
  );
}
