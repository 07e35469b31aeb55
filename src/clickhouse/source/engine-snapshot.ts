import type { SessionEntry } from '../../model/session-entry.ts';
import type { IndexCoverage, StoreMoment } from '../../model/index-coverage.ts';
import { BusyError, UsageError } from '../../platform/errors.ts';
import { readTags } from '../../session-format/round-cells.ts';
import type { StoredSessions } from '../../store/index/index.ts';
import { newState } from '../../store/state.ts';
import type { FetchingSnapshot, Need, SessionsQuery } from '../../query/fetched.ts';
import { findSession } from '../../query/find-session.ts';
import { parseSessionKey } from '../../query/session-key.ts';
import { TIER } from '../../query/group-keys.ts';
import { conditionsOf, type UsageFilter } from '../../query/usage-filter.ts';
import { sessionFilter } from '../../query/session-filter.ts';
import { FetchedSessions } from './fetched-sessions.ts';
import { fetchGroups, isCountable } from './fetch-groups.ts';
import { fetchEntries, fetchUsages } from './fetch-sessions.ts';
import { fetchTalks, fetchTold, withContent } from './fetch-talk.ts';
import { quoted } from './sql.ts';
import { IS_UNCOUNTED } from './engine-cells.ts';
import type { PushedStore, PushedTable } from './pushed-table.ts';

const NO_ENTRIES: ReadonlyMap<string, SessionEntry> = new Map();

/** A push can change the table between two queries of a report, but not this many times in a row. */
const TRIES = 5;

/** The stores of a table, as one: reports fetch what they need of it. */
export async function engineSnapshot(
  table: PushedTable,
  stores: readonly PushedStore[],
): Promise<FetchingSnapshot> {
  const { shown } = table.address;
  const coverage = await coverageOf(table, stores);
  const refuse = (): never => {
    throw new UsageError(
      `${shown} has no rounds as they were stored: ask the stores themselves, with --data-dir instead of --source`,
    );
  };
  return {
    dir: shown,
    dirs: [],
    gateways: [...new Set(stores.map(({ gateway }) => gateway))],
    sessions: new FetchedSessions(0, NO_ENTRIES),
    priceLines: [],
    noContent: false,
    state: { ...newState(''), coverage },
    closed: new Map(),
    rounds: () => ({ [Symbol.iterator]: refuse }),
    blocks: refuse,
    removed: () => new Map(),
    gatewayOf: ({ gateway = '' }) => gateway,
    close() {
      void table.connection.close();
    },
    fetch: (need) => unchanged(table, () => fetchNeed(table, stores, need)),
    told: async (ids) => fetchTold(table, stores, await withContent(table, stores, ids)),
    talk: async (id) => {
      for await (const { talk } of fetchTalks(table, stores, [id])) return talk;
      return { lines: [], money: new Map() };
    },
  };
}

/** Asks again if a push came between the queries of a report: its parts would not belong together. */
async function unchanged<T>(table: PushedTable, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const before = await table.mark();
    const answer = await ask();
    if ((await table.mark()) === before) return answer;
  }
  throw new BusyError(`${table.address.shown}: rounds are pushed all the time. Ask again later`);
}

async function countOf(table: PushedTable, stores: readonly PushedStore[]): Promise<number> {
  const [[size] = []] = await table.connection.all(`SELECT uniqExact(session) FROM ${table.all(stores)}`);
  return Number(size);
}

/** No round is before null, and every round before this moment. */
const SOME_BEFORE: StoreMoment = { next_log: 0, logs: [] };

/** The dimensions that rounds have values of, and whether all rounds have counters. */
async function coverageOf(table: PushedTable, stores: readonly PushedStore[]): Promise<IndexCoverage> {
  const rows = await table.connection.all(
    `SELECT toString(tags) AS of_tags, max(${IS_UNCOUNTED}) FROM ${table.all(stores)} GROUP BY of_tags`,
  );
  const named = rows.map(([text = '']) => Object.keys(readTags(text)).filter((name) => name !== TIER.tag));
  const names = [...new Set(named.flat())].toSorted();
  return {
    kept_from: null,
    counted_from: rows.some(([, uncounted]) => uncounted === '1') ? SOME_BEFORE : null,
    dimensions: names.map((name) => ({
      name,
      from: named.every((has) => has.includes(name)) ? null : SOME_BEFORE,
    })),
  };
}

async function fetchNeed(
  table: PushedTable,
  stores: readonly PushedStore[],
  need: Need,
): Promise<StoredSessions> {
  if (need.of === 'groups') return await fetchSums(table, stores, need);
  if (need.of === 'sessions') return await fetchList(table, stores, need.query);
  if (need.of === 'session') return await fetchFamily(table, stores, need.wanted);
  return await fetchNames(table, stores, need.filter);
}

async function fetchSums(
  table: PushedTable,
  stores: readonly PushedStore[],
  { keys, query }: Need & { of: 'groups' },
): Promise<StoredSessions> {
  const shared = isCountable(keys, query) ? await fetchGroups(table, stores, keys, query) : undefined;
  if (shared) return new FetchedSessions(0, NO_ENTRIES, { shared });
  const part = query.withHealth ? 'all' : 'failures';
  const usages = await fetchUsages(table, stores, { filter: query, range: query.buckets, part });
  return new FetchedSessions(usages.size, entriesOf(usages));
}

async function fetchList(
  table: PushedTable,
  stores: readonly PushedStore[],
  query: SessionsQuery,
): Promise<StoredSessions> {
  const { entries, unlisted } = await fetchEntries(table, stores, query);
  if (query.withTold) {
    const told = await fetchTold(table, stores, await withContent(table, stores, undefined));
    for (const [id, entry] of entries) entries.set(id, { ...entry, ...told.get(id) });
  }
  return new FetchedSessions(entries.size + unlisted, entries, { unlisted });
}

/** All names, so that the most similar ones can be named. */
async function fetchNames(
  table: PushedTable,
  stores: readonly PushedStore[],
  filter: UsageFilter,
): Promise<StoredSessions> {
  const size = await countOf(table, stores);
  const top = sessionFilter(filter) ? undefined : ({ by: 'updated', limit: 1 } as const);
  const { entries } = await fetchEntries(table, stores, { filter: {}, top });
  if (conditionsOf(filter).length === 0) return new FetchedSessions(size, entries);
  const usages = await fetchUsages(table, stores, { filter: {}, part: 'failures' });
  const cells = [...usages.values()].flat();
  return new FetchedSessions(size, entries, { shared: { size: cells.length, cells, parts: [] } });
}

async function fetchFamily(
  table: PushedTable,
  stores: readonly PushedStore[],
  wanted: string,
): Promise<StoredSessions> {
  const has = `SELECT count() FROM ${table.all(stores)} WHERE session = ${quoted(wanted)}`;
  const [[count] = []] = await table.connection.all(has);
  let id = wanted;
  if (count === '0') {
    const ids = await table.connection.all(`SELECT DISTINCT session FROM ${table.all(stores)}`);
    const all = new FetchedSessions(ids.length, entriesOf(new Map(ids.map(([one = '']) => [one, []]))));
    const found = findSession(all, wanted);
    if (found.kind !== 'found') return all;
    id = found.session.id;
  }
  const parent = parseSessionKey(id)?.parent ?? id;
  const only = [
    `(session IN (${quoted(id)}, ${quoted(parent)}) OR startsWith(session, ${quoted(`${id}:`)}))`,
  ];
  const { entries } = await fetchEntries(table, stores, { filter: {}, only });
  const told = await fetchTold(table, stores, await withContent(table, stores, [...entries.keys()]));
  for (const [one, entry] of entries) entries.set(one, { ...entry, ...told.get(one) });
  return new FetchedSessions(entries.size, entries);
}

function entriesOf(usages: ReadonlyMap<string, SessionEntry['usage']>): Map<string, SessionEntry> {
  return new Map(
    Array.from(usages, ([id, usage]) => [
      id,
      {
        id,
        file: '',
        end: 0,
        last: { length: 0, crc: 0 },
        summary: { length: 0, crc: 0 },
        created: 0,
        updated: 0,
        rounds: 0,
        model: '',
        title: null,
        errors: 0,
        usage,
      },
    ]),
  );
}
