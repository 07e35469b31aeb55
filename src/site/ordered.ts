import { compareText } from '../query/aggregate.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { KeyedSession } from './keyed-session.ts';

/** The sessions that have pages, in the two orders that lists need. */
export interface Ordered {
  /** By first round, the oldest first. */
  keyed: readonly KeyedSession[];
  /** By last round, the latest first. Sorted when first needed. */
  latest: () => readonly SessionEntry[];
}

export function inBothOrders(sessions: readonly KeyedSession[]): Ordered {
  let latest: readonly SessionEntry[] | undefined;
  return {
    keyed: sessions.toSorted((a, b) => byFirstRound(a.entry, b.entry)),
    latest: () => (latest ??= sessions.map(({ entry }) => entry).toSorted(byLastRound)),
  };
}

/** The latest first; equal times by id. */
function byLastRound(a: SessionEntry, b: SessionEntry): number {
  return b.updated - a.updated || compareText(a.id, b.id);
}

/** The oldest first: a session keeps its position when new ones come. */
function byFirstRound(a: SessionEntry, b: SessionEntry): number {
  return a.created - b.created || compareText(a.id, b.id);
}
