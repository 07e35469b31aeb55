import { takeOver } from '../../store/take-over.ts';
import { CountingRules } from '../../session-format/round-cells.ts';
import { InputOutputError, isSystemError, UsageError } from '../../platform/errors.ts';
import { systemErrorText } from '../../platform/system-errors.ts';
import type { Files } from '../../platform/files.ts';
import { takeLock } from '../../platform/lock.ts';
import { enterPrice, parsePriceBook, type PriceBook } from '../../pricing/price-book.ts';
import { repricingLine, withRepricing, type Repricing, type TimeSpan } from '../../pricing/repricing.ts';
import type { Resolution } from '../../pricing/resolve.ts';
import { pricesPath } from '../../store/price-files.ts';
import { type Index, StoredIndex } from '../../store/index/index.ts';
import { mergeCells } from '../../model/usage-cells.ts';
import { readPriceLines } from '../../store/read.ts';
import { readPruned } from '../../store/pruned-file.ts';
import { reprice } from '../../store/reprice.ts';
import { readCurrentState } from '../../store/current-state.ts';
import { coverageOf, type State } from '../../store/state.ts';
import { lockPath, openStore, type Store } from '../../store/store.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { BUCKET_MS, type PriceRef, type UsageCell } from '../../model/usage-cell.ts';
import type { PricedSum, RefreshResult } from '../../model/refresh-result.ts';
import { CostChanges } from './cost-changes.ts';
import { usageFromRounds } from '../session-usage.ts';

/** What a refresh prices rounds by, determined under the lock. */
export interface RefreshPrices {
  resolve: (model: string) => Promise<Resolution | undefined>;
  /** Called before the first write, to save the pricing settings in the store. */
  keep?: () => void;
}

export interface RefreshRequest {
  prices: (store: Store) => Promise<RefreshPrices>;
  /** Only rounds in this period; others keep their price. Absent: all rounds. */
  span?: TimeSpan | undefined;
  /** Report what would change, and write nothing. */
  isDryRun?: boolean;
  /** Allow the cost of rounds that have one to change. Otherwise that is a UsageError, and nothing is written. */
  mayReprice: boolean;
  /** The month of a bucket (counted in buckets since 1970 UTC), as `2026-02`. Default: in UTC. */
  monthOf?: ((bucket: number) => string) | undefined;
}

/**
 * Prices stored rounds again, in one commit: a new price book, and an index with the new costs.
 * Rounds are not rewritten. Throws InputOutputError (no sound store, a full disk), BusyError (another run), UsageError.
 */
export async function refreshPrices(
  files: Files,
  dir: string,
  request: RefreshRequest,
): Promise<RefreshResult> {
  const store = openStore(files, dir);
  const release = takeLock(lockPath(dir), `the store ${dir}`);
  try {
    // Again under the lock: the store's price file may have changed meanwhile.
    return await refresh(files, openStore(files, store.dir), request);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `${systemErrorText(error)}. The prices of the store ${dir} have not changed`;
    throw new InputOutputError(message, { cause: error });
  } finally {
    release();
  }
}

async function refresh(files: Files, store: Store, request: RefreshRequest): Promise<RefreshResult> {
  const { dir } = store;
  const { span, isDryRun = false } = request;
  const { resolve, keep } = await request.prices(store);
  const stored = readCurrentState(files, store);
  const state = isDryRun ? stored : takeOver(files, store, stored);
  const index = new StoredIndex(files, dir, state);
  const path = pricesPath(dir, state.prices.generation);
  const lines = readPriceLines(files, dir, state);
  const [old, book] = [parsePriceBook(lines, path), parsePriceBook(lines, path)];
  const models = await resolveAll(index, book, span, resolve);
  const before = sumOf(index);
  book.repricings = withRepricing(old.repricings, repricingOf(state, index, models, span));
  const changed = new Map<string, SessionEntry>();
  const changes = new CostChanges(old, book, request.monthOf);
  const removed = readPruned(files, dir, state);
  const rules = new CountingRules(coverageOf(state));
  for (const entry of index.sessions.values()) {
    if (!entry.usage.some((cell) => mayChange(cell, models, span))) continue;
    const parts = removed.get(entry.id) ?? [];
    const usage = usageFromRounds(files, dir, entry, { book, rules }, parts, (round) => changes.add(round));
    if (pricesIn(usage) !== pricesIn(entry.usage)) changed.set(entry.id, { ...entry, usage });
  }
  const renewed = withChanged(index, changed);
  const after = sumOf(renewed);
  const { repricedRounds, sameCostRounds } = changes;
  if (!isDryRun) {
    if (!request.mayReprice) refuseRepricing(changes);
    keep?.();
    if (changed.size > 0) {
      const entries = book.entries.map((entry) => JSON.stringify(entry));
      reprice(files, store, state, renewed, [...entries, repricingLine(book.repricings)]);
    }
  }
  const rounds = [...index.sessions.values()].reduce(
    (sum, { rounds: all, pruned_rounds: pruned = 0 }) => sum + all - pruned,
    0,
  );
  return {
    models: models.size,
    rounds,
    changedSessions: changed.size,
    changes: changes.list(),
    repricedRounds,
    sameCostRounds,
    isDryRun,
    before,
    after,
  };
}

/** Readers expect the totals of a past month to stay the same, so changing them takes a confirmation. */
function refuseRepricing(changes: CostChanges): void {
  const { repricedRounds: rounds } = changes;
  if (rounds === 0) return;
  const { before, after } = changes.repriced();
  throw new UsageError(
    `a refresh would change the cost of ${rounds} ${rounds === 1 ? 'round that already has' : 'rounds that already have'} a price: ` +
      `from ${before} to ${after}. Nothing was changed. Use --dry-run to see what would change. Then confirm with --yes, or limit the refresh with --since and --until`,
  );
}

/** An index with these entries in place of its own. */
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

/** The price book entry of each model that has rounds with tokens in the period; null if no price is known. */
async function resolveAll(
  index: Index,
  book: PriceBook,
  span: TimeSpan | undefined,
  resolve: (model: string) => Promise<Resolution | undefined>,
): Promise<Map<string, number | null>> {
  const models = new Map<string, number | null>();
  for (const { usage } of index.sessions.values()) {
    for (const { model, price, bucket } of usage) {
      if (models.has(model) || !isCounted(price) || !touches(bucket, span)) continue;
      const resolution = await resolve(model);
      models.set(model, resolution ? enterPrice(book, model, resolution) : null);
    }
  }
  return models;
}

function isCounted(price: PriceRef): boolean {
  return price !== 'gateway-cache' && price !== 'no-usage';
}

/** A cell's time is known only to its bucket. */
function touches(bucket: number, span: TimeSpan | undefined): boolean {
  return !span || (bucket * BUCKET_MS < span.to && (bucket + 1) * BUCKET_MS > span.from);
}

/** Covers all rounds stored so far: the log positions are those of the state and the index. */
function repricingOf(
  state: State,
  index: Index,
  models: Repricing['models'],
  span: TimeSpan | undefined,
): Repricing {
  const logs = [...index.closed.values(), ...state.logs];
  const offsets = new Map(logs.map(({ id, offset }) => [id, offset]));
  const covers = { nextLog: state.next_log, offsets };
  return { commit: state.commit + 1, models, covers, ...(span && { span }) };
}

/** Rounds that already have their model's entry, or still have no price, do not change, so they are not read. */
function mayChange(
  { model, price, bucket }: UsageCell,
  models: Repricing['models'],
  span: TimeSpan | undefined,
): boolean {
  if (!isCounted(price) || !touches(bucket, span)) return false;
  const entry = models.get(model) ?? null;
  return entry === null ? price !== 'unpriced' : price !== entry;
}

/** Which rounds have which price, as text. */
function pricesIn(cells: readonly UsageCell[]): string {
  return mergeCells(cells)
    .map(({ bucket, model, consumer, api, price, rounds, cost, currency, inexact }) =>
      JSON.stringify([bucket, model, consumer, api, price, rounds, String(cost), currency, inexact]),
    )
    .toSorted()
    .join('\n');
}

function sumOf(index: Index): PricedSum {
  const sum: PricedSum = { costs: new Map(), settledRounds: 0, unpricedRounds: 0 };
  for (const { usage } of index.sessions.values()) {
    for (const { cost, currency, price, rounds } of usage) {
      if (cost !== 0n) sum.costs.set(currency, (sum.costs.get(currency) ?? 0n) + cost);
      if (price === 'unpriced') sum.unpricedRounds += rounds;
      else if (price !== 'no-usage') sum.settledRounds += rounds;
    }
  }
  return sum;
}
