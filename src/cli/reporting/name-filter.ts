import { cleanLine } from '../../platform/clean-text.ts';
import { clip } from '../../report/terminal.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { findNames, type NameFilter, type UnknownName } from '../../report/unknown-names.ts';
import type { StoredSessions } from '../../store/index/index.ts';
import { BUCKET_MS } from '../../model/usage-cell.ts';
import type { Context } from '../context.ts';

/** Where the names of each kind are listed. */
const LISTED_BY = {
  model: 'monitor stats-model',
  consumer: 'monitor stats-consumer',
  agent: 'monitor list',
  channel: 'monitor list',
} as const satisfies Record<keyof NameFilter, string>;

/** What is said of names that exist, where nothing was found. */
interface Period {
  /** Milliseconds since 1970 UTC; not finite: without end. */
  from: number;
  to: number;
}

/**
 * Says on stderr why a report that is limited to names is empty: a name that the store doesn't have is said always, for
 * an empty report would look like an answer; that there was nothing in the `period` is said where one is given. Returns
 * the names that the store doesn't have. To be called only where the report is empty.
 */
export function sayUnknownNames(
  context: Pick<Context, 'warn'>,
  sessions: Pick<StoredSessions, 'sharedCells' | 'usages' | 'heads' | 'size'>,
  filter: NameFilter,
  local: LocalTime,
  period?: Period,
): UnknownName[] {
  if (Object.values(filter).every((name) => name === undefined)) return [];
  const { unknown, lastAt } = findNames(sessions, filter);
  for (const name of unknown) context.warn(`monitor: ${unknownText(name, sessions.size === 0)}\n`);
  const isOutside =
    lastAt !== null && period !== undefined && (lastAt + BUCKET_MS <= period.from || lastAt >= period.to);
  if (unknown.length === 0 && isOutside) {
    const last = local.isoOf(lastAt).slice(0, 10);
    context.warn(`monitor: no round of ${wordsOf(filter)} in this period; the last one was on ${last}\n`);
  }
  return unknown;
}

/** `no model 'qwen-mx' in the store. Did you mean 'qwen-max'?` */
function unknownText({ kind, name, nearest }: UnknownName, isEmpty: boolean): string {
  const what = `no ${kind} ${quoted(name)} in the store`;
  if (isEmpty) return `${what}: it has no rounds yet`;
  if (nearest.length === 0) return `${what}. '${LISTED_BY[kind]}' lists them`;
  return `${what}. Did you mean ${nearest.map(quoted).join(' or ')}?`;
}

function wordsOf(filter: NameFilter): string {
  return Object.entries(filter)
    .flatMap(([kind, name]) => (name === undefined ? [] : [`${kind} ${quoted(String(name))}`]))
    .join(' and ');
}

function quoted(name: string): string {
  return `'${clip(cleanLine(name), 200)}'`;
}
