import { appendAt, type Files } from '../platform/files.ts';
import { writeBase } from './commit.ts';
import { checkNotRestored, indexPath, positionsLine, type Index } from './index-file.ts';
import { pricesPath, removeOtherPrices } from './price-files.ts';
import { writeState, type State } from './state.ts';
import type { Store } from './store.ts';

/**
 * Makes a new price book and the index that goes with it true at once, like a commit: both are written beside the old
 * ones and are on disk before the state is renamed. No session file is touched. A crash before leaves the store as it
 * was, one behind leaves old files that nothing names. Returns the new state.
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
  const book = Buffer.from(`${priceLines.join('\n')}\n`);
  // writeBase syncs the folder for both.
  appendAt(files, pricesPath(dir, generation), 0, book);
  const commit = state.commit + 1;
  const positions = positionsLine(state.logs, state.next_log, commit);
  const base = writeBase(files, dir, state.index.generation + 1, index, positions);
  const committed: State = {
    ...state,
    commit,
    index: base,
    prices: { generation, length: book.length },
  };
  writeState(files, store.statePath, committed);
  files.remove(indexPath(dir, state.index.generation));
  // A run that was killed right here left the one before it.
  files.remove(indexPath(dir, state.index.generation - 1));
  removeOtherPrices(files, dir, generation);
  return committed;
}
