import { join } from 'node:path';
import type { Files } from '../platform/files.ts';
import { appendLines, syncFiles } from './commit.ts';
import { type Index, removeIndex, writeIndexBase } from './index/index.ts';
import { lostLine, lostPath, type LostEntry } from './lost-file.ts';
import { appendPrices, removeOtherPrices } from './price-files.ts';
import { replaceSummary } from './session-file.ts';
import { copyRounds } from './session-lines.ts';
import { coverageOf, lostRoundsOf, withCoverage, writeState, type State } from './state.ts';
import type { Store } from './store.ts';
import type { SessionEntry } from '../model/session-entry.ts';

/** A session whose file is damaged, in its rounds or after them. */
export interface SessionRewrite {
  /** The session's entry in the index; receives its new end and checksums. */
  entry: SessionEntry;
  summary: Readonly<Record<string, unknown>>;
  /** A damaged file whose first rounds are copied into the entry's file; undefined: only the summary is written. */
  from?: string;
}

/** Everything that a repair writes. */
export interface Renewal {
  rewrites: readonly SessionRewrite[];
  index: Index;
  /** The new state, with an index generation that no file has. */
  state: State;
  /** Damaged files, which are renamed to `.damaged-…`, and index files that nothing refers to any more. */
  setAside: readonly string[];
  stale: readonly number[];
  /** New lines of the price book, and files already written but not synced: nothing names them yet. */
  prices: readonly string[];
  written: readonly string[];
  /** Rounds lost for good. */
  lost: readonly LostEntry[];
}

/**
 * Publishes a repaired store atomically, like a commit: what is new is on disk before the state is renamed, and no byte
 * of a round is overwritten. A crash before the rename leaves the store as it was.
 */
export function recommit(files: Files, store: Store, renewal: Renewal): void {
  const { dir } = store;
  const { rewrites, index, state } = renewal;
  for (const { entry, summary, from } of rewrites) {
    if (from === undefined) entry.summary = replaceSummary(files, dir, entry, summary);
    else {
      const rounds = entry.rounds - (entry.pruned_rounds ?? 0);
      Object.assign(entry, copyRounds(files, dir, from, { ...entry, rounds }, summary));
    }
  }
  const paths = [...rewrites.map(({ entry }) => join(dir, entry.file)), ...renewal.written];
  syncFiles(files, dir, paths, renewal.written.length > 0 || rewrites.some(({ from }) => from !== undefined));
  const { prices } = state;
  const book = appendPrices(files, dir, prices, renewal.prices);
  const lostLines = renewal.lost.map((entry) => lostLine(entry, state.commit));
  const lostEnd = appendLines(files, lostPath(dir), state.lost?.length ?? 0, lostLines);
  const lostRounds = renewal.lost.reduce((sum, { rounds }) => sum + rounds, lostRoundsOf(state));
  const { generation } = state.index;
  const { commit, logs, next_log } = state;
  const coverage = coverageOf(state);
  const base = writeIndexBase(files, dir, generation, index, { commit, logs, next_log, coverage });
  writeState(files, store.statePath, {
    ...withCoverage(state, coverage),
    index: { generation, base, length: 0 },
    rewritten: generation,
    prices: book,
    ...(lostEnd > 0 && { lost: { length: lostEnd, rounds: lostRounds } }),
  });
  for (const name of renewal.setAside) files.rename(join(dir, name), join(dir, damagedName(name)));
  for (const generation of renewal.stale) removeIndex(files, dir, generation);
  removeOtherPrices(files, dir, state.prices.generation);
}

function damagedName(name: string): string {
  return `.damaged-${name.replace(/^\./, '')}`;
}
