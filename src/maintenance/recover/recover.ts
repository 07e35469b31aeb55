import { keeperOf } from '../../ingest/settings/field-keeper.ts';
import { coverageOf } from '../../store/state.ts';
import { join } from 'node:path';
import type { Files } from '../../platform/files.ts';
import { latestEntryOf, priceRound, type PriceBook } from '../../pricing/price-book.ts';
import type { Resolution } from '../../pricing/resolve.ts';
import { moneyOfRound } from '../../pricing/round-money.ts';
import { nameSessionFile } from '../../store/names.ts';
import {
  isImported,
  isLog,
  type ClosedLog,
  type ImportedLog,
  type LinePosition,
} from '../../model/log-position.ts';
import type { PruneMarks } from '../../model/session-entry.ts';
import { BUCKET_MS, type UsageCell } from '../../model/usage-cell.ts';
import type { Store } from '../../store/store.ts';
import type { RepairPlan } from '../repair/repair-plan.ts';
import type { LostRounds } from '../../model/lost-rounds.ts';
import { plural } from '../../platform/count-text.ts';
import { loss, type Loss } from '../repair/repair-problem.ts';
import { redactorOf } from '../../ingest/settings/store-redactor.ts';
import { findLost, type FoundRound, type FoundSession, type Wanted } from './find-lost.ts';
import { findKnownFiles } from './known-files.ts';
import { putBack } from './put-back.ts';
import { importedSource, sourcesOf, type Source } from './sources.ts';
import { waitingSources } from './waiting-sources.ts';

export interface RecoverOptions {
  /** Where else logs may be, in addition to the paths at which they were read. */
  logPaths?: readonly string[];
  /** Converts a local date and time, given as if it were UTC, to a time: the time zone of the import. */
  toUtc?: (localMs: number) => number;
  /** Milliseconds since 1970 UTC. */
  now?: number;
  /** Today's price of a model that is not in the price book. */
  resolve?: (model: string) => Promise<Resolution | undefined>;
}

/** The missing rounds of a plan that the logs still have. The caller must close it. */
export interface Recovery {
  rounds: number;
  /** Sessions of which nothing else is left. */
  newSessions: number;
  /** Rounds that do not add up to the index's counts, because an older version read them by other rules. */
  differing: number;
  /** Rounds at today's prices, because the price book has none for them. */
  pricedToday: number;
  /** Files that could not be examined, and why. */
  unseen: string[];
  /** Writes the rounds into files that nothing refers to yet, and adds them to the plan's index. */
  apply: () => Promise<void>;
  close: () => void;
}

const NOTHING: Recovery = {
  rounds: 0,
  newSessions: 0,
  differing: 0,
  pricedToday: 0,
  unseen: [],
  apply: () => Promise.resolve(),
  close: () => undefined,
};

/** Looks for the plan's missing rounds in the logs that still exist, and adds the result to the plan's problems. */
export async function recover(
  files: Files,
  store: Store,
  plan: RepairPlan,
  options: RecoverOptions = {},
): Promise<Recovery> {
  const lacking = new Map(plan.losses.map(({ id, lacking: cells }) => [id, cells ?? []]));
  // Without an index, this is the only record of a session whose file is gone.
  if (plan.isIndexed && [...lacking.values()].every((cells) => cells.length === 0)) return NOTHING;
  const { renewal, removed } = plan;
  const logs = [...renewal.index.closed.values(), ...renewal.state.logs];
  const imports = logs.filter(isImported);
  const known = await findKnownFiles(files, logs.filter(isLog), options.logPaths ?? []);
  try {
    const imported = importedSources(files, imports, options.toUtc ?? ((ms) => ms));
    const logged = sourcesOf(known.found, imported);
    const there = new Set(logged.map(({ id }) => id));
    const waiting = waitingSources(files, store.dir, there);
    const sources = [...logged, ...waiting].toSorted((a, b) => a.id - b.id);
    // Without an index it is unknown which lines were not stored because they had been imported.
    const sessions = new Set(plan.isIndexed ? [] : imports.map(({ imported: { session } }) => session));
    const importIds = new Set(imports.map(({ id }) => id));
    let passedOver = 0;
    const mayBeImported = ([id]: LinePosition, session: string): boolean => {
      const isPassed = sessions.has(session) && !importIds.has(id);
      if (isPassed) passedOver++;
      return isPassed;
    };
    const redactor = await redactorOf(store.filters);
    const wanted: Wanted = {
      lacking: plan.isIndexed ? lacking : undefined,
      removed: (id) => (removed.get(id) ?? []).flatMap(({ usage }) => usage),
      isLost: (at, session) =>
        plan.isCommitted(at) && !plan.kept.get(at[0])?.has(at[1]) && !mayBeImported(at, session),
      filters: store.filters,
      redactor,
      keeper: keeperOf(store, coverageOf(renewal.state), redactor),
      costOf: (round) => costOf(plan.counting.book, round),
    };
    const found = await findLost(sources, wanted);
    const pricedToday = await price(plan.counting.book, found, options.resolve);
    sayFound(
      plan,
      store.dir,
      found,
      logs.filter(({ id }) => !there.has(id)),
    );
    return {
      rounds: sumOf(found, () => true),
      newSessions: [...found.keys()].filter((id) => !renewal.index.sessions.has(id)).length,
      differing: sumOf(found, ({ isExact }) => !isExact),
      pricedToday,
      unseen: passedOver === 0 ? known.unseen : [...known.unseen, passedText(passedOver)],
      async apply() {
        const { rewrites, setAside } = renewal;
        const { sessions } = renewal.index;
        const lost = new Map(plan.losses.map((one) => [one.id, one.marks]));
        const marks = (id: string): PruneMarks => lost.get(id) ?? {};
        const { counting } = plan;
        const into = { files, store, counting, sessions, rewrites, setAside, removed, marks, wanted };
        renewal.written = await putBack(into, sources, found);
        renewal.prices = plan.counting.book.added.splice(0);
      },
      close: known.close,
    };
  } catch (error) {
    known.close();
    throw error;
  }
}

function passedText(lines: number): string {
  return `${plural(lines, 'line')} of imported sessions: without an index it is not known which of them were imported before`;
}

/** The cost of a round in its index cell, in units of 10⁻¹⁸ of its currency. */
function costOf(book: PriceBook, round: FoundRound): bigint {
  const { model, at, price = 'unpriced', usage, flags } = round;
  const timestamp = new Date(round.time).toISOString();
  return moneyOfRound(book, { round: 0, model, timestamp, at, price, flags }, usage).cost ?? 0n;
}

function sumOf(
  found: ReadonlyMap<string, FoundSession>,
  isMeant: (session: FoundSession) => boolean,
): number {
  return [...found.values()].reduce((sum, one) => sum + (isMeant(one) ? one.rounds.length : 0), 0);
}

/** If a file was imported again after it had grown, its first rounds belong to the earlier import. */
function importedSources(
  files: Files,
  imports: readonly ImportedLog[],
  toUtc: (localMs: number) => number,
): Source[] {
  return imports.flatMap((log) => {
    const earlier = imports.filter(
      ({ id, imported }) => id < log.id && imported.session === log.imported.session,
    );
    const begun = Math.max(0, ...earlier.map(({ offset }) => offset));
    return importedSource(files, log, begun, toUtc) ?? [];
  });
}

/**
 * Prices the rounds whose price is in no index: with their model's last entry in the price book, or else today's price.
 * Returns the number of rounds at today's price.
 */
async function price(
  book: PriceBook,
  found: ReadonlyMap<string, FoundSession>,
  resolve: RecoverOptions['resolve'],
): Promise<number> {
  let today = 0;
  for (const round of [...found.values()].flatMap(({ rounds }) => rounds)) {
    if (round.price !== undefined) continue;
    const { model, usageState: state, time: atMs } = round;
    const known = latestEntryOf(book, model);
    const resolution = known ?? (state === 'counted' ? await resolve?.(model) : undefined);
    round.price = priceRound(book, { model, state, atMs }, resolution);
    if (!known && state === 'counted' && round.price !== 'unpriced') today++;
  }
  return today;
}

/** Adds to the plan's problems what is read again, and what is lost for good with its times and sources. */
function sayFound(
  plan: RepairPlan,
  dir: string,
  found: ReadonlyMap<string, FoundSession>,
  gone: readonly ClosedLog[],
): void {
  for (const one of plan.losses) {
    const { id, problem, kept, lacking } = one;
    const { rounds, left } = found.get(id) ?? { rounds: [], left: lacking ?? [] };
    const lost = Math.max(0, problem.lostRounds - rounds.length);
    const isKnown = lacking !== undefined || one.updated !== undefined;
    Object.assign(problem, loss(kept, lost, isKnown, rounds.length));
    if (lost > 0) problem.lost = lostOf(one, left, gone);
  }
  const said = new Set(plan.losses.map(({ id }) => id));
  for (const [id, { rounds }] of found) {
    if (said.has(id)) continue;
    const entry = plan.renewal.index.sessions.get(id);
    const kept = entry ? entry.rounds - (entry.pruned_rounds ?? 0) : 0;
    const file = join(dir, entry?.file ?? nameSessionFile(id, () => false));
    const problem = entry ? 'lacks rounds that were counted' : 'is missing';
    plan.problems.push({ file, session: id, problem, ...loss(kept, 0, true, rounds.length) });
  }
}

function lostOf(
  { id, created, updated }: Loss,
  left: readonly UsageCell[],
  gone: readonly ClosedLog[],
): LostRounds {
  const sum = (key: 'input' | 'output' | 'rounds', cells = left): number =>
    cells.reduce((all, cell) => all + cell[key], 0);
  const buckets = left.map(({ bucket }) => bucket);
  const first = buckets.reduce((a, b) => Math.min(a, b), Infinity) * BUCKET_MS;
  const last = buckets.reduce((a, b) => Math.max(a, b), -Infinity) * BUCKET_MS + BUCKET_MS - 1;
  const from = buckets.length > 0 ? Math.max(created ?? first, first) : (created ?? null);
  const to = buckets.length > 0 ? Math.min(updated ?? last, last) : (updated ?? null);
  const logs = gone.filter((log) =>
    isImported(log) ? log.imported.session === id : !((log.closed ?? Infinity) < (from ?? 0)),
  );
  return {
    from,
    to,
    input: sum('input'),
    output: sum('output'),
    costs: costsOf(left),
    unpriced: sum(
      'rounds',
      left.filter(({ price: one }) => one === 'unpriced' || one === 'no-usage'),
    ),
    logs: [...new Set(logs.map(({ path }) => path))],
  };
}

/** By currency; only rounds that cost something. */
function costsOf(cells: readonly UsageCell[]): Map<string, bigint> {
  const costs = new Map<string, bigint>();
  for (const { currency, cost } of cells)
    if (cost !== 0n) costs.set(currency, (costs.get(currency) ?? 0n) + cost);
  return costs;
}
