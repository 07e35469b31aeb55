import { cleanLine } from '../../platform/clean-text.ts';
import { clip } from '../../report/terminal.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { findNames, type NameFilter, type UnknownName } from '../../report/unknown-names.ts';
import type { StoredSessions } from '../../store/index/index.ts';
import { BUCKET_MS } from '../../model/usage-cell.ts';
import type { Context } from '../context.ts';

/** The command that lists the names of each kind. */
const LISTED_BY = {
  model: 'monitor stats-model',
  consumer: 'monitor stats-consumer',
  agent: 'monitor list',
  channel: 'monitor list',
} as const satisfies Record<keyof NameFilter, string>;

interface Period {
  /** Milliseconds since 1970 UTC; infinite: no limit. */
  from: number;
  to: number;
}

/**
 * Explains on stderr why a report for certain names is empty, and returns the names that are not in the store. Those are
 * always reported: an empty report would look like an answer. That names have no rounds in the `period` is reported if one
 * is given. Call it only if the report is empty.
 */
export function warnOfUnknownNames(
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
    context.warn(`monitor: no rounds of ${wordsOf(filter)} in this period; the last was on ${last}\n`);
  }
  return unknown;
}

/** `no model 'qwen-mx' in the store. Did you mean 'qwen-max'?` */
function unknownText({ kind, name, nearest }: UnknownName, isEmpty: boolean): string {
  const what = `no ${kind} ${quoted(name)} in the store`;
  if (isEmpty) return `${what}: it has no rounds yet`;
  if (nearest.length === 0) return `${what}. List them with '${LISTED_BY[kind]}'`;
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
