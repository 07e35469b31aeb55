import { isBefore, type IndexCoverage } from '../../model/index-coverage.ts';
import { InputOutputError, isSystemError, UsageError } from '../../platform/errors.ts';
import { fullerTools, withoutTools } from '../../model/tool-counts.ts';
import type { Files } from '../../platform/files.ts';
import { takeLock } from '../../platform/lock.ts';
import { parsePriceBook } from '../../pricing/price-book.ts';
import { CountingRules } from '../../session-format/round-cells.ts';
import { ToolTally } from '../../session-format/tool-tally.ts';
import { StoredIndex } from '../../store/index/index.ts';
import { pricesPath } from '../../store/price-files.ts';
import { readPruned } from '../../store/pruned-file.ts';
import { readPriceLines } from '../../store/read.ts';
import { replaceIndex } from '../../store/reindex.ts';
import { coverageOf, readState, type State } from '../../store/state.ts';
import { lockPath, openStore, type Store } from '../../store/store.ts';
import { MOST_DIMENSIONS } from '../../ingest/settings/kept-settings.ts';
import type { Counting } from '../read-session.ts';
import { usageFromRounds } from '../session-usage.ts';

/** Dimensions to add, and to remove. */
export interface ReindexRequest {
  dimensions?: readonly string[] | undefined;
  without?: readonly string[] | undefined;
}

export interface ReindexResult {
  sessions: number;
  /** Rounds that were counted again. */
  rounds: number;
  /** Of these, how many were stored before attributes and access-log fields were kept. */
  unkeptRounds: number;
  /** Rounds of which only sums are left. They are counted as before. */
  prunedRounds: number;
  dimensions: string[];
}

/**
 * Counts all stored rounds again, so that dimensions that were added later, and counts that older builds did not make,
 * cover them too. Throws InputOutputError, UsageError and BusyError; then nothing has changed.
 */
export function reindexStore(files: Files, dir: string, request: ReindexRequest): ReindexResult {
  const store = openStore(files, dir);
  const release = takeLock(lockPath(dir), `the store ${dir}`);
  try {
    return reindex(files, store, request);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new InputOutputError(`${error.message} (the store is ${dir}). Nothing was changed`, {
      cause: error,
    });
  } finally {
    release();
  }
}

function reindex(files: Files, store: Store, request: ReindexRequest): ReindexResult {
  const { dir } = store;
  const state = readState(files, store.statePath, store.id);
  const coverage = newCoverage(coverageOf(state), request);
  const index = new StoredIndex(files, dir, state);
  try {
    const result = { sessions: 0, rounds: 0, unkeptRounds: 0, prunedRounds: 0 };
    const counting = { book: bookOf(files, dir, state), rules: new CountingRules(coverage) };
    const sessions = {
      ...index.sessions,
      values: () => recounted(files, dir, index, state, counting, result),
    };
    replaceIndex(files, store, state, { closed: index.closed, sessions }, coverage);
    return { ...result, dimensions: coverage.dimensions.map(({ name }) => name) };
  } finally {
    index.close();
  }
}

function newCoverage(
  { kept_from, dimensions }: IndexCoverage,
  { dimensions: added = [], without = [] }: ReindexRequest,
): IndexCoverage {
  const known = dimensions.map(({ name }) => name);
  const unknown = without.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const names = known.length === 0 ? 'none' : known.join(', ');
    throw new UsageError(`--without ${unknown}: the store does not count by it. Its dimensions: ${names}`);
  }
  const names = [...new Set([...known, ...added])].filter((name) => !without.includes(name));
  if (names.length > MOST_DIMENSIONS)
    throw new UsageError(`a store counts by at most ${MOST_DIMENSIONS} dimensions, not by ${names.length}`);
  return { kept_from, counted_from: null, dimensions: names.map((name) => ({ name, from: null })) };
}

function bookOf(files: Files, dir: string, state: State): Counting['book'] {
  return parsePriceBook(readPriceLines(files, dir, state), pricesPath(dir, state.prices.generation));
}

/** The entries with their usage counted again, one by one. */
function* recounted(
  files: Files,
  dir: string,
  { sessions }: StoredIndex,
  state: State,
  counting: Counting,
  result: Omit<ReindexResult, 'dimensions'>,
): ReturnType<StoredIndex['sessions']['values']> & Generator {
  const removed = readPruned(files, dir, state);
  const isUnkept = isBefore(coverageOf(state).kept_from);
  for (const entry of sessions.values()) {
    const parts = removed.get(entry.id) ?? [];
    const tools = ToolTally.after(parts);
    const usage = usageFromRounds(files, dir, entry, counting, parts, (round, { line, texts }) => {
      tools.addStored(round, line, texts);
      result.rounds++;
      if (isUnkept(round.at)) result.unkeptRounds++;
    });
    result.sessions++;
    result.prunedRounds += entry.pruned_rounds ?? 0;
    yield { ...withoutTools(entry), ...fullerTools(entry, tools.counts), usage };
  }
}
