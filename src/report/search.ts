import type { Hit } from '../query/search/search-session.ts';
import type { SessionHead } from '../model/session-entry.ts';

/** A hit, and where it is. */
export interface FoundHit {
  session: Pick<SessionHead, 'id' | 'title'>;
  hit: Hit;
  /** The link to its round; null without a base URL. */
  url: string | null;
}

/** What was searched, and what could not be. */
export interface SearchReport {
  hits: number;
  /** How many sessions the filters mean, how many of them were searched, and in how many something was found. */
  sessions: number;
  searched: number;
  withHits: number;
  bytes: number;
  /** The limit was reached, so that there may be more. */
  isLimited: boolean;
  unreadable: { id: string; problem: string }[];
  /** Sessions of which a prune removed texts. */
  pruned: number;
  /** The store keeps no texts. */
  noContent: boolean;
}

export function emptyReport(sessions: number, pruned: number, noContent: boolean): SearchReport {
  return {
    hits: 0,
    sessions,
    searched: 0,
    withHits: 0,
    bytes: 0,
    isLimited: false,
    unreadable: [],
    pruned,
    noContent,
  };
}
