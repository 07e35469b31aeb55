import type { LogPosition } from '../../store/state.ts';

/**
 * An imported file stands among the closed logs: its rounds have places in it, `[number, ordinal]`, so that they are
 * counted like any other's, and its content is known again.
 */
export interface ImportedLog extends LogPosition {
  /** Number of rounds, of those left out too. */
  offset: number;
  path: string;
  imported: {
    /** Of the whole file, base64. */
    digest: string;
    session: string;
    /** Of its rounds, base64: a later state of the file begins with them. */
    rounds: string;
    /** When the original parsed the last of its rounds, in milliseconds since 1970 UTC. */
    until?: number;
    /** How many of its rounds that were stored no log has brought yet. Absent, as all here, in older stores. */
    left?: number;
    /** Ordinals of those that a log has brought, as ranges without their ends. */
    met?: [from: number, to: number][];
    /** Ordinal of the one that the session's last line in a log was. */
    last?: number;
  };
}

export function isImported(log: LogPosition): log is ImportedLog {
  return typeof log['imported'] === 'object' && log['imported'] !== null;
}
