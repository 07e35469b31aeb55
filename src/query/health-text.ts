import { exact } from '../platform/count-text.ts';
import * as en from '../texts/en.ts';
import { counted } from './counted.ts';
import { FLAGS, healthOf, PERCENTILE_ERROR, type Answers, type FlagName } from './health.ts';

/** What the times in a table are of, and how exact they are. */
export function healthNote(total: Answers, texts = en.health): string {
  const { duration, firstToken, speed } = healthOf(total);
  return texts.times({
    answered: counted(duration.rounds),
    firstToken: exact(firstToken.rounds),
    speed: exact(speed.rounds),
    error: `${100 * PERCENTILE_ERROR}%`,
  });
}

/** `By response flag: timeout 3, upstream reset 1`; a request can have several. */
export function flagNotes(total: Answers, texts: Pick<typeof en, 'health' | 'failureKinds'> = en): string[] {
  const { flags, unflagged, uncounted } = healthOf(total);
  const counts = (Object.entries(flags) as [FlagName, number][])
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${texts.failureKinds[FLAGS[name]]} ${exact(count)}`);
  const without = unflagged - uncounted;
  return [
    ...(counts.length === 0 ? [] : [texts.health.byFlag({ flags: counts })]),
    ...(without === 0 ? [] : [texts.health.unflagged({ requests: exact(without) })]),
  ];
}
