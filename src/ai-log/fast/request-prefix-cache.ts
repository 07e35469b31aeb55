import type { CachedRequest, PrefixCacheBudget } from './prefix-cache-budget.ts';

/**
 * Requests of a session as they stood in the log, so that the next one's messages are known by comparing bytes: most
 * of a log is history that was read before. A message's bytes are the same only if its text is, so its ordinal in the
 * session's memory is the same too.
 */
export class RequestPrefixCache {
  readonly #budget: PrefixCacheBudget;
  /** The one met last comes first. */
  #requests: CachedRequest[] = [];

  constructor(budget: PrefixCacheBudget) {
    this.#budget = budget;
  }

  /**
   * The messages of the list that begins at `from` that a known request has too; the list ends before `to`. Undefined
   * where there are none.
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

  /** The longest request that this one begins with. The end tells nearly always; then every byte is compared. */
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
   * Keeps a request. `ends`: where its messages end, counted from `from`, which is where the first begins; one comma
   * stands between two. `ordinals`: what they are in the session's memory. `found`: what find said of it.
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

  /** Takes out the request that the new one replaces: it has at least half of its messages. */
  #take(found: FoundRuns | undefined): CachedRequest | undefined {
    if (!found) return undefined;
    const { request, runs } = found;
    const shared = runs.reduce((sum, { count }) => sum + count, 0);
    if (shared * 2 < request.ends.length) return undefined;
    this.drop(request);
    // Nobody else may give its memory away.
    this.#budget.release(request);
    return request;
  }

  /** Gives up all of them. */
  clear(): void {
    for (const request of this.#requests.splice(0)) this.#budget.forget(request);
  }

  drop(request: CachedRequest): void {
    const at = this.#requests.indexOf(request);
    if (at >= 0) this.#requests.splice(at, 1);
  }
}

/** Messages of a line that are also messages of a known request, next to each other in both. */
interface KnownRun {
  /** The first of them in the known request. */
  first: number;
  count: number;
  /** Where they stand in the line. */
  from: number;
  to: number;
}

export interface FoundRuns {
  request: CachedRequest;
  /** In the line's order. */
  runs: KnownRun[];
}

const NOTHING = Buffer.alloc(0);

/** As many as a session's memory knows threads. */
const MOST_REQUESTS = 64;
/** So many are compared from their beginning, where none is continued. */
const MOST_COMPARED = 8;
const TAIL_BYTES = 64;
const LONGEST_KEPT = 16 << 20;
/** Bytes of an end and an ordinal: they count too where messages are that short. */
const BESIDE_MESSAGE = 16;
/** So many known messages can have been left out, and in the place of so many others can stand. */
const MOST_LEFT_OUT = 4;
const MOST_REPLACED = 2;
const MOST_GAPS = 8;
/** Enough of a message to find it by. */
const NEEDLE_BYTES = 256;

const COMMA = 0x2c;
const CLOSE = 0x5d;

/**
 * Finds the runs from left to right. Where the line has another message than expected, known ones can have been left
 * out (a window that slides), or others stand in their place (an edited prompt, a mark that moved).
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

/** How many messages from the `first` on stand at `at`, whole: a comma or the list's end follows the last. */
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
  // Most often all of them are there, so the first guess is all.
  for (let count = high; low < high; count = (low + high + 1) >> 1) {
    const length = endOf(request, first + count - 1) - start;
    if (at + length < to && isSame(request, start + same, line, at + same, length - same)) {
      low = count;
      same = length;
    } else {
      high = count - 1;
    }
  }
  // A number could go on with more digits.
  while (low > 0 && !endsAt(line, at + endOf(request, first + low - 1) - start)) low--;
  return low;
}

function endsAt(line: Buffer, at: number): boolean {
  return line[at] === COMMA || line[at] === CLOSE;
}

function isSame(request: CachedRequest, start: number, line: Buffer, at: number, length: number): boolean {
  return line.compare(request.bytes, start, start + length, at, at + length) === 0;
}

/** Whether the request that begins at `from` is the known one and more. */
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
