import type { UsageCell } from '../../model/usage-cell.ts';
import type { SharedCells } from '../../store/index/index.ts';
import { isOfSession, type GroupKey } from '../../query/group-keys.ts';
import { dimensionOf, type UsageQuery } from '../../query/grouping.ts';
import type { Dimension } from '../../query/group-usage.ts';
import { sessionFilter } from '../../query/session-filter.ts';
import { IS_UNCOUNTED, priceOf, readSums, sumsOf } from './engine-cells.ts';
import {
  BUCKET,
  filteredColumns,
  inRange,
  matchingNames,
  tagGroup,
  timeGroup,
  timeKeys,
  whereOf,
  type NameColumn,
} from './engine-query.ts';
import { rankOf, type PushedStore, type PushedTable } from './pushed-table.ts';
import { numbered } from './sql.ts';

/** Whether the engine can count the sessions of each group: it knows nothing of the parts of a session's id. */
export function isCountable(keys: readonly GroupKey[], query: UsageQuery): boolean {
  return !keys.some(isOfSession) && sessionFilter(query) === undefined;
}

/** More names than this are not sent back: the sessions are fetched instead. */
const MOST_NAMES = 20_000;

/**
 * Sums by keys, and the number of sessions of each group. Undefined if the filter means too many names for a query.
 */
export async function fetchGroups(
  table: PushedTable,
  stores: readonly PushedStore[],
  keys: readonly GroupKey[],
  query: UsageQuery,
): Promise<SharedCells | undefined> {
  const dimensions = keys.map((key) => dimensionOf(key, query));
  const groups = await groupsOf(table, stores, keys, dimensions, query);
  const range = inRange(query.buckets);
  const filtered = filteredColumns(query);
  const names = new Set<string>([...filtered, ...columnsOf(keys)]);
  const cells = await fetchCells(table, stores, { names, groups, range, query });
  const matching = new Map(
    Array.from(filtered, (column) => [column, new Set(cells.map((cell) => cell[column]))] as const),
  );
  if ([...matching.values()].some(({ size }) => size > MOST_NAMES)) return undefined;
  const where = [...range, ...matchingNames(query, matching)];
  const counts = await countSessions(table, stores, { groups, where, dimensions });
  return {
    size: cells.length,
    cells,
    parts: [],
    counted: { total: counts.total, of: (named) => counts.groups.get(groupId(named)) ?? 0 },
  };
}

/** The columns that keys are names of. */
function columnsOf(keys: readonly GroupKey[]): NameColumn[] {
  return keys.flatMap((key) => {
    if (typeof key !== 'string') return ['tags'];
    return key === 'model' || key === 'consumer' || key === 'api' ? [key] : [];
  });
}

/** What the engine groups by: an expression for each key, but one for all times together. */
async function groupsOf(
  table: PushedTable,
  stores: readonly PushedStore[],
  keys: readonly GroupKey[],
  dimensions: readonly Dimension[],
  { buckets }: UsageQuery,
): Promise<string[]> {
  const raw = table.raw(stores);
  const where = whereOf(inRange(buckets));
  const ask = async (expression: string): Promise<string[]> => {
    const rows = await table.connection.all(`SELECT DISTINCT ${expression} FROM ${raw}${where}`);
    return rows.map(([value = '']) => value);
  };
  const times = timeKeys(keys);
  const groups: string[] = [];
  if (times.length > 0) {
    const known = (await ask(BUCKET)).map(Number);
    groups.push(
      timeGroup(
        known,
        times.flatMap((i) => dimensions[i] ?? []),
      ),
    );
  }
  const tags = keys.some((key) => typeof key !== 'string') ? await ask('toString(tags)') : [];
  for (const [i, key] of keys.entries()) {
    const dimension = dimensions[i];
    if (typeof key !== 'string') groups.push(dimension ? tagGroup(tags, dimension) : 'tags');
    else if (key === 'model' || key === 'consumer' || key === 'api') groups.push(`toString(${key})`);
    else if (key === 'gateway') groups.push(gatewayOf(stores));
  }
  return groups;
}

/** The same number for stores of the same gateway. */
function gatewayOf(stores: readonly PushedStore[]): string {
  const names = [...new Set(stores.map(({ gateway }) => gateway))];
  return numbered(
    stores.map(({ gateway }, i) => [`${i + 1}`, names.indexOf(gateway) + 1]),
    rankOf(stores),
  );
}

/** A representative of each column in a group: what the names of its key are made of. */
const REPRESENTATIVE = ['any(model)', 'any(consumer)', 'any(api)', 'any(tags)'];

async function countSessions(
  table: PushedTable,
  stores: readonly PushedStore[],
  {
    groups,
    where,
    dimensions,
  }: { groups: readonly string[]; where: readonly string[]; dimensions: readonly Dimension[] },
): Promise<{ groups: Map<string, number>; total: number }> {
  const from = `FROM ${table.counted(stores)}${whereOf(where)}`;
  const counted = new Map<string, number>();
  const select = ['uniqExact(session)', `min(${BUCKET})`, `any(${rankOf(stores)})`, ...REPRESENTATIVE];
  const grouped = groups.length === 0 ? '' : ` GROUP BY ${groups.join(', ')}`;
  for await (const row of table.connection.rows(`SELECT ${select.join(', ')} ${from}${grouped}`)) {
    const [count, bucket, rank, model = '', consumer = '', api = '', tags = ''] = row;
    const { gateway = '' } = stores[Number(rank) - 1] ?? {};
    const cell = { bucket: Number(bucket), model, consumer, api, tags, gateway } as UsageCell;
    counted.set(groupId(dimensions.map((of) => of(cell, ''))), Number(count));
  }
  const [[total] = []] = await table.connection.all(`SELECT uniqExact(session) ${from}`);
  return { groups: counted, total: Number(total) };
}

function groupId(names: readonly string[]): string {
  return JSON.stringify(names);
}

async function fetchCells(
  table: PushedTable,
  stores: readonly PushedStore[],
  {
    names,
    groups,
    range,
    query,
  }: { names: ReadonlySet<string>; groups: readonly string[]; range: readonly string[]; query: UsageQuery },
): Promise<UsageCell[]> {
  const has = (name: NameColumn): boolean => names.has(name);
  const by = [
    'toString(model) AS of_model',
    has('consumer') ? 'toString(consumer) AS of_consumer' : "'' AS of_consumer",
    has('api') ? 'toString(api) AS of_api' : "'' AS of_api",
    has('tags') ? 'toString(tags) AS of_tags' : "'' AS of_tags",
    'toString(price_state) AS of_price',
    'toString(currency) AS of_currency',
    'toString(bounds) AS of_bounds',
  ];
  const others = [...groups, ...(query.withHealth ? [IS_UNCOUNTED] : [])];
  const sql = `SELECT ${by.join(', ')}, min(${BUCKET}), any(${rankOf(stores)}), ${sumsOf(query.withHealth ? 'all' : 'failures')}
    FROM ${table.counted(stores)}${whereOf(range)}
    GROUP BY of_model, of_consumer, of_api, of_tags, of_price, of_currency, of_bounds${others.map((one) => `, ${one}`).join('')}`;
  const cells: UsageCell[] = [];
  for await (const row of table.connection.rows(sql)) {
    const [
      model = '',
      consumer = '',
      api = '',
      tags = '',
      price = '',
      currency = '',
      inexact = '',
      bucket,
      rank,
      ...sums
    ] = row;
    const { gateway = '' } = stores[Number(rank) - 1] ?? {};
    cells.push({
      bucket: Number(bucket),
      model,
      consumer,
      api,
      tags,
      price: priceOf(price),
      currency,
      inexact,
      gateway,
      ...readSums(sums),
    });
  }
  return cells;
}
