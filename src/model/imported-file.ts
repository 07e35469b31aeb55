/**
 * `known`: the file was imported before. `parsed`: the store already has all its rounds from a log. `exists`: the store
 * already has the session. `doubtful`: it is not certain which of its rounds the store already has from a log.
 * `changed`: an earlier version of the file was imported, with other rounds. `damaged`: it is not a session file.
 */
export type ImportOutcome = 'imported' | 'known' | 'parsed' | 'exists' | 'doubtful' | 'changed' | 'damaged';

/** What an import did with one session file of the Python original. */
export interface ImportedFile {
  path: string;
  /** Null if it is not known. */
  session: string | null;
  outcome: ImportOutcome;
  /** Rounds that were stored; in a dry run, rounds that would be. */
  rounds: number;
  /** Rounds that the store's filters leave out. */
  filtered: number;
  /** Rounds whose reasoning tokens are left out, because the original only estimated them. */
  estimates: number;
  /** Rounds left out because the store already has them from a log. */
  parsed: number;
  /** Rounds that the store may already have from a log. */
  doubtful: number;
  /** Why it is not a session file, as a predicate: `is not JSON`. */
  problem: string | null;
}
