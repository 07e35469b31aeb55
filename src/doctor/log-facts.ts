import { isLog, type ClosedLog, type LogPosition } from '../model/log-position.ts';
import type { Snapshot } from '../store/read.ts';

/** What a store says about the logs that it has read. */
export interface LogFacts {
  /** Logs that the store reads, and those whose files are gone. */
  generations: LogPosition[];
  closed: ClosedLog[];
  /** Lines that were not stored because the store had them from another log, or from another part of the same one. */
  knownRounds: number;
  /** Lines that wait for their last part. */
  held: number;
  /** Logs that vanished before they were read to the end. */
  gaps: Gap[];
}

interface Gap {
  path: string;
  bytes: number;
  /** Milliseconds since 1970 UTC; null: not known. */
  at: number | null;
}

export function logFacts({ state, closed: gone }: Pick<Snapshot, 'state' | 'closed'>): LogFacts {
  const closed = [...gone.values()];
  // A log that turned up again is among both.
  const logs = new Map([...closed, ...state.logs].map((log) => [log.id, log]));
  const lost = closed.filter(isLog).filter((log) => (log.lost ?? 0) > log.offset);
  return {
    generations: state.logs,
    closed,
    knownRounds: [...logs.values()].filter(isLog).reduce((sum, { known = 0 }) => sum + known, 0),
    held: state.logs.reduce((sum, log) => sum + (log.open?.length ?? 0), 0),
    gaps: lost.map((log) => ({
      path: log.path,
      bytes: (log.lost ?? 0) - log.offset,
      at: log.closed ?? null,
    })),
  };
}
