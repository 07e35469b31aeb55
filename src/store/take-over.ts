import type { Files } from '../platform/files.ts';
import { publish } from './commit.ts';
import { StoredIndex } from './index/index.ts';
import { checkNotRestored } from './restored.ts';
import { coverageOf, withCoverage, type State } from './state.ts';
import type { Store } from './store.ts';
import { FULL_COVERAGE } from '../model/index-coverage.ts';

/**
 * Converts the index of an older format, in which cells have only tokens: writes it as a new base, in bounded memory, and
 * publishes that as a commit. Session files are not touched. Returns the state of the store, which must be locked.
 */
export function takeOver(files: Files, store: Store, state: State): State {
  if (state.coverage) return state;
  if (state.commit === 0) return withCoverage(state, FULL_COVERAGE);
  checkNotRestored(files, store.dir, state);
  const { logs, next_log } = state;
  const index = new StoredIndex(files, store.dir, state);
  try {
    const coverage = coverageOf(state);
    const commit = state.commit + 1;
    const generation = state.index.generation + 1;
    const base = index.writeBase(generation, { commit, logs, next_log, coverage });
    const taken = withCoverage({ ...state, commit, index: { generation, base, length: 0 } }, coverage);
    publish(files, store, state, index, taken);
    return taken;
  } finally {
    index.close();
  }
}
