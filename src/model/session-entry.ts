import type { ToolCounts } from './tool-counts.ts';
import type { UsageCell } from './usage-cell.ts';

/** What the index knows about a session. Times are milliseconds since 1970 UTC. */
export interface SessionEntry extends ToolCounts {
  id: string;
  /** File name inside the store. */
  file: string;
  /** Byte offset of the end of the last committed round's line. Bytes before it never change. */
  end: number;
  /** Length and CRC-32 of the last committed round's line, which ends at `end`. */
  last: { length: number; crc: number };
  /** Length and CRC-32 of the summary that follows `end`. */
  summary: { length: number; crc: number };
  /** Times of the earliest and the latest round. */
  created: number;
  updated: number;
  rounds: number;
  /** Model of the round that was stored last. */
  model: string;
  /** Start of the first question, on one line; null if there is none, or with `--no-content`. */
  title: string | null;
  /** Number of rounds with a response code of 400 or above. */
  errors: number;
  usage: UsageCell[];
  /** Not stored. The gateways of its rounds, if several stores are read as one. */
  gateways?: readonly string[];
  /** When rounds were last removed, and how many of its first rounds are gone. All counts above still include them. */
  pruned?: number;
  pruned_rounds?: number;
  /**
   * When texts were last removed, and from how many of its first rounds. `scattered` is not stored: of several stores that
   * are read as one, so many rounds, which are not the first.
   */
  pruned_content?: { at: number; rounds: number; scattered?: true };
}

/** What a session used. */
export type SessionUsage = Pick<SessionEntry, 'id' | 'usage'>;

/** Everything in a session's entry except what its rounds used. */
export type SessionHead = Omit<SessionEntry, 'usage'>;

/** What stays the same in an entry when rounds are added to its session. */
export type PruneMarks = Pick<SessionEntry, 'pruned' | 'pruned_rounds' | 'pruned_content'>;

export function pruneMarks({ pruned, pruned_rounds, pruned_content }: PruneMarks): PruneMarks {
  return {
    ...(pruned !== undefined && { pruned }),
    ...(pruned_rounds !== undefined && { pruned_rounds }),
    ...(pruned_content !== undefined && { pruned_content }),
  };
}

/** Whether all rounds of a session were removed. Its sums remain in the index, but it has no file. */
export function isPruned(entry: Pick<SessionEntry, 'rounds' | 'pruned_rounds'>): boolean {
  return entry.pruned_rounds === entry.rounds;
}
