/**
 * The counts of a cell that most reports do not need: parts of its tokens, failures, times. They are pairs of an id and
 * a count above 0, in the order of the ids: `[id, count, id, count, …]`. What is absent is 0 and takes no space. All
 * they do is add up, so a reader keeps ids that it does not know, and a new count is not a new format.
 */
export type CellCounters = readonly number[];

export const NO_COUNTERS: CellCounters = [];

/** Counts that came after the format: cells of earlier builds lack them, and are right all the same. */
export const LATER_COUNTERS: ReadonlySet<number> = new Set([65, 66]);

/** The id of each count. Ids are stored: they never change their meaning, and a new count gets a new one. */
export const COUNTER = {
  /** Rounds that were counted before the store had these counts: nothing below is known of them. */
  uncounted: 1,
  /** Rounds of which the store has no response flags. ⊄ uncounted */
  unflagged: 2,

  // Responses by status. The others have a status from 200 to 299.
  /** No status was logged. */
  noStatus: 10,
  /** Status 0: the client was gone before the response began. */
  status0: 11,
  status1xx: 12,
  status3xx: 13,
  status4xx: 14,
  status5xx: 15,
  /** ⊂ status4xx: the provider or the gateway refused the request because there were too many. */
  status429: 16,

  // Responses by Envoy's response flags. A response can have several.
  clientGone: 20,
  upstreamReset: 21,
  upstreamFailed: 22,
  timeout: 23,
  rateLimited: 24,
  noRoute: 25,
  unauthorized: 26,
  overload: 27,
  otherFlag: 28,

  // Parts of the tokens, as in TokenDetails.
  cacheWrite1h: 40,
  inputAudio: 41,
  inputImage: 42,
  cachedAudio: 43,
  cachedImage: 44,
  outputAudio: 45,
  outputImage: 46,
  searches: 47,

  /** Milliseconds, the sums of what the histograms count. */
  durationMs: 60,
  failedDurationMs: 61,
  firstTokenMs: 62,
  /** Output tokens of rounds without a duration. */
  untimedOutput: 63,
  /** ⊂ firstTokenMs, of rounds without a duration. */
  untimedFirstTokenMs: 64,
  /** Output tokens of failed rounds with a duration. */
  failedOutput: 65,
  /** ⊂ firstTokenMs, of failed rounds with a duration. */
  failedFirstTokenMs: 66,
} as const;

export type CounterName = keyof typeof COUNTER;

/** Ids of histograms: the first bucket has this id, and there is room for 256. */
export const HISTOGRAM = {
  /** Durations of answered requests. */
  duration: 1024,
  /** Durations of failed requests: status 0, or 400 and above. */
  failedDuration: 1280,
  firstToken: 1536,
} as const;

export const HISTOGRAM_BUCKETS = 256;

/** The sums of two. */
export function addCounters(a: CellCounters, b: CellCounters): CellCounters {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const sum: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const idA = a[i] ?? Infinity;
    const idB = b[j] ?? Infinity;
    const count = (idA <= idB ? (a[i + 1] ?? 0) : 0) + (idB <= idA ? (b[j + 1] ?? 0) : 0);
    if (count !== 0) sum.push(Math.min(idA, idB), count);
    if (idA <= idB) i += 2;
    if (idB <= idA) j += 2;
  }
  return sum;
}

/** With these, addCounters subtracts. */
export function negativeCounters(counters: CellCounters): CellCounters {
  return counters.map((value, i) => (i % 2 === 0 ? value : -value));
}

/** One count of a cell. */
export function counterOf(counters: CellCounters, name: CounterName): number {
  const id = COUNTER[name];
  for (let i = 0; i < counters.length; i += 2) {
    const at = counters[i] as number;
    if (at >= id) return at === id ? (counters[i + 1] as number) : 0;
  }
  return 0;
}

/** Which counts of a cell are needed: those of failures, by status and by response flag, or all. */
export type CounterPart = 'failures' | 'all';

/** The highest id of a count of failures. */
export const LAST_FAILURE = COUNTER.otherFlag;

/** Only the counts of failures. */
export function failuresIn(counters: CellCounters): CellCounters {
  let end = 0;
  while (end < counters.length && (counters[end] as number) <= LAST_FAILURE) end += 2;
  return counters.slice(0, end);
}

/** Rounds that failed: the client was gone, or the status is 400 or above. */
export function failedRoundsOf(counters: CellCounters): number {
  let failed = 0;
  for (let i = 0; i < counters.length; i += 2) {
    const id = counters[i] as number;
    if (id > COUNTER.status5xx) break;
    if (id === COUNTER.status0 || id === COUNTER.status4xx || id === COUNTER.status5xx)
      failed += counters[i + 1] as number;
  }
  return failed;
}
