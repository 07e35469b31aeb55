import type { CounterPart } from '../../model/cell-counters.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import type { BucketRange } from '../../query/group-usage.ts';
import type { SessionsQuery } from '../../query/fetched.ts';
import type { SessionFilter } from '../../query/session-filter.ts';
import { IS_UNCOUNTED, priceOf, readSums, sumsOf } from './engine-cells.ts';
import { MS, BUCKET, inRange, likelySessions, whereOf } from './engine-query.ts';
import { rankOf, type PushedStore, type PushedTable } from './pushed-table.ts';

/** The usage of sessions, by all that a cell has a name of; with `range`, only what they used in it. */
export async function fetchUsages(
  table: PushedTable,
  stores: readonly PushedStore[],
  query: {
    filter: SessionFilter;
    range?: BucketRange;
    part: CounterPart;
    among?: string | undefined;
    only?: readonly string[] | undefined;
  },
): Promise<Map<string, UsageCell[]>> {
  const { filter, range, part, among, only = [] } = query;
  const where = [
    ...(range ? inRange(range) : []),
    ...likelySessions(filter),
    ...only,
    ...(among === undefined ? [] : [`session IN ${among}`]),
  ];
  const names = ['model', 'consumer', 'api', 'tags', 'price_state', 'currency', 'bounds'];
  const by = [
    'session',
    `${BUCKET} AS of_bucket`,
    `${rankOf(stores)} AS of_rank`,
    ...names.map((name) => `toString(${name}) AS of_${name}`),
  ];
  const keys = ['session', 'of_bucket', 'of_rank', ...names.map((name) => `of_${name}`)];
  const sql = `SELECT ${by.join(', ')}, ${sumsOf(part)} FROM ${table.counted(stores)}${whereOf(where)} GROUP BY ${keys.join(', ')}, ${IS_UNCOUNTED}`;
  const usages = new Map<string, UsageCell[]>();
  for await (const row of table.connection.rows(sql)) {
    const [id = '', bucket, rank, model = '', consumer = '', api = '', tags = '', price = '', ...rest] = row;
    const [currency = '', inexact = '', ...sums] = rest;
    const { gateway = '' } = stores[Number(rank) - 1] ?? {};
    const cell: UsageCell = {
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
    };
    const known = usages.get(id);
    if (known) known.push(cell);
    else usages.set(id, [cell]);
  }
  return usages;
}

export interface EntriesQuery extends SessionsQuery {
  /** Conditions on rows, in SQL. */
  only?: readonly string[] | undefined;
}

/** Entries that a list can show: those that overlap the period, or the first of them. */
export async function fetchEntries(
  table: PushedTable,
  stores: readonly PushedStore[],
  query: EntriesQuery,
): Promise<{ entries: Map<string, SessionEntry>; unlisted: number }> {
  const heads = new Heads(table, stores, query);
  const chosen = await heads.chosen();
  const usages = await fetchUsages(table, stores, {
    filter: query.filter,
    part: query.withTimes ? 'all' : 'failures',
    among: chosen.among,
    only: query.only,
  });
  const gateways = await gatewaysOf(table, stores);
  const entries = new Map<string, SessionEntry>();
  for await (const row of table.connection.rows(chosen.sql)) {
    const [id = '', created, updated, rounds, pruned, errors, model = '', rank] = row;
    const own = stores[Number(rank) - 1]?.gateway ?? '';
    entries.set(id, {
      id,
      ...NO_FILE,
      created: Number(created),
      updated: Number(updated),
      rounds: Number(rounds),
      model,
      title: null,
      errors: Number(errors),
      usage: usages.get(id) ?? [],
      ...(stores.length > 1 && { gateways: gateways.get(id) ?? [own] }),
      ...(Number(pruned) > 0 && { pruned_rounds: Number(pruned) }),
    });
  }
  return { entries, unlisted: chosen.unlisted };
}

/** An entry names no file: its rounds are in the engine. */
const NO_FILE = { file: '', end: 0, last: { length: 0, crc: 0 }, summary: { length: 0, crc: 0 } };

/** What entries have besides their usage. */
class Heads {
  readonly #table: PushedTable;
  readonly #stores: readonly PushedStore[];
  readonly #query: EntriesQuery;

  constructor(table: PushedTable, stores: readonly PushedStore[], query: EntriesQuery) {
    this.#table = table;
    this.#stores = stores;
    this.#query = query;
  }

  /** The query for the entries, a query for their ids if they are not all, and how many rank lower. */
  async chosen(): Promise<{ sql: string; among: string | undefined; unlisted: number }> {
    const { top, period, filter } = this.#query;
    const having = [
      ...(Number.isFinite(period?.from) ? [`max(last) >= ${period?.from}`] : []),
      ...(Number.isFinite(period?.to) ? [`min(first) < ${period?.to}`] : []),
    ];
    if (!top) {
      const isAll = having.length === 0 && likelySessions(filter).length === 0;
      return { sql: this.#sql(having), among: isAll ? undefined : this.#ids(having), unlisted: 0 };
    }
    // A session that was pruned is not listed.
    const listed = [...having, 'sum(count) > sum(pruned)'];
    const rank = RANKS[top.by];
    const [[count = '0'] = []] = await this.#table.connection.all(`SELECT count() FROM ${this.#ids(listed)}`);
    const [[least] = []] = await this.#table.connection.all(
      `SELECT ${rank} AS of_rank FROM ${this.#parts()} GROUP BY session HAVING ${listed.join(' AND ')} ORDER BY of_rank DESC LIMIT ${top.limit - 1}, 1`,
    );
    const all = least === undefined ? listed : [...listed, `${rank} >= ${least}`];
    const among = this.#ids(all);
    const [[shown = '0'] = []] = await this.#table.connection.all(`SELECT count() FROM ${among}`);
    return { sql: this.#sql(all), among, unlisted: Number(count) - Number(shown) };
  }

  #sql(having: readonly string[]): string {
    return `SELECT session, min(first), max(last), sum(count), sum(pruned), sum(errors),
      tupleElement(arraySort(groupArray((end, rank, model))) [-1], 3), min(rank)
      FROM ${this.#parts()} GROUP BY session${havingOf(having)}`;
  }

  #ids(having: readonly string[]): string {
    return `(SELECT session FROM ${this.#parts()} GROUP BY session${havingOf(having)})`;
  }

  /** Each session in each store. */
  #parts(): string {
    return `(SELECT session, ${rankOf(this.#stores)} AS rank, min(${MS}) AS first, max(${MS}) AS last,
      max(${MS} + toInt64(ifNull(duration_ms, 0))) AS end, sum(rounds) AS count, sumIf(rounds, log = 0) AS pruned,
      countIf(ifNull(status, 0) >= 400) AS errors, argMax(toString(model), round) AS model
      FROM ${this.#table.counted(this.#stores)}${whereOf([...likelySessions(this.#query.filter), ...(this.#query.only ?? [])])} GROUP BY session, rank)`;
  }
}

function havingOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` HAVING ${conditions.join(' AND ')}`;
}

const RANKS = { updated: 'max(last)', created: 'min(first)', rounds: 'sum(count)' };

/** The gateways of sessions that several stores have, also of stores all of whose rounds another one has. */
async function gatewaysOf(
  table: PushedTable,
  stores: readonly PushedStore[],
): Promise<Map<string, string[]>> {
  const gateways = new Map<string, string[]>();
  if (stores.length < 2) return gateways;
  const sql = `SELECT session, arraySort(groupUniqArray(${rankOf(stores)})) AS ranks FROM ${table.all(stores)} GROUP BY session HAVING length(ranks) > 1`;
  for await (const [id = '', ranks = '[]'] of table.connection.rows(sql)) {
    const names = ranks
      .slice(1, -1)
      .split(',')
      .map((rank) => stores[Number(rank) - 1]?.gateway ?? '');
    gateways.set(id, [...new Set(names)]);
  }
  return gateways;
}
