/** What is still known of rounds that no session file and no log holds any more. */
export interface LostRounds {
  /** They were not earlier and not later: milliseconds since 1970 UTC; null where that is not known. */
  from: number | null;
  to: number | null;
  input: number;
  output: number;
  /** What they cost, without those that have no price: by currency, in 10⁻¹⁸ of it. */
  costs: ReadonlyMap<string, bigint>;
  unpriced: number;
  /** Logs, or imported files, that may have held them and can no longer be read. */
  logs: string[];
}
