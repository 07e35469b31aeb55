import type { LogPosition } from '../store/state.ts';

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
  };
}

export function isImported(log: LogPosition): log is ImportedLog {
  return typeof log['imported'] === 'object' && log['imported'] !== null;
}
