import { Chalk } from 'chalk';
import { cleanLine } from '../../platform/clean-text.ts';
import { NoAnswer } from '../../platform/errors.ts';
import type { Totals } from '../../query/aggregate.ts';
import { unpricedText } from '../../report/numbers.ts';
import type { Screen } from '../../report/tables.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import type { Sessions } from '../../store/index/index.ts';
import type { Context } from '../context.ts';

/** What a table is drawn on. */
export function screenOf(context: Context): Screen {
  return { width: context.columns, colour: new Chalk({ level: context.colourLevel }) };
}

/** What a table says of a store without sessions. */
export const EMPTY_STORE =
  'no sessions yet\nmonitor parse --log-path /var/log/higress/access.log reads a log into this store.';

/** What a table of a period without rounds says: when there were some last. `filter` is what was asked for. */
export function nothingFound(
  sessions: Pick<Sessions, 'size' | 'values'>,
  local: LocalTime,
  filter: readonly string[] = [],
): string {
  if (sessions.size === 0) return EMPTY_STORE;
  if (filter.length > 0)
    return `no rounds of ${filter.map(cleanLine).join(' and ')} in this period\nstats-model and stats-consumer name those there are.`;
  let latest = 0;
  for (const { updated } of sessions.values()) latest = Math.max(latest, updated);
  const date = local.isoOf(latest).slice(0, 10);
  return `no rounds in this period; the last one was on ${date}\n--since ${date} shows it.`;
}

/** `--strict`: throws NoAnswer, behind the answer, where the sum lacks the price of a round. */
export function requirePrices(sum: Totals, strict: true | undefined): void {
  const unpriced = strict ? unpricedText(sum) : null;
  if (unpriced !== null) throw new NoAnswer(`the total lacks ${unpriced}`);
}
