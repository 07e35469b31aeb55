import type { Files } from '../platform/files.ts';
import { type Index, removeIndex, writeIndexBase } from './index/index.ts';
import { appendPrices, removeOtherPrices } from './price-files.ts';
import { checkNotRestored } from './restored.ts';
import { writeState, type State } from './state.ts';
import type { Store } from './store.ts';

/**
 * Publishes a new price book and its index atomically, like a commit: both are on disk, next to the old ones, before the
 * state is renamed. No session file is touched. A crash before the rename leaves the store as it was; a crash after it
 * leaves old files that nothing names. Returns the new state.
 */
export function reprice(
  files: Files,
  store: Store,
  state: State,
  index: Index,
  priceLines: readonly string[],
): State {
  const { dir } = store;
  checkNotRestored(files, dir, state);
  const generation = state.prices.generation + 1;
  const prices = appendPrices(files, dir, { generation, length: 0, crc: 0 }, priceLines);
  const commit = state.commit + 1;
  const { logs, next_log, coverage } = state;
  const indexGeneration = state.index.generation + 1;
  const base = writeIndexBase(files, dir, indexGeneration, index, { commit, logs, next_log, coverage });
  const committed: State = {
    ...state,
    commit,
    index: { generation: indexGeneration, base, length: 0 },
    prices,
  };
  writeState(files, store.statePath, committed);
  removeIndex(files, dir, state.index.generation);
  // A run killed at this point left the previous one.
  removeIndex(files, dir, state.index.generation - 1);
  removeOtherPrices(files, dir, generation);
  return committed;
}
