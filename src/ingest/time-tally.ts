import { cleanLine } from '../platform/clean-text.ts';
import { plural } from '../model/finding.ts';

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

/** A sentence for each kind of them, without its end. */
export function timeTroubles({ unread, missing, example = '' }: TimeTally): string[] {
  const said: string[] = [];
  if (unread > 0) {
    const have = unread === 1 ? 'has' : 'have';
    said.push(
      `${plural(unread, 'round')} ${have} a time that cannot be read, such as ${JSON.stringify(cleanLine(example))}: another time is used instead (flag time-missing)`,
    );
  }
  if (missing > 0) {
    const have = missing === 1 ? 'has' : 'have';
    said.push(
      `${plural(missing, 'round')} ${have} no start_time: the time when the log was last written is used instead (flag time-missing)`,
    );
  }
  return said;
}
