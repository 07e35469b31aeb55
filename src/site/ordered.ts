import { compareText } from '../query/aggregate.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { KeyedSession } from './keyed-session.ts';

/** The sessions that have pages, in both orders that lists have. */
export interface Ordered {
  /** In the order of their first rounds. */
  keyed: readonly KeyedSession[];
  /** The one whose last round came last first. Sorted when somebody asks, and once. */
  latest: () => readonly SessionEntry[];
}

export function inBothOrders(sessions: readonly KeyedSession[]): Ordered {
  let latest: readonly SessionEntry[] | undefined;
  return {
    keyed: sessions.toSorted((a, b) => byFirstRound(a.entry, b.entry)),
    latest: () => (latest ??= sessions.map(({ entry }) => entry).toSorted(byLastRound)),
  };
}

/** The session whose last round came last stands first; equals in the order of their ids. */
function byLastRound(a: SessionEntry, b: SessionEntry): number {
  return b.updated - a.updated || compareText(a.id, b.id);
}

/** The oldest first: a session keeps its place when others come. */
function byFirstRound(a: SessionEntry, b: SessionEntry): number {
  return a.created - b.created || compareText(a.id, b.id);
}
