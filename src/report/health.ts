import { exact } from '../platform/count-text.ts';
import type { Row } from '../query/aggregate.ts';
import type { Stats } from '../query/grouping.ts';
import { FLAGS, healthOf, type FlagName } from '../query/health.ts';
import { FAILURE_WORDS } from './failure-words.ts';
import { ALL_HEALTH, healthColumns, healthNote } from './health-columns.ts';
import { dimensionNotes, failureNotes } from './stats-notes.ts';
import { keyColumn, statsFrame, type StatsAbout } from './stats.ts';
import type { Screen } from './tables.ts';

/** How requests were answered. `otherwise`: what to say instead of an empty table. */
export function healthTable(
  stats: Stats,
  about: StatsAbout,
  screen: Screen,
  otherwise: () => string,
): string {
  const columns = [
    ...stats.keys.map((key, i) => keyColumn(stats, key, i)),
    ...healthColumns(stats.total, ALL_HEALTH),
  ];
  const { total } = stats;
  const notes = [...dimensionNotes(stats), ...failureNotes(total), ...flagNotes(total), healthNote(total)];
  return statsFrame('📊 Health', stats, { ...about, columns, notes }, screen, otherwise);
}

/** `By response flag: timeout 3, upstream reset 1`; a request can have several. */
function flagNotes(total: Row): string[] {
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
