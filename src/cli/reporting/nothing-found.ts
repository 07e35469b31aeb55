import { cleanLine } from '../../platform/clean-text.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import type { Sessions } from '../../store/index/index.ts';
import type { Texts } from '../../texts/texts.ts';

/** Shown instead of a table of a period without rounds. `filter`: what was asked for, in words. */
export function nothingFound(
  sessions: Pick<Sessions, 'size' | 'values'>,
  local: LocalTime,
  filter: readonly string[],
  texts: Texts['nothing'],
): string {
  if (sessions.size === 0) return texts.emptyStore;
  if (filter.length > 0) return texts.ofFilter({ names: filter.map(cleanLine) });
  let latest = 0;
  for (const { updated } of sessions.values()) latest = Math.max(latest, updated);
  const date = local.isoOf(latest).slice(0, 10);
  return texts.inPeriod({ date });
}
