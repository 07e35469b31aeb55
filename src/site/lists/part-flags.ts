/** What the list can be filtered by besides names and days. The bits are in the list's data, for sessions and their parts. */
export const FLAG = {
  /** A request failed: the client was gone, or the status is 400 or above. */
  failed: 1,
  /** The result of a tool says that it failed. Of a whole session only. */
  failedTool: 2,
  /** A request took `SLOW_MS` or longer. */
  slow: 4,
  unpriced: 8,
  /** The cost may be higher, or lower, than stated. */
  higher: 16,
  lower: 32,
  /** Of some of its requests the store does not know whether they failed, or how long they took. */
  uncounted: 64,
  /** Of its tools the store does not know whether they failed. */
  untold: 128,
} as const;

/** About 30 s: durations are counted in steps of 10 %, and one of them begins here. */
export const SLOW_MS = 29_540;

/** The values of `status` in the list's address, and the flags of which a session must have one. */
export const STATUSES: Readonly<Record<string, { label: string; flags: number; unknown: number }>> = {
  failed: { label: 'Failed request', flags: FLAG.failed, unknown: FLAG.uncounted },
  'failed-tool': { label: 'Failed tool', flags: FLAG.failedTool, unknown: FLAG.untold },
  slow: { label: 'Slow, 30 s or more', flags: FLAG.slow, unknown: FLAG.uncounted },
  unpriced: { label: 'Unpriced', flags: FLAG.unpriced, unknown: 0 },
  bound: { label: 'Cost may be wrong', flags: FLAG.higher | FLAG.lower, unknown: 0 },
};
