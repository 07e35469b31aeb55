import type { IndexCoverage } from '../model/index-coverage.ts';
import type { Files } from '../platform/files.ts';
import { removeIndex, writeIndexBase, type Index } from './index/index.ts';
import { checkNotRestored } from './restored.ts';
import { withCoverage, writeState, type State } from './state.ts';
import type { Store } from './store.ts';

/**
 * Publishes a new index and what it covers atomically, like a commit. No session file is touched. Returns the new state.
 */
export function replaceIndex(
  files: Files,
  store: Store,
  state: State,
  index: Index,
  coverage: IndexCoverage,
): State {
  checkNotRestored(files, store.dir, state);
  return publishIndex(files, store, withCoverage(state, coverage), index);
}

/**
 * Commits `state` with a new index, which is on disk, next to the old one, before the state is renamed. A crash before the
 * rename leaves the store as it was; a crash after it leaves old files that nothing names.
 */
export function publishIndex(files: Files, store: Store, state: State, index: Index): State {
  const { dir } = store;
  const commit = state.commit + 1;
  const { logs, next_log, coverage } = state;
  const generation = state.index.generation + 1;
  const base = writeIndexBase(files, dir, generation, index, { commit, logs, next_log, coverage });
  const committed: State = {
    ...state,
    commit,
    index: { generation, base, length: 0 },
    rewritten: generation,
  };
  writeState(files, store.statePath, committed);
  // A run killed at this point left the previous one.
  for (const old of [generation - 1, generation - 2]) removeIndex(files, dir, old);
  return committed;
}
