/** Rounds whose own time is not known. */
export interface TimeTally {
  /** Those with a time that cannot be read. */
  unread: number;
  /** Those without any, of which no container's runtime says when they were: their log's stands in. */
  missing: number;
  /** One that cannot be read. */
  example: string | undefined;
}

export function noTimes(): TimeTally {
  return { unread: 0, missing: 0, example: undefined };
}

/** Counts a round without a time of its own. `unreadTime`: the text that cannot be read as a time; `isTimed`: a runtime gave one. */
export function addTimeless(tally: TimeTally, unreadTime: string | undefined, isTimed: boolean): void {
  if (unreadTime !== undefined) {
    tally.unread++;
    tally.example ??= unreadTime;
  } else if (!isTimed) {
    tally.missing++;
  }
}

export function addTimes(sum: TimeTally, { unread, missing, example }: TimeTally): void {
  sum.unread += unread;
  sum.missing += missing;
  sum.example ??= example;
}
