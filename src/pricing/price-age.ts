import type { FileEntry } from './price-entries.ts';

/** Providers change their prices every few months, so a price that was last verified longer ago may be wrong. */
export const OLD_AFTER_DAYS = 60;

const DAY_MS = 86_400_000;

/** Prices with the days on which they were seen: the entries of a price file, or one entry for a whole list. */
export interface DatedPrices {
  /** Such as `shipped prices`. */
  title: string;
  entries: readonly Pick<FileEntry, 'match' | 'effective_from' | 'seen'>[];
}

export interface PriceAge {
  title: string;
  /** Entries that apply now or later. Past prices do not get old. */
  count: number;
  /** How many of these were last seen more than OLD_AFTER_DAYS ago. */
  old: number;
  /** How many of these do not say when they were seen. */
  undated: number;
  /** The earliest day on which one was seen, such as `2026-09-23`; null if none has a day. */
  oldest: string | null;
}

/** How old prices are at `now`, in milliseconds since 1970 UTC. The order of the entries does not matter. */
export function priceAge({ title, entries }: DatedPrices, now: number): PriceAge {
  const held = holdingFrom(entries, now);
  const days = held.flatMap(({ seen }) => (seen === undefined ? [] : [seen])).toSorted();
  return {
    title,
    count: held.length,
    old: days.filter((day) => now - Date.parse(day) > OLD_AFTER_DAYS * DAY_MS).length,
    undated: held.length - days.length,
    oldest: days[0] ?? null,
  };
}

/** The entries without those that a later one of the same name has replaced by now. */
function holdingFrom<T extends DatedPrices['entries'][number]>(entries: readonly T[], now: number): T[] {
  const begun = new Map<string, number>();
  for (const entry of entries) {
    const start = startOf(entry);
    const name = entry.match.toLowerCase();
    if (start <= now) begun.set(name, Math.max(start, begun.get(name) ?? -Infinity));
  }
  return entries.filter((entry) => startOf(entry) >= (begun.get(entry.match.toLowerCase()) ?? -Infinity));
}

function startOf({ effective_from: from }: { effective_from?: string }): number {
  return from === undefined ? -Infinity : Date.parse(from);
}
