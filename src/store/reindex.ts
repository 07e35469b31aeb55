import type { IndexCoverage } from '../model/index-coverage.ts';
import type { Files } from '../platform/files.ts';
import { removeIndex, writeIndexBase, type Index } from './index/index.ts';
import { checkNotRestored } from './restored.ts';
import { withCoverage, writeState, type State } from './state.ts';
import type { Store } from './store.ts';

/**
 * Publishes a new index and what it covers atomically, like a commit: it is on disk, next to the old one, before the
 * state is renamed. No session file is touched. Returns the new state.
 */
export function replaceIndex(
  files: Files,
  store: Store,
  state: State,
  index: Index,
  coverage: IndexCoverage,
): State {
  const { dir } = store;
  checkNotRestored(files, dir, state);
  const commit = state.commit + 1;
  const { logs, next_log } = state;
  const generation = state.index.generation + 1;
  const base = writeIndexBase(files, dir, generation, index, { commit, logs, next_log, coverage });
  const committed = withCoverage({ ...state, commit, index: { generation, base, length: 0 } }, coverage);
  writeState(files, store.statePath, committed);
  // A run killed at this point left the previous one.
  for (const old of [generation - 1, generation - 2]) removeIndex(files, dir, old);
  return committed;
}
