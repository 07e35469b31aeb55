import type { UsageCell } from './usage-cell.ts';

/** What the index knows of a session. Times are milliseconds since 1970 UTC. */
export interface SessionEntry {
  id: string;
  /** File name inside the store. */
  file: string;
  /** Offset behind the last committed round's line, in bytes. Bytes before it never change. */
  end: number;
  /** Length and CRC-32 of the last committed round's line, which ends at `end`. */
  last: { length: number; crc: number };
  /** Length and CRC-32 of the summary that follows `end`. */
  summary: { length: number; crc: number };
  /** Earliest and latest round. */
  created: number;
  updated: number;
  rounds: number;
  /** Model of the round stored last. */
  model: string;
  /** Start of the first question, one line; null where there is none or `--no-content`. */
  title: string | null;
  /** Rounds with a response code of 400 and above. */
  errors: number;
  usage: UsageCell[];
  /** When rounds of it were removed last, and how many, its first ones: its numbers count them still. */
  pruned?: number;
  pruned_rounds?: number;
  /** When the texts of its first rounds were removed last, and of how many. */
  pruned_content?: { at: number; rounds: number };
}

/** What a session used. */
export type SessionUsage = Pick<SessionEntry, 'id' | 'usage'>;

/** What the index knows of a session beside what its rounds used. */
export type SessionHead = Omit<SessionEntry, 'usage'>;

/** What stays of an entry when rounds are added to its session. */
export type PruneMarks = Pick<SessionEntry, 'pruned' | 'pruned_rounds' | 'pruned_content'>;

export function pruneMarks({ pruned, pruned_rounds, pruned_content }: PruneMarks): PruneMarks {
  return {
    ...(pruned !== undefined && { pruned }),
    ...(pruned_rounds !== undefined && { pruned_rounds }),
    ...(pruned_content !== undefined && { pruned_content }),
  };
}

/** A session all of whose rounds were removed: its sums are left, and no file. */
export function isPruned(entry: Pick<SessionEntry, 'rounds' | 'pruned_rounds'>): boolean {
  return entry.pruned_rounds === entry.rounds;
}
