import type { StoredSessions } from '../store/index/index.ts';
import type { Snapshot } from '../store/read.ts';
import type { GroupKey } from './group-keys.ts';
import type { UsageQuery } from './grouping.ts';
import type { UsageFilter } from './usage-filter.ts';

/** What a report needs of the sessions. From an engine it is fetched before the report is made. */
export type Need =
  /** For `groupBy`. */
  | { of: 'groups'; keys: readonly GroupKey[]; query: UsageQuery }
  /** Entries with their usage. */
  | { of: 'sessions'; query: SessionsQuery }
  /** For a report that found nothing: the names of a filter, and when sessions were last updated. */
  | { of: 'names'; filter: UsageFilter };

export interface SessionsQuery {
  filter: UsageFilter;
  /** Milliseconds since 1970 UTC: sessions that were updated before it, or created at its end or later, are not needed. */
  period?: { from: number; to: number } | undefined;
  /** With all counters, not only those of failures. */
  withTimes?: boolean | undefined;
  /** Only so many, the largest first; and all that are as large as the last of them. */
  top?: { by: 'updated' | 'created' | 'rounds'; limit: number } | undefined;
}

/** A snapshot of an engine, whose own `sessions` have no entries. */
export interface FetchingSnapshot extends Snapshot {
  fetch(need: Need): Promise<StoredSessions>;
}

export type ReadSnapshot = Snapshot & Partial<Pick<FetchingSnapshot, 'fetch'>>;

/** The sessions, as far as a report needs them: local stores have all. */
export async function sessionsFor(snapshot: ReadSnapshot, need: Need): Promise<StoredSessions> {
  return snapshot.fetch ? await snapshot.fetch(need) : snapshot.sessions;
}
