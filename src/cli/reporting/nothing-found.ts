import { cleanLine } from '../../platform/clean-text.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import type { Sessions } from '../../store/index/index.ts';

/** Shown instead of a table if the store has no sessions. */
export const EMPTY_STORE =
  'no sessions yet\nRead a log into this store with: monitor parse --log-path /var/log/higress/access.log';

/** Shown instead of a table of a period without rounds. `filter`: what was asked for, in words. */
export function nothingFound(
  sessions: Pick<Sessions, 'size' | 'values'>,
  local: LocalTime,
  filter: readonly string[] = [],
): string {
  if (sessions.size === 0) return EMPTY_STORE;
  if (filter.length > 0)
    return `no rounds of ${filter.map(cleanLine).join(' and ')} in this period\nList models and consumers with stats-model and stats-consumer.`;
  let latest = 0;
  for (const { updated } of sessions.values()) latest = Math.max(latest, updated);
  const date = local.isoOf(latest).slice(0, 10);
  return `no rounds in this period; the last was on ${date}\nUse --since ${date} to include it.`;
}
