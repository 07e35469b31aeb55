import { compareCosts, compareText, tokensOf, type Row } from './aggregate.ts';
import { groupSharedCells, groupUsage, type BucketRange, type Dimension, type Group } from './group-usage.ts';
import type { LocalTime } from './time-zone.ts';
import type { StoredSessions } from '../store/index/index.ts';
import type { GroupKey } from './group-keys.ts';

export interface Stats {
  keys: readonly GroupKey[];
  /** Dates ascending, everything else by cost; rows with the same first names together. */
  rows: Group[];
  /** Counts each session once. */
  total: Row;
}

/** Selects usage. */
export interface UsageQuery extends UsageFilter {
  buckets: BucketRange;
  /** The time zone of dates. */
  local: LocalTime;
}

/** Only usage of this model and this consumer: whole names, case-insensitive. */
export interface UsageFilter {
  model?: string;
  consumer?: string;
}

/** Sums usage by one key, or by the combinations of several. */
export function groupBy(
  sessions: Pick<StoredSessions, 'usages' | 'sharedCells'>,
  keys: readonly GroupKey[],
  query: UsageQuery,
): Stats {
  const prefixes = keys.slice(1).map((_, i) => i + 1);
  const grouping = {
    by: keys.map((key) => dimensionOf(key, query.local)),
    range: query.buckets,
    where: usageFilter(query),
    rollUps: Object.fromEntries(
      prefixes.map((length) => [length, (names: readonly string[]) => prefixId(names, length)]),
    ),
  };
  const shared = keys.includes('session') ? undefined : sessions.sharedCells();
  const { groups, rollUps, total } = shared
    ? groupSharedCells(shared, grouping)
    : groupUsage(sessions.usages(), grouping);
  // For each group, the sums of all groups with the same first names: these stay together.
  const leads = groups.map((group) => [
    ...prefixes.map((length) => rollUps[length]?.get(prefixId(group.names, length)) ?? group.row),
    group.row,
  ]);
  return { keys, rows: inOrder(groups, leads, keys), total };
}

/** Whether a cell or a round matches a filter. */
export function usageFilter(filter: UsageFilter): (usage: { model: string; consumer: string }) => boolean {
  const isModel = nameFilter(filter.model);
  const isConsumer = nameFilter(filter.consumer);
  return ({ model, consumer }) => isModel(model) && isConsumer(consumer);
}

function nameFilter(wanted: string | undefined): (name: string) => boolean {
  if (wanted === undefined) return () => true;
  const lower = wanted.toLowerCase();
  const known = new Map<string, boolean>();
  return (name) => {
    let isWanted = known.get(name);
    if (isWanted === undefined) known.set(name, (isWanted = name.toLowerCase() === lower));
    return isWanted;
  };
}

function dimensionOf(key: GroupKey, local: LocalTime): Dimension {
  if (key === 'date') return (cell) => local.dateOf(cell.bucket);
  if (key === 'session') return (_cell, sessionId) => sessionId;
  return (cell) => cell[key];
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
  keys: readonly GroupKey[],
): Group[] {
  const ranked = groups.map((group, i) => ({ group, leads: leads[i] ?? [] }));
  const ordered = ranked.toSorted((a, b) => {
    for (const [i, key] of keys.entries()) {
      const [nameA = '', nameB = ''] = [a.group.names[i], b.group.names[i]];
      if (nameA === nameB) continue;
      const [leadA, leadB] = [a.leads[i], b.leads[i]];
      if (key === 'date' || !leadA || !leadB) return compareText(nameA, nameB);
      return compareCosts(leadB, leadA) || tokensOf(leadB) - tokensOf(leadA) || compareText(nameA, nameB);
    }
    return 0;
  });
  return ordered.map(({ group }) => group);
}
