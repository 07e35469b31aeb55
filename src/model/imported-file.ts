/**
 * `known`: it was imported before. `parsed`: the store has all of its rounds from a log. `exists`: the store already has
 * the session. `doubtful`: it is not certain which of its rounds the store has from a log. `changed`: an earlier state
 * of the file was imported, with other rounds. `damaged`: it is not a session file.
 */
export type ImportOutcome = 'imported' | 'known' | 'parsed' | 'exists' | 'doubtful' | 'changed' | 'damaged';

/** What an import did with a session file of the Python original. */
export interface ImportedFile {
  path: string;
  /** Null where it is not known. */
  session: string | null;
  outcome: ImportOutcome;
  /** Rounds that were stored, or would be. */
  rounds: number;
  /** Rounds that the store's filters leave out. */
  filtered: number;
  /** Rounds whose reasoning tokens were the original's estimate, and are left out. */
  estimates: number;
  /** Rounds that the store has from a log: they are left out. */
  parsed: number;
  /** Rounds of which that is not certain. */
  doubtful: number;
  /** Why it is not a session file: a predicate. */
  problem: string | null;
}
