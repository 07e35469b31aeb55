import type { CachedRequest, PrefixCacheBudget } from './prefix-cache-budget.ts';

/**
 * Recent requests of a session, as bytes of the log. Most of a log is history that was read before, and comparing bytes
 * finds it in the next request. Equal bytes are the same message, so it has the same ordinal in the session's memory.
 */
export class RequestPrefixCache {
  readonly #budget: PrefixCacheBudget;
  /** The most recent first. */
  #requests: CachedRequest[] = [];

  constructor(budget: PrefixCacheBudget) {
    this.#budget = budget;
  }

  /**
   * The messages of a list that a cached request has too; undefined if there are none. The list begins at `from` and
   * ends before `to`.
   */
  find(line: Buffer, from: number, to: number): FoundRuns | undefined {
    const continued = this.#findContinued(line, from, to);
    if (continued) return { request: continued, runs: [wholeRun(continued, from)] };
    let best = this.#requests[0];
    let most = 0;
    for (const request of this.#requests.slice(0, MOST_COMPARED)) {
      const same = countSame(request, 0, line, from, to);
      if (same > most) [best, most] = [request, same];
    }
    const runs = best ? findRuns(best, line, from, to) : [];
    return best && runs.length > 0 ? { request: best, runs } : undefined;
  }

  /** The longest request that this one begins with. Its end is compared first, which nearly always decides. */
  #findContinued(line: Buffer, from: number, to: number): CachedRequest | undefined {
    let longest: CachedRequest | undefined;
    for (const request of this.#requests) {
      const length = lengthOf(request);
      if (longest && length <= lengthOf(longest)) continue;
      const tail = Math.min(length, TAIL_BYTES);
      if (from + length < to && isSame(request, length - tail, line, from + length - tail, tail)) {
        if (countSame(request, 0, line, from, to) === request.ends.length) longest = request;
      }
    }
    return longest;
  }

  /**
   * Caches a request. `from`: where its first message begins. `ends`: where its messages end, relative to `from`; they
   * are separated by one comma. `ordinals`: their ordinals in the session's memory. `found`: the result of `find`.
   */
  keep(
    line: Buffer,
    from: number,
    ends: readonly number[],
    ordinals: readonly number[],
    found: FoundRuns | undefined,
  ): void {
    const length = ends.at(-1) ?? 0;
    if (length === 0 || length > LONGEST_KEPT) return;
    const request = this.#take(found) ?? { bytes: NOTHING, ends: [], ordinals: [] };
    const kept = isContinued(found, from) ? lengthOf(request) : 0;
    const size = Math.max(length, ends.length * BESIDE_MESSAGE);
    if (request.bytes.length < size) {
      const bytes = this.#budget.lend(size);
      request.bytes.copy(bytes, 0, 0, kept);
      this.#budget.giveBack(request.bytes);
      request.bytes = bytes;
    }
    line.copy(request.bytes, kept, from + kept, from + length);
    const known = kept > 0 ? request.ends.length : 0;
    request.ends.length = known;
    request.ordinals.length = known;
    for (let i = known; i < ends.length; i++) {
      request.ends.push(ends[i] ?? 0);
      request.ordinals.push(ordinals[i] ?? 0);
    }
    this.#requests.unshift(request);
    this.#budget.use(request, this);
    const last = this.#requests.length > MOST_REQUESTS ? this.#requests.at(-1) : undefined;
    if (last) this.#budget.forget(last);
  }

  /** Removes and returns the request that the new one replaces: one that has at least half its messages in it. */
  #take(found: FoundRuns | undefined): CachedRequest | undefined {
    if (!found) return undefined;
    const { request, runs } = found;
    const shared = runs.reduce((sum, { count }) => sum + count, 0);
    if (shared * 2 < request.ends.length) return undefined;
    this.drop(request);
    // From here on, the budget must not evict it: its buffer is reused.
    this.#budget.release(request);
    return request;
  }

  /** Removes all requests. */
  clear(): void {
    for (const request of this.#requests.splice(0)) this.#budget.forget(request);
  }

  drop(request: CachedRequest): void {
    const at = this.#requests.indexOf(request);
    if (at >= 0) this.#requests.splice(at, 1);
  }
}

/** Messages that are consecutive both in a line and in a cached request. */
interface KnownRun {
  /** Index of the first one in the cached request. */
  first: number;
  count: number;
  /** Where they are in the line. */
  from: number;
  to: number;
}

export interface FoundRuns {
  request: CachedRequest;
  /** In the order of the line. */
  runs: KnownRun[];
}

const NOTHING = Buffer.alloc(0);

/** A session's memory has as many threads. */
const MOST_REQUESTS = 64;
/** How many requests are compared from their beginning if none is continued. */
const MOST_COMPARED = 8;
const TAIL_BYTES = 64;
const LONGEST_KEPT = 16 << 20;
/** Bytes of an end and an ordinal: for very short messages, they count too. */
const BESIDE_MESSAGE = 16;
/** How many consecutive messages a request may leave out, and how many it may replace, to be still recognised. */
const MOST_LEFT_OUT = 4;
const MOST_REPLACED = 2;
const MOST_GAPS = 8;
/** How much of a message is searched for. */
const NEEDLE_BYTES = 256;

const COMMA = 0x2c;
const CLOSE = 0x5d;

/**
 * Finds the runs from left to right. If the line's next message is not the expected one, known messages may have been
 * left out (a sliding window) or replaced (an edited prompt, a cache mark that moved). Without this, a log of sliding
 * windows takes 30 % more CPU time, and one whose old tool results are cleared 10 % (150 MB each, 2026-11-30).
 */
function findRuns(request: CachedRequest, line: Buffer, from: number, to: number): KnownRun[] {
  const runs: KnownRun[] = [];
  let at = from;
  let next = 0;
  for (let gaps = 0; gaps <= MOST_GAPS; gaps++) {
    const count = countSame(request, next, line, at, to);
    if (count > 0) {
      const length = endOf(request, next + count - 1) - startOf(request, next);
      runs.push({ first: next, count, from: at, to: at + length });
      next += count;
      at += length + 1;
      if (line[at - 1] !== COMMA) return runs;
    }
    const again = findAgain(request, next, line, at, to);
    if (!again) return runs;
    ({ next, at } = again);
  }
  return runs;
}

function findAgain(
  request: CachedRequest,
  next: number,
  line: Buffer,
  at: number,
  to: number,
): { next: number; at: number } | undefined {
  const last = request.ends.length - 1;
  for (let leftOut = 1; leftOut <= MOST_LEFT_OUT && next + leftOut <= last; leftOut++) {
    if (countSame(request, next + leftOut, line, at, to, 1) > 0) return { next: next + leftOut, at };
  }
  for (let replaced = 0; replaced <= MOST_REPLACED && next + replaced <= last; replaced++) {
    const start = startOf(request, next + replaced);
    const end = Math.min(endOf(request, next + replaced), start + NEEDLE_BYTES);
    const found = line.indexOf(request.bytes.subarray(start, end), at);
    if (found > at && found < to && line[found - 1] === COMMA) return { next: next + replaced, at: found };
  }
  return undefined;
}

/** How many messages of a request, from `first`, are at `at`. A comma or the end of the list must follow the last. */
function countSame(
  request: CachedRequest,
  first: number,
  line: Buffer,
  at: number,
  to: number,
  most = request.ends.length - first,
): number {
  const start = startOf(request, first);
  let low = 0;
  let high = most;
  let same = 0;
  // Usually all are there, so the first guess is all.
  for (let count = high; low < high; count = (low + high + 1) >> 1) {
    const length = endOf(request, first + count - 1) - start;
    if (at + length < to && isSame(request, start + same, line, at + same, length - same)) {
      low = count;
      same = length;
    } else {
      high = count - 1;
    }
  }
  // A number could continue with more digits.
  while (low > 0 && !endsAt(line, at + endOf(request, first + low - 1) - start)) low--;
  return low;
}

function endsAt(line: Buffer, at: number): boolean {
  return line[at] === COMMA || line[at] === CLOSE;
}

function isSame(request: CachedRequest, start: number, line: Buffer, at: number, length: number): boolean {
  return line.compare(request.bytes, start, start + length, at, at + length) === 0;
}

/** Whether the request that begins at `from` is the cached one with more messages after it. */
function isContinued(found: FoundRuns | undefined, from: number): boolean {
  const run = found?.runs[0];
  return run?.from === from && run.first === 0 && run.count === found?.request.ends.length;
}

function wholeRun(request: CachedRequest, from: number): KnownRun {
  return { first: 0, count: request.ends.length, from, to: from + lengthOf(request) };
}

function lengthOf(request: CachedRequest): number {
  return request.ends.at(-1) ?? 0;
}

function startOf(request: CachedRequest, message: number): number {
  return message === 0 ? 0 : endOf(request, message - 1) + 1;
}

function endOf(request: CachedRequest, message: number): number {
  return request.ends[message] ?? 0;
}
