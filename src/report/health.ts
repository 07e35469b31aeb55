import { failureNotes } from '../query/failure-text.ts';
import type { Stats } from '../query/grouping.ts';
import { flagNotes, healthNote } from '../query/health-text.ts';
import { ALL_HEALTH, healthColumns } from './health-columns.ts';
import { dimensionNotes } from './stats-notes.ts';
import { keyColumn, statsFrame, type StatsAbout } from './stats.ts';
import type { Screen } from './tables.ts';

/** How requests were answered. `otherwise`: what to say instead of an empty table. */
export function healthTable(
  stats: Stats,
  about: StatsAbout,
  screen: Screen,
  otherwise: () => string,
): string {
  const { texts } = screen;
  const columns = [
    ...stats.keys.map((key, i) => keyColumn(stats, key, i, texts)),
    ...healthColumns(stats.total, ALL_HEALTH, texts.health),
  ];
  const { total } = stats;
  const notes = [
    ...dimensionNotes(stats, texts.stats),
    ...failureNotes(total, texts.failures),
    ...flagNotes(total, texts),
    healthNote(total, texts.health),
  ];
  return statsFrame(texts.stats.health, stats, { ...about, columns, notes }, screen, otherwise);
}
