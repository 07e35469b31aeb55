/** Counts of rounds whose own time is unknown. */
export interface TimeTally {
  /** Rounds with an unreadable time. */
  unread: number;
  /** Rounds without a time, from no container runtime either: they get the time of their log. */
  missing: number;
  /** An example of an unreadable time. */
  example: string | undefined;
}

export function noTimes(): TimeTally {
  return { unread: 0, missing: 0, example: undefined };
}

/** Counts a round without its own time. `unreadTime`: the unreadable text; `isTimed`: a runtime recorded a time. */
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
