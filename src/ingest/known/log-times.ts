import type { TimeRange } from '../../model/log-position.ts';

/** Where a line can have been read before: nowhere, in another log, or in this one too. */
export type Place = 'none' | 'others' | 'all';

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
  /** The lines are those of an earlier time: of another copy of the log, in the same file. */
  #isBehind = false;

  /**
   * `own`: the times of this log's lines that were read before. `others`: those of each other log. `closedUntil`: logs
   * that are gone may have had any line up to then.
   */
  constructor(own: TimeRange | undefined, others: readonly TimeRange[], closedUntil: number) {
    [this.#first, this.#last] = own ?? [Infinity, -Infinity];
    this.#others = merged(others);
    this.#closedUntil = closedUntil;
  }

  /**
   * Takes in when a request ended (null if its line does not say), and says where its line can have been read before:
   * nowhere, in another log, or in this one too. Different requests of one moment follow one another in a log whose times
   * are not exact, in whole seconds; with exact times (`isExact`) they are the same line, twice.
   */
  placesOf(ended: number | null, isExact: boolean): Place {
    if (ended === null) return this.#others.length > 0 || this.#closedUntil > -Infinity ? 'others' : 'none';
    if (ended !== this.#last) this.#isBehind = ended < this.#last;
    const isOwn = this.#isBehind || (isExact && ended === this.#last);
    this.#first = Math.min(this.#first, ended);
    this.#last = Math.max(this.#last, ended);
    if (isOwn) return 'all';
    const isCovered = this.#others.some(([first, last]) => first <= ended && ended <= last);
    return isCovered || ended <= this.#closedUntil ? 'others' : 'none';
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
