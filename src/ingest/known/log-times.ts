import type { TimeRange } from '../../model/log-position.ts';

/**
 * Says of each line of a log, by its time alone, whether the store can have it already. Gateways write a line when a
 * request ends, so the lines of a log come in that order. A line that is later than all lines before it, and at a time of
 * which no other log was read, is new: nearly every line of a live log is, and nothing needs to be looked up for it.
 */
export class LogTimes {
  readonly #others: readonly TimeRange[];
  readonly #closedUntil: number;
  #first: number;
  #last: number;

  /**
   * `own`: of the lines of this log that were read before. `others`: of each other log. `closedUntil`: until then, logs
   * that are gone may have had any line.
   */
  constructor(own: TimeRange | undefined, others: readonly TimeRange[], closedUntil: number) {
    [this.#first, this.#last] = own ?? [Infinity, -Infinity];
    this.#others = merged(others);
    this.#closedUntil = closedUntil;
  }

  /** Takes in when a request ended; null where its line does not say. */
  mayBeKnown(ended: number | null): boolean {
    if (ended === null) return this.#others.length > 0 || this.#closedUntil > -Infinity;
    const isLater = ended > this.#last;
    this.#first = Math.min(this.#first, ended);
    this.#last = Math.max(this.#last, ended);
    if (!isLater || ended <= this.#closedUntil) return true;
    return this.#others.some(([first, last]) => first <= ended && ended <= last);
  }

  /** Of all lines so far; undefined where none had a time. */
  get range(): TimeRange | undefined {
    return this.#last === -Infinity ? undefined : [this.#first, this.#last];
  }
}

/** Ranges without overlaps, the latest first: a store can know thousands of logs, most of them older. */
function merged(ranges: readonly TimeRange[]): TimeRange[] {
  const result: TimeRange[] = [];
  for (const range of ranges.toSorted(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last && range[0] <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], range[1])];
    else result.push(range);
  }
  return result.toReversed();
}
