import { compareCosts, compareText, tokensOf, type Row } from './aggregate.ts';
import { groupSharedCells, groupUsage, type BucketRange, type Dimension, type Group } from './group-usage.ts';
import { isOfSession, isTime, type GroupKey } from './group-keys.ts';
import { isoWeekOf } from './iso-week.ts';
import { sessionFilter } from './session-filter.ts';
import { parseSessionKey } from './session-key.ts';
import { tagReader } from './tags.ts';
import type { LocalTime } from './time-zone.ts';
import { conditionsOf, usageFilter, type UsageFilter } from './usage-filter.ts';
import type { SessionUsage } from '../model/session-entry.ts';
import { BUCKET_MS, type UsageCell } from '../model/usage-cell.ts';
import type { StoredSessions } from '../store/index/index.ts';

export interface Stats {
  keys: readonly GroupKey[];
  /** Times ascending, everything else by cost; rows with the same first names together. */
  rows: Group[];
  /** Counts each session once. */
  total: Row;
  /** Rounds that are in no row, because the store does not know whether the filter is about them. */
  undecided: number;
}

/** Selects usage. */
export interface UsageQuery extends UsageFilter {
  buckets: BucketRange;
  /** The time zone of dates, hours, weeks and months. */
  local: LocalTime;
  /** The gateway of cells that do not say it: those of a store that is read alone. */
  gateway?: string | undefined;
  /** Also sums `Row.health`. */
  withHealth?: boolean | undefined;
  /** What rows other than times are ordered by. */
  order?: 'cost' | 'rounds' | undefined;
}

/** Sums usage by one key, or by the combinations of several. */
export function groupBy(
  sessions: Pick<StoredSessions, 'usages' | 'sharedCells'>,
  keys: readonly GroupKey[],
  query: UsageQuery,
): Stats {
  const prefixes = keys.slice(1).map((_, i) => i + 1);
  const filter = new CountingFilter(query);
  const grouping = {
    by: keys.map((key) => dimensionOf(key, query)),
    range: query.buckets,
    withHealth: query.withHealth,
    ...(conditionsOf(query).length > 0 && { where: (cell: UsageCell) => filter.passes(cell) }),
    rollUps: Object.fromEntries(
      prefixes.map((length) => [length, (names: readonly string[]) => prefixId(names, length)]),
    ),
  };
  const isMeant = sessionFilter(query);
  const part = query.withHealth ? 'all' : 'failures';
  const shared = isMeant || keys.some(isOfSession) ? undefined : sessions.sharedCells(part);
  const usages = sessions.usages(part);
  const { groups, rollUps, total } = shared
    ? groupSharedCells(shared, grouping)
    : groupUsage(isMeant ? those(usages, isMeant) : usages, grouping);
  // For each group, the sums of all groups with the same first names: these stay together.
  const leads = groups.map((group) => [
    ...prefixes.map((length) => rollUps[length]?.get(prefixId(group.names, length)) ?? group.row),
    group.row,
  ]);
  return {
    keys,
    rows: inOrder(groups, leads, { keys, order: query.order }),
    total,
    undecided: filter.undecided,
  };
}

/** A filter that counts the rounds that it cannot decide. */
class CountingFilter {
  readonly #answerOf: ReturnType<typeof usageFilter>;
  undecided = 0;

  constructor(filter: UsageFilter) {
    this.#answerOf = usageFilter(filter);
  }

  passes(cell: UsageCell): boolean {
    const answer = this.#answerOf(cell);
    if (answer === undefined) this.undecided += cell.rounds;
    return answer === true;
  }
}

function* those(sessions: Iterable<SessionUsage>, isMeant: (id: string) => boolean): Generator<SessionUsage> {
  for (const session of sessions) if (isMeant(session.id)) yield session;
}

/** How a cell's name of a key is told. */
export function dimensionOf(key: GroupKey, { local, gateway: only = '' }: UsageQuery): Dimension {
  if (typeof key !== 'string') return tagReader(key);
  if (key === 'date') return (cell) => local.dateOf(cell.bucket);
  if (key === 'hour') return remembered((bucket) => hourOf(bucket, local));
  if (key === 'week') return remembered((bucket) => isoWeekOf(local.dateOf(bucket)));
  if (key === 'month') return (cell) => local.dateOf(cell.bucket).slice(0, 'YYYY-MM'.length);
  if (key === 'session') return (_cell, sessionId) => sessionId;
  if (key === 'agent' || key === 'channel') return ofSessionKey(key);
  if (key === 'gateway') return ({ gateway = only }) => gateway;
  return (cell) => cell[key];
}

/** `2026-02-01T09:00+08:00`: with the offset, since an hour comes twice when a clock is put back. */
export function hourOf(bucket: number, local: LocalTime): string {
  const time = local.isoOf(bucket * BUCKET_MS);
  return `${time.slice(0, 'YYYY-MM-DDTHH'.length)}:00${time.slice('YYYY-MM-DDTHH:MM:SS'.length)}`;
}

function remembered(nameOf: (bucket: number) => string): Dimension {
  const known = new Map<number, string>();
  return ({ bucket }) => {
    let name = known.get(bucket);
    if (name === undefined) known.set(bucket, (name = nameOf(bucket)));
    return name;
  };
}

/** Sessions come one after the other, so the last key is the only one to remember. */
function ofSessionKey(part: 'agent' | 'channel'): Dimension {
  let last: { id: string; name: string } | undefined;
  return (_cell, id) => {
    if (last?.id !== id) last = { id, name: parseSessionKey(id)?.[part] ?? '' };
    return last.name;
  };
}

/** One text for the first names of a group. Names can hold anything: each is preceded by its length. */
function prefixId(names: readonly string[], length: number): string {
  return names
    .slice(0, length)
    .map((name) => `${name.length}:${name}`)
    .join('');
}

function inOrder(
  groups: readonly Group[],
  leads: readonly (readonly Row[])[],
  { keys, order = 'cost' }: Pick<UsageQuery, 'order'> & { keys: readonly GroupKey[] },
): Group[] {
  const ranked = groups.map((group, i) => ({ group, leads: leads[i] ?? [] }));
  const compareRows = order === 'cost' ? byCostAndTokens : byRounds;
  const ordered = ranked.toSorted((a, b) => {
    for (const [i, key] of keys.entries()) {
      const [nameA = '', nameB = ''] = [a.group.names[i], b.group.names[i]];
      if (nameA === nameB) continue;
      const [leadA, leadB] = [a.leads[i], b.leads[i]];
      if (key === 'hour') return Date.parse(nameA) - Date.parse(nameB);
      if (isTime(key) || !leadA || !leadB) return compareText(nameA, nameB);
      return compareRows(leadA, leadB) || compareText(nameA, nameB);
    }
    return 0;
  });
  return ordered.map(({ group }) => group);
}

function byCostAndTokens(a: Row, b: Row): number {
  return compareCosts(b, a) || tokensOf(b) - tokensOf(a);
}

function byRounds(a: Row, b: Row): number {
  return b.rounds - a.rounds;
}
