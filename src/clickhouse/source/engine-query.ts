import { BUCKET_MS, type UsageCell } from '../../model/usage-cell.ts';
import { isTime, type GroupKey } from '../../query/group-keys.ts';
import type { BucketRange, Dimension } from '../../query/group-usage.ts';
import type { SessionFilter } from '../../query/session-filter.ts';
import { usageFilter, type Condition, conditionsOf, type UsageFilter } from '../../query/usage-filter.ts';
import { numbered, quoted } from './sql.ts';

/** The time of a row in milliseconds since 1970 UTC. */
export const MS = 'time_ms';
/** Whole blocks of so many buckets since 1970. The engine rounds towards zero, so it counts from long before. */
function blocksOf(buckets: number): string {
  return `(intDiv(${MS} + ${ERA * BUCKET_MS}, ${buckets * BUCKET_MS}) - ${ERA / buckets})`;
}

/** Earlier than any time, in buckets before 1970. */
const ERA = 96_000_000;

/** The bucket of a row. */
export const BUCKET = blocksOf(1);

/** A row whose time an old server has no DateTime for has the last one before it: see `timeText` in tsv.ts. */
const LAST_SECOND = Date.UTC(2105, 11, 31) / 1000;

/** Rows of these buckets. */
export function inRange({ from, to }: BucketRange): string[] {
  return [...bound('>=', from), ...bound('<', to)];
}

/** The table is in parts by `time`, which an old server has in seconds: with it, no other parts are read. */
function bound(sign: '>=' | '<', bucket: number): string[] {
  if (!Number.isFinite(bucket)) return [];
  const exact = `${MS} ${sign} ${bucket * BUCKET_MS}`;
  const second = (bucket * BUCKET_MS) / 1000;
  if (second <= 0 || second > LAST_SECOND) return [exact];
  return [exact, `time ${sign} toDateTime(${second}, 'UTC')`];
}

export function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** The columns of names, as cells have them. */
export type NameColumn = 'model' | 'consumer' | 'api' | 'tags';

/** The columns that a filter looks at. */
export function filteredColumns(filter: UsageFilter): Set<NameColumn> {
  return new Set(conditionsOf(filter).map(({ of }) => (typeof of === 'string' ? of : 'tags')));
}

const NO_NAMES = { model: '', consumer: '', api: '', tags: '' };

/**
 * The conditions of a filter for the engine: lists of the names that match, which the program finds out from all names
 * that there are. So both have the same idea of upper and lower case, of patterns, and of what is not known.
 */
export function matchingNames(
  filter: UsageFilter,
  names: ReadonlyMap<NameColumn, ReadonlySet<string>>,
): string[] {
  return Array.from(names, ([column, values]) => {
    const of = conditionsOf(filter).filter((condition) => columnOf(condition) === column);
    const isMatch = usageFilter({ where: of });
    const matching = [...values].filter((value) => isMatch({ ...NO_NAMES, [column]: value }) === true);
    return matching.length === 0 ? '0' : `toString(${column}) IN (${matching.map(quoted).join(',')})`;
  });
}

function columnOf({ of }: Condition): NameColumn {
  return typeof of === 'string' ? of : 'tags';
}

/** A condition that all sessions of a filter meet, and perhaps others: the program knows what upper and lower case are. */
export function likelySessions({ session, agent, channel }: SessionFilter): string[] {
  const parts = [...(session?.split('*') ?? []), agent ?? '', channel ?? '']
    .map((part) => part.toLowerCase())
    .filter((part) => part !== '' && /^[\u0001-\u007f]*$/.test(part));
  if (parts.length === 0) return [];
  const all = parts.map((part) => `position(lower(session), ${quoted(part)}) > 0`).join(' AND ');
  return [`((${all}) OR length(session) != lengthUTF8(session))`];
}

/** The number of a value's name, which is the same for all values with this name. */
function byName(values: Iterable<readonly [value: string, name: string]>, expression: string): string {
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const known = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, known);
    return known;
  };
  return numbered(
    Array.from(values, ([value, name]) => [value, numberOf(name)] as const),
    expression,
  );
}

/** Largest first: days of UTC, hours, quarters of an hour. */
const STEPS = [96, 4, 2, 1];

/**
 * An expression that is the same for buckets with the same names. Few zones have other offsets than whole hours, so it
 * mostly compares hours, or days.
 */
export function timeGroup(buckets: readonly number[], dimensions: readonly Dimension[]): string {
  const nameOf = (bucket: number): string =>
    JSON.stringify(dimensions.map((of) => of({ bucket } as UsageCell, '')));
  const names = new Map(buckets.map((bucket) => [bucket, nameOf(bucket)]));
  for (const step of STEPS) {
    const blocks = new Map<number, string>();
    let isExact = true;
    for (const [bucket, name] of names) {
      const block = Math.floor(bucket / step);
      const known = blocks.get(block);
      if (known === undefined) blocks.set(block, name);
      else if (known !== name) isExact = false;
    }
    if (isExact)
      return byName(
        Array.from(blocks, ([block, name]) => [`${block}`, name] as const),
        blocksOf(step),
      );
  }
  return BUCKET;
}

/** An expression that is the same for tags with the same value. */
export function tagGroup(tags: Iterable<string>, dimension: Dimension): string {
  return byName(
    Array.from(tags, (text) => [quoted(text), dimension({ tags: text } as UsageCell, '')] as const),
    'toString(tags)',
  );
}

/** Which keys are times. */
export function timeKeys(keys: readonly GroupKey[]): number[] {
  return keys.flatMap((key, i) => (isTime(key) ? [i] : []));
}
