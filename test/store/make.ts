import { join } from 'node:path';
import { nodeFiles } from '../../src/platform/files.ts';
import { commit, type Batch, type SessionAddition } from '../../src/store/commit.ts';
import { StoredIndex } from '../../src/store/index/stored-index.ts';
import { readState, type State } from '../../src/store/state.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { createStore, NO_FILTERS, resolveStatePath, type Store } from '../../src/store/store.ts';
import { NameTable } from '../../src/store/index/name-table.ts';
import type { SessionEntry, SessionUsage } from '../../src/model/session-entry.ts';
import type { LogPosition } from '../../src/model/log-position.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import {
  SharedCellsWriter,
  decodeSharedCells,
  type SharedCells,
} from '../../src/store/index/shared-cells.ts';
import { makeFolder } from '../platform/make.ts';

/** A new store in its own folder. */
export function newStore(filters = NO_FILTERS): Store {
  const dir = join(makeFolder(), 'sessions');
  nodeFiles.makeFolder(dir);
  return createStore(nodeFiles, dir, resolveStatePath(dir, undefined), filters);
}

export const stateOf = (store: Store): State => readState(nodeFiles, store.statePath, store.id);

export const indexOf = (store: Store): StoredIndex => new StoredIndex(nodeFiles, store.dir, stateOf(store));

/** The position of a log of which only the id and the offset matter. */
export function position(id: number, offset: number): LogPosition {
  const [pattern, path] = ['*.log', `${id}.log`];
  return { id, pattern, path, size: offset, missing: 0, seen: [], offset, head: 'h', windows: [], last: 'l' };
}

/** Everything that a reader sees of the last commit. */
export function snapshotOf(store: Store): Record<string, unknown> {
  const { dir, sessions, priceLines, noContent } = readSnapshot(store.dir);
  return { dir, sessions: [...sessions.values()], priceLines, noContent };
}

export function entryOf(store: Store, id: string): SessionEntry {
  const entry = indexOf(store).sessions.get(id);
  if (!entry) throw new Error(`no session ${id}`);
  return entry;
}

export function cell(rest: Partial<UsageCell> = {}): UsageCell {
  return {
    bucket: 1_966_000,
    model: 'm',
    consumer: '',
    api: '',
    price: 1,
    rounds: 1,
    input: 100,
    output: 10,
    reasoning: 0,
    cached: 0,
    cacheWrite: 0,
    cost: 5n,
    saved: 0n,
    currency: 'USD',
    inexact: '',
    tags: '',
    counters: [],
    ...rest,
  };
}

/** The shared cells of sessions, even if they share little. */
export function sharedCellsOf(sessions: readonly Pick<SessionUsage, 'usage'>[]): SharedCells {
  const writer = new SharedCellsWriter({ most: Infinity, worth: 0 });
  for (const session of sessions) writer.add(session);
  const names = new NameTable([]);
  const bytes = writer.finish(names);
  if (!bytes) return { size: 0, cells: [], parts: sessions.map(() => []) };
  return decodeSharedCells(bytes, { names: names.names, format: 2 }, sessions.length);
}

/** One more round of a session. */
export function addition(id: string, rest: Partial<SessionAddition> = {}): SessionAddition {
  const entry = {
    id,
    file: `${id}.json`,
    created: 1,
    updated: 2,
    rounds: 1,
    model: 'm',
    title: null,
    errors: 0,
  };
  return { entry, rounds: ['{"round":1}'], summary: { messages_count: 1 }, usage: [cell()], ...rest };
}

/** One more round of a session with a long line in the index. */
export function titled(id: string, length: number): SessionAddition {
  const { entry, ...rest } = addition(id);
  return { entry: { ...entry, title: 'x'.repeat(length) }, ...rest };
}

export function batch(sessions: readonly SessionAddition[], rest: Partial<Batch> = {}): Batch {
  return { sessions, prices: [], rejected: [], logs: [], closed: [], nextLog: 1, ...rest };
}

/** Commits as a run that has just begun. */
export function commitTo(at: Store, sessions: readonly SessionAddition[], rest: Partial<Batch> = {}): State {
  return commit(nodeFiles, at, stateOf(at), indexOf(at), batch(sessions, rest));
}
