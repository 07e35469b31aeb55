/** A session's file that cannot be appended to. */
export interface DamagedFile {
  file: string;
  /** A predicate: `is missing`. */
  problem: string;
  /** How many rounds were counted and not written. */
  rounds: number;
}
