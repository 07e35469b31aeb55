import { cleanLine } from '../../platform/clean-text.ts';
import { clip } from '../../report/terminal.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { findNames, type UnknownName } from '../../report/unknown-names.ts';
import { conditionText, filterWords, type UsageFilter } from '../../query/usage-filter.ts';
import type { StoredSessions } from '../../store/index/index.ts';
import { BUCKET_MS } from '../../model/usage-cell.ts';
import type { Context } from '../context.ts';

/** The command that lists the names of a kind. */
function listedBy(kind: string): string {
  if (kind === 'model' || kind === 'consumer') return `monitor stats-${kind}`;
  if (kind === 'agent' || kind === 'channel' || kind === 'session') return 'monitor list';
  return `monitor stats-model --group-by ${cleanLine(kind)}`;
}

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
  filter: UsageFilter,
  local: LocalTime,
  period?: Period,
): UnknownName[] {
  if (filterWords(filter).length === 0) return [];
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
  const what = `no ${cleanLine(kind)} ${quoted(name)} in the store`;
  if (isEmpty) return `${what}: it has no rounds yet`;
  if (nearest.length === 0) return `${what}. List them with '${listedBy(kind)}'`;
  return `${what}. Did you mean ${nearest.map(quoted).join(' or ')}?`;
}

/** `model 'qwen-max' and department=search` */
function wordsOf({ where = [], ...names }: UsageFilter): string {
  const named = Object.entries(names).flatMap(([kind, name]) =>
    name === undefined ? [] : [`${kind} ${quoted(name)}`],
  );
  const conditions = where.map((condition) => clip(cleanLine(conditionText(condition)), 200));
  return [...named, ...conditions].join(' and ');
}

function quoted(name: string): string {
  return `'${clip(cleanLine(name), 200)}'`;
}
