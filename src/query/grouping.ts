import {
  compareCosts,
  compareText,
  groupShared,
  groupUsage,
  tokensOf,
  type BucketRange,
  type Row,
} from './aggregate.ts';
import { addCosts, noCosts, type CostSums } from './costs.ts';
import type { LocalTime } from './time-zone.ts';
import type { StoredSessions } from '../store/index/index.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import type { GroupKey } from './group-keys.ts';

/** One row: a name for each key, and what was used under these names. `''` where the log named none. */
export interface Group {
  names: readonly string[];
  row: Row;
}

export interface Stats {
  keys: readonly GroupKey[];
  /** In their order: dates ascending, everything else by what it cost, rows of one name together. */
  rows: Group[];
  /** A session counts once in it. */
  total: Row;
}

/** Which usage is meant. */
export interface UsageQuery extends UsageFilter {
  buckets: BucketRange;
  /** Whose dates. */
  local: LocalTime;
}

/** Only usage of this model, of this consumer: the whole name, in any case. */
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
  const nameOf = keys.map((key) => namer(key, query.local));
  const isMeant = usageFilter(query);
  const names = new Map<string, string[]>();
  const keyOf = (cell: UsageCell, sessionId = ''): string | null => {
    if (!isMeant(cell)) return null;
    const own = nameOf.map((name) => name(cell, sessionId));
    const id = idOf(own);
    if (!names.has(id)) names.set(id, own);
    return id;
  };
  const cube = keys.includes('session') ? undefined : sessions.sharedCells();
  const { rows, total } = cube
    ? groupShared(cube, keyOf, query.buckets)
    : groupUsage(sessions.usages(), keyOf, query.buckets);
  const groups = [...rows].map(([id, row]) => ({ names: names.get(id) ?? [], row }));
  return { keys, rows: inOrder(groups, keys), total };
}

/** Whether a cell, or a round, is one of those that are asked for. */
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

function namer(key: GroupKey, local: LocalTime): (cell: UsageCell, sessionId: string) => string {
  if (key === 'date') return (cell) => local.dateOf(cell.bucket);
  if (key === 'session') return (_cell, sessionId) => sessionId;
  return (cell) => cell[key];
}

/** One text for a list of names, which may hold anything. */
function idOf(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? '') : names.map((name) => `${name.length}:${name}`).join('');
}

/** Sums of the rows that begin with the same names. */
interface Lead extends CostSums, Pick<Row, 'cost' | 'saved' | 'rounds' | 'settledRounds'> {
  tokens: number;
}

function inOrder(groups: Group[], keys: readonly GroupKey[]): Group[] {
  const sums = new Map<string, Lead>();
  const ranked = groups.map((group) => ({ group, leads: keys.map((_, i) => leadOf(sums, group, i)) }));
  const ordered = ranked.toSorted((a, b) => {
    for (const [i, key] of keys.entries()) {
      const [nameA = '', nameB = ''] = [a.group.names[i], b.group.names[i]];
      if (nameA === nameB) continue;
      const [leadA, leadB] = [a.leads[i], b.leads[i]];
      if (key === 'date' || !leadA || !leadB) return compareText(nameA, nameB);
      return compareCosts(leadB, leadA) || leadB.tokens - leadA.tokens || compareText(nameA, nameB);
    }
    return 0;
  });
  return ordered.map(({ group }) => group);
}

function leadOf(sums: Map<string, Lead>, { names, row }: Group, last: number): Lead {
  const id = `${last}:${idOf(names.slice(0, last + 1))}`;
  let lead = sums.get(id);
  if (lead === undefined)
    sums.set(id, (lead = { cost: 0n, saved: 0n, rounds: 0, settledRounds: 0, tokens: 0, ...noCosts() }));
  lead.cost += row.cost;
  lead.rounds += row.rounds;
  lead.settledRounds += row.settledRounds;
  addCosts(lead, row);
  lead.tokens += tokensOf(row);
  return lead;
}
