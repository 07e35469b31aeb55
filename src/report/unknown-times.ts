import { cleanLine } from '../platform/clean-text.ts';
import { plural } from '../platform/count-text.ts';

/** Rounds whose own time is not known. */
interface UnknownTimes {
  /** Those with a time that cannot be read. */
  unread: number;
  /** Those without any. */
  missing: number;
  /** A time that cannot be read. */
  example: string | undefined;
}

/** A sentence for each kind, without its full stop. */
export function unknownTimesText({ unread, missing, example = '' }: UnknownTimes): string[] {
  const quoted = JSON.stringify(cleanLine(example));
  return [
    ...sentence(unread, `a time that cannot be read, such as ${quoted}`, 'another time'),
    ...sentence(missing, 'no start_time', 'the time when the log was last written'),
  ];
}

function sentence(rounds: number, lack: string, instead: string): string[] {
  if (rounds === 0) return [];
  const have = rounds === 1 ? 'has' : 'have';
  return [`${plural(rounds, 'round')} ${have} ${lack}: ${instead} is used instead (flag time-missing)`];
}
