import type { TimeRange } from '../../model/log-position.ts';

/**
 * Decides by time alone whether the store may already have a line. Gateways write a line when a request ends, so a log
 * is in that order. A line that is later than all lines before it, at a time that no other log covers, is new. Nearly
 * every line of a live log is, and needs no lookup.
 */
export class LogTimes {
  readonly #others: readonly TimeRange[];
  readonly #closedUntil: number;
  #first: number;
  #last: number;

  /**
   * `own`: the times of this log's lines that were read before. `others`: those of each other log. `closedUntil`: logs
   * that are gone may have had any line up to then.
   */
  constructor(own: TimeRange | undefined, others: readonly TimeRange[], closedUntil: number) {
    [this.#first, this.#last] = own ?? [Infinity, -Infinity];
    this.#others = merged(others);
    this.#closedUntil = closedUntil;
  }

  /** Takes the time at which a request ended; null if its line has none. */
  mayBeKnown(ended: number | null): boolean {
    if (ended === null) return this.#others.length > 0 || this.#closedUntil > -Infinity;
    const isLater = ended > this.#last;
    this.#first = Math.min(this.#first, ended);
    this.#last = Math.max(this.#last, ended);
    if (!isLater || ended <= this.#closedUntil) return true;
    return this.#others.some(([first, last]) => first <= ended && ended <= last);
  }

  /** The times of all lines so far; undefined if none had one. */
  get range(): TimeRange | undefined {
    return this.#last === -Infinity ? undefined : [this.#first, this.#last];
  }
}

/** Ranges merged, the latest first: a store can know thousands of logs, most of them older. */
function merged(ranges: readonly TimeRange[]): TimeRange[] {
  const result: TimeRange[] = [];
  for (const range of ranges.toSorted(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last && range[0] <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], range[1])];
    else result.push(range);
  }
  return result.toReversed();
}
