import type { StoredSessions } from '../store/index/index.ts';
import type { RoundMoney } from '../pricing/round-money.ts';
import type { Snapshot } from '../store/read.ts';
import type { GroupKey } from './group-keys.ts';
import type { UsageQuery } from './grouping.ts';
import type { Told } from './stores/joined-session.ts';
import type { UsageFilter } from './usage-filter.ts';

/** What a report needs of the sessions. From an engine it is fetched before the report is made. */
export type Need =
  /** For `groupBy`. */
  | { of: 'groups'; keys: readonly GroupKey[]; query: UsageQuery }
  /** Entries with their usage. */
  | { of: 'sessions'; query: SessionsQuery }
  /** For a report that found nothing: the names of a filter, and when sessions were last updated. */
  | { of: 'names'; filter: UsageFilter }
  /** One session, by its id or a start of it, and its family; if there is no such session, the ids of all. */
  | { of: 'session'; wanted: string };

export interface SessionsQuery {
  filter: UsageFilter;
  /** Milliseconds since 1970 UTC: sessions that were updated before it, or created at its end or later, are not needed. */
  period?: { from: number; to: number } | undefined;
  /** With all counters, not only those of failures. */
  withTimes?: boolean | undefined;
  /** Only so many, the largest first; and all that are as large as the last of them. */
  /** With titles and tools. */
  withTold?: boolean | undefined;
  top?: { by: 'updated' | 'created' | 'rounds'; limit: number } | undefined;
}

/** A snapshot of an engine, whose own `sessions` have no entries. */
export interface FetchingSnapshot extends Snapshot {
  fetch(need: Need): Promise<StoredSessions>;
  /** What these sessions say of titles and tools, as far as what was said is in the engine. */
  told(ids: readonly string[]): Promise<ReadonlyMap<string, Told>>;
  /** The rounds of a session with all they said. Throws UsageError if that is not in the engine. */
  talk(id: string): Promise<Talk>;
}

/** The rounds of one session, as a store has them. */
export interface Talk {
  lines: readonly string[];
  /** What each round costs, by its number. */
  money: ReadonlyMap<number, RoundMoney>;
}

export type ReadSnapshot = Snapshot & Partial<Pick<FetchingSnapshot, 'fetch' | 'told' | 'talk'>>;

/** The sessions, as far as a report needs them: local stores have all. */
export async function sessionsFor(snapshot: ReadSnapshot, need: Need): Promise<StoredSessions> {
  return snapshot.fetch ? await snapshot.fetch(need) : snapshot.sessions;
}
