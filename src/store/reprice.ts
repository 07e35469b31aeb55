import type { Files } from '../platform/files.ts';
import type { Index } from './index/index.ts';
import { appendPrices, removeOtherPrices } from './price-files.ts';
import { publishIndex } from './reindex.ts';
import { checkNotRestored } from './restored.ts';
import type { State } from './state.ts';
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
  const committed = publishIndex(files, store, { ...state, prices }, index);
  removeOtherPrices(files, dir, generation);
  return committed;
}
