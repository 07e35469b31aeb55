/** What is still known about rounds that are in no session file and no log any more. */
export interface LostRounds {
  /** The rounds are from between these times, in milliseconds since 1970 UTC; null if that is not known. */
  from: number | null;
  to: number | null;
  input: number;
  output: number;
  /** The cost of the priced ones by currency, in 10⁻¹⁸ of it. */
  costs: ReadonlyMap<string, bigint>;
  unpriced: number;
  /** Logs or imported files that may have held them and can no longer be read. */
  logs: string[];
}
