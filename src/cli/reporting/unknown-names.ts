import { cleanLine } from '../../platform/clean-text.ts';
import { clip } from '../../report/terminal.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { findNames, type UnknownName } from '../../report/unknown-names.ts';
import { conditionText, filterWords, type UsageFilter } from '../../query/usage-filter.ts';
import type { StoredSessions } from '../../store/index/index.ts';
import { BUCKET_MS } from '../../model/usage-cell.ts';
import { absent } from '../../texts/en.ts';
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
  texts = absent,
): UnknownName[] {
  if (filterWords(filter).length === 0) return [];
  const { unknown, lastAt } = findNames(sessions, filter);
  for (const name of unknown) context.warn(`monitor: ${unknownText(name, sessions.size === 0, texts)}\n`);
  const isOutside =
    lastAt !== null && period !== undefined && (lastAt + BUCKET_MS <= period.from || lastAt >= period.to);
  if (unknown.length === 0 && isOutside) {
    const date = local.isoOf(lastAt).slice(0, 10);
    context.warn(`monitor: ${texts.lastOn({ names: wordsOf(filter, texts), date })}\n`);
  }
  return unknown;
}

/** `no model 'qwen-mx' in the store. Did you mean 'qwen-max'?` */
function unknownText({ kind, name, nearest }: UnknownName, isEmpty: boolean, texts: typeof absent): string {
  const what = texts.none({ kind: kindText(kind, texts), name: quoted(name) });
  if (isEmpty) return texts.noRounds({ what });
  if (nearest.length === 0) return texts.list({ what, command: listedBy(kind) });
  return texts.similar({ what, names: nearest.map(quoted) });
}

/** The name of a dimension is not translated. */
function kindText(kind: string, { kinds }: typeof absent): string {
  return Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds] : cleanLine(kind);
}

/** `model 'qwen-max'`, `department=search` */
function wordsOf({ where = [], ...names }: UsageFilter, texts: typeof absent): string[] {
  const named = Object.entries(names).flatMap(([kind, name]) =>
    name === undefined ? [] : [`${kindText(kind, texts)} ${quoted(name)}`],
  );
  const conditions = where.map((condition) => clip(cleanLine(conditionText(condition)), 200));
  return [...named, ...conditions];
}

function quoted(name: string): string {
  return `'${clip(cleanLine(name), 200)}'`;
}
