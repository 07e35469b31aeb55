import { cleanLine } from '../platform/clean-text.ts';
import { share, type Finding } from '../model/finding.ts';
import type { TimeTally } from '../ingest/time-tally.ts';

const FORMAT = '"start_time":"%START_TIME%"';

/** Times of the sample's rounds that cannot be read, or are not there. `where`: the path that was given. */
export function judgeTimes(
  { unread, missing, example = '' }: TimeTally,
  rounds: number,
  where: string,
): Finding[] {
  const found: Finding[] = [];
  const add = (code: 'unread-times' | 'no-times', what: string, fix: string): void => {
    found.push({ code, area: 'log', severity: 'warning', what, where, fix, setting: FORMAT });
  };
  if (unread > 0) {
    const what = `${share(unread, rounds, 'round')} have a time that cannot be read, such as ${JSON.stringify(cleanLine(example))}: they are stored under another time, with the flag time-missing.`;
    const fix =
      'Let the access log format write start_time as Envoy does by itself, or in a form that docs/higress.md lists. What can mean two days, such as 06/01/2026, is not guessed.';
    add('unread-times', what, fix);
  }
  if (missing > 0) {
    const what = `${share(missing, rounds, 'round')} have no start_time: the time when the log was last written is used instead, with the flag time-missing.`;
    add('no-times', what, 'Put start_time into the access log format.');
  }
  return found;
}
