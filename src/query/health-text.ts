import { exact, plural } from '../platform/count-text.ts';
import { FAILURE_WORDS } from './failure-words.ts';
import { FLAGS, healthOf, PERCENTILE_ERROR, type Answers, type FlagName } from './health.ts';

/** What the times in a table are of, and how exact they are. */
export function healthNote(total: Answers): string {
  const { duration, firstToken, speed } = healthOf(total);
  return (
    `p50, p90 and p99 are of the durations of ${plural(duration.rounds, 'answered request')}, ` +
    `times to the first token of ${exact(firstToken.rounds)}, tokens/s of ${exact(speed.rounds)}; ` +
    `percentiles are at most ${100 * PERCENTILE_ERROR}% off.`
  );
}

/** `By response flag: timeout 3, upstream reset 1`; a request can have several. */
export function flagNotes(total: Answers): string[] {
  const { flags, unflagged, uncounted } = healthOf(total);
  const counts = (Object.entries(flags) as [FlagName, number][])
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${FAILURE_WORDS[FLAGS[name]] ?? name} ${exact(count)}`);
  const without = unflagged - uncounted;
  return [
    ...(counts.length === 0 ? [] : [`By response flag: ${counts.join(', ')}.`]),
    ...(without === 0
      ? []
      : [`Of ${exact(without)} more, an older version did not keep the response flags.`]),
  ];
}
