import { readStoredRound } from '../ai-log/expand-rounds.ts';
import { InputOutputError, isSystemError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { takeLock } from '../platform/lock.ts';
import { enterPrice, parsePriceBook, type PriceBook } from '../pricing/price-book.ts';
import { repricingLine, type Repricing } from '../pricing/repricing.ts';
import type { Resolution } from '../pricing/resolve.ts';
import { pricesPath } from '../store/price-files.ts';
import type { Index } from '../store/index-file.ts';
import { StoredIndex } from '../store/stored-index.ts';
import { mergeCells } from '../store/usage-cells.ts';
import { readPriceLines } from '../store/read.ts';
import { readPruned, type PrunedPart } from '../store/pruned-file.ts';
import { reprice } from '../store/reprice.ts';
import { storedRounds } from '../store/session-file.ts';
import { readState, type State } from '../store/state.ts';
import { lockPath, openStore, type Store } from '../store/store.ts';
import type { SessionEntry, UsageCell } from '../store/types.ts';
import { removedRounds } from './removed-rounds.ts';
import { usageOf } from './read-session.ts';

/** What a store's rounds come to at one time. */
interface PricedSum {
  /** 10⁻¹⁸ USD. */
  cost: bigint;
  /** Rounds whose cost is known, which may be zero. */
  settledRounds: number;
  unpricedRounds: number;
}

export interface RefreshResult {
  /** Models whose rounds were resolved anew. */
  models: number;
  rounds: number;
  /** Sessions in which a round has another price now. */
  changedSessions: number;
  before: PricedSum;
  after: PricedSum;
}

/**
 * Resolves the price of every stored round anew, in one commit: a new price book, and an index with the new costs.
 * Rounds are not rewritten. Throws InputOutputError (no sound store, a full disk) and BusyError (another run).
 */
export async function refreshPrices(
  files: Files,
  dir: string,
  resolve: (model: string) => Promise<Resolution | undefined>,
): Promise<RefreshResult> {
  const store = openStore(files, dir);
  const release = takeLock(lockPath(dir), `the store ${dir}`);
  try {
    return await refresh(files, store, resolve);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `${error.message} (the store is ${dir}). The prices are what they were`;
    throw new InputOutputError(message, { cause: error });
  } finally {
    release();
  }
}

async function refresh(
  files: Files,
  store: Store,
  resolve: (model: string) => Promise<Resolution | undefined>,
): Promise<RefreshResult> {
  const { dir } = store;
  const state = readState(files, store.statePath, store.id);
  const index = new StoredIndex(files, dir, state.index);
  const path = pricesPath(dir, state.prices.generation);
  const book = parsePriceBook(readPriceLines(files, dir, state), path);
  const models = await resolveAll(index, book, resolve);
  const before = sumOf(index);
  book.repricing = repricingOf(state, index, models);
  const changed = new Map<string, SessionEntry>();
  const removed = readPruned(files, dir, state);
  for (const entry of index.sessions.values()) {
    if (!entry.usage.some((cell) => mayChange(cell, models))) continue;
    const usage = usageAnew(files, dir, entry, book, removed.get(entry.id) ?? []);
    if (pricesIn(usage) !== pricesIn(entry.usage)) changed.set(entry.id, { ...entry, usage });
  }
  const renewed = withChanged(index, changed);
  if (changed.size > 0) {
    const lines = [...book.entries.map((entry) => JSON.stringify(entry)), repricingLine(book.repricing)];
    reprice(files, store, state, renewed, lines);
  }
  const rounds = [...index.sessions.values()].reduce(
    (sum, { rounds: all, pruned_rounds: pruned = 0 }) => sum + all - pruned,
    0,
  );
  return { models: models.size, rounds, changedSessions: changed.size, before, after: sumOf(renewed) };
}

/** An index in which these entries stand in place of its own. */
function withChanged({ sessions, closed }: Index, changed: ReadonlyMap<string, SessionEntry>): Index {
  return {
    closed,
    sessions: {
      ...sessions,
      get: (id) => changed.get(id) ?? sessions.get(id),
      *values() {
        for (const entry of sessions.values()) yield changed.get(entry.id) ?? entry;
      },
    },
  };
}

/** The entry of each model that has rounds with tokens; null where no place knows a price. */
async function resolveAll(
  index: Index,
  book: PriceBook,
  resolve: (model: string) => Promise<Resolution | undefined>,
): Promise<Map<string, number | null>> {
  const models = new Map<string, number | null>();
  for (const { usage } of index.sessions.values()) {
    for (const { model, price } of usage) {
      if (models.has(model) || !isCounted(price)) continue;
      const resolution = await resolve(model);
      models.set(model, resolution ? enterPrice(book, model, resolution) : null);
    }
  }
  return models;
}

function isCounted(price: UsageCell['price']): boolean {
  return price !== 'gateway-cache' && price !== 'no-usage';
}

/** It covers all rounds of this moment: the logs stand where the state and the index say. */
function repricingOf(state: State, index: Index, models: Repricing['models']): Repricing {
  const logs = [...index.closed.values(), ...state.logs];
  const offsets = new Map(logs.map(({ id, offset }) => [id, offset]));
  return { commit: state.commit + 1, models, covers: { nextLog: state.next_log, offsets } };
}

/** Rounds that have their model's entry already, or lack a price still, keep what they have: no need to read them. */
function mayChange({ model, price }: UsageCell, models: Repricing['models']): boolean {
  if (!isCounted(price)) return false;
  const entry = models.get(model) ?? null;
  return entry === null ? price !== 'unpriced' : price !== entry;
}

/** Reads a session's rounds, one at a time, and sums what they use and cost now. */
function usageAnew(
  files: Files,
  dir: string,
  entry: SessionEntry,
  book: PriceBook,
  parts: readonly PrunedPart[],
): UsageCell[] {
  // Rounds that were pruned keep the prices that they had: only their sums are left.
  let cells: UsageCell[] = parts.flatMap(({ usage }) => usage);
  let rounds = removedRounds(parts);
  for (const line of storedRounds(files, dir, entry)) {
    cells.push(usageOf(readStoredRound(line).stored, book));
    rounds++;
    if (cells.length > MOST_CELLS) cells = mergeCells(cells);
  }
  if (rounds === entry.rounds) return mergeCells(cells);
  throw new InputOutputError(
    `the session file of ${JSON.stringify(entry.id)} in ${dir} holds ${rounds} rounds, and the index counts ${entry.rounds}. ` +
      'Nothing was changed: monitor repair says how to go on',
  );
}

const MOST_CELLS = 10_000;

/** Which rounds have which price, as text. */
function pricesIn(cells: readonly UsageCell[]): string {
  return mergeCells(cells)
    .map(({ quarter, model, consumer, api, price, rounds, cost }) =>
      JSON.stringify([quarter, model, consumer, api, price, rounds, String(cost)]),
    )
    .toSorted()
    .join('\n');
}

function sumOf(index: Index): PricedSum {
  const sum: PricedSum = { cost: 0n, settledRounds: 0, unpricedRounds: 0 };
  for (const { usage } of index.sessions.values()) {
    for (const { cost, price, rounds } of usage) {
      sum.cost += cost;
      if (price === 'unpriced') sum.unpricedRounds += rounds;
      else if (price !== 'no-usage') sum.settledRounds += rounds;
    }
  }
  return sum;
}
