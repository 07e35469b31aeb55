import type { SessionEntry } from '../../model/session-entry.ts';
import type { IndexCoverage, StoreMoment } from '../../model/index-coverage.ts';
import { BusyError, UsageError } from '../../platform/errors.ts';
import { readTags } from '../../session-format/round-cells.ts';
import type { StoredSessions } from '../../store/index/index.ts';
import { newState } from '../../store/state.ts';
import type { FetchingSnapshot, Need } from '../fetched.ts';
import { TIER } from '../group-keys.ts';
import { conditionsOf } from '../usage-filter.ts';
import { sessionFilter } from '../session-filter.ts';
import { FetchedSessions } from './fetched-sessions.ts';
import { fetchGroups, isCountable } from './fetch-groups.ts';
import { fetchEntries, fetchUsages } from './fetch-sessions.ts';
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
  const size = await countOf(table, stores);
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
    sessions: new FetchedSessions(size, NO_ENTRIES),
    priceLines: [],
    noContent: !table.has('fields'),
    state: { ...newState(''), coverage },
    closed: new Map(),
    rounds: () => ({ [Symbol.iterator]: refuse }),
    blocks: refuse,
    removed: () => new Map(),
    gatewayOf: ({ gateway = '' }) => gateway,
    close() {
      void table.connection.close();
    },
    fetch: (need) => unchanged(table, () => fetchNeed(table, stores, size, need)),
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
  const raw = table.raw(stores);
  const tags = await table.connection.all(`SELECT DISTINCT toString(tags) FROM ${raw}`);
  const [[uncounted] = []] = await table.connection.all(`SELECT count() FROM ${raw} WHERE ${IS_UNCOUNTED}`);
  const named = tags.map(([text = '']) => Object.keys(readTags(text)).filter((name) => name !== TIER.tag));
  const names = [...new Set(named.flat())].toSorted();
  return {
    kept_from: null,
    counted_from: uncounted === '0' ? null : SOME_BEFORE,
    dimensions: names.map((name) => ({
      name,
      from: named.every((has) => has.includes(name)) ? null : SOME_BEFORE,
    })),
  };
}

async function fetchNeed(
  table: PushedTable,
  stores: readonly PushedStore[],
  size: number,
  need: Need,
): Promise<StoredSessions> {
  if (need.of === 'groups') {
    const { keys, query } = need;
    const shared = isCountable(keys, query) ? await fetchGroups(table, stores, keys, query) : undefined;
    if (shared) return new FetchedSessions(size, NO_ENTRIES, { shared });
    const part = query.withHealth ? 'all' : 'failures';
    const usages = await fetchUsages(table, stores, { filter: query, range: query.buckets, part });
    return new FetchedSessions(size, entriesOf(usages));
  }
  if (need.of === 'sessions') {
    const { entries, unlisted } = await fetchEntries(table, stores, need.query);
    return new FetchedSessions(size, entries, { unlisted });
  }
  const { filter } = need;
  // All names are needed, so that the most similar ones can be named.
  const isOfNames = conditionsOf(filter).length > 0;
  const top = sessionFilter(filter) ? undefined : ({ by: 'updated', limit: 1 } as const);
  const { entries } = await fetchEntries(table, stores, { filter: {}, top });
  if (!isOfNames) return new FetchedSessions(size, entries);
  const usages = await fetchUsages(table, stores, { filter: {}, part: 'failures' });
  const cells = [...usages.values()].flat();
  return new FetchedSessions(size, entries, { shared: { size: cells.length, cells, parts: [] } });
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
