import { InputOutputError } from '../../platform/errors.ts';
import { parsePriceBook } from '../../pricing/price-book.ts';
import { rejectedPath } from '../../store/commit.ts';
import { pricesPath } from '../../store/price-files.ts';
import { readPruned } from '../../store/pruned-file.ts';
import { readSnapshot } from '../../store/read.ts';
import type { Check, Found } from '../check.ts';

/** A file that cannot be read, and why; or rejected lines of which only so many bytes are left. */
type DamagedFile = { problem: string } | { leftBytes: number; allBytes: number; dir: string };
type StoreFilesFound = Found<'store-damaged', DamagedFile>;

/** Whether the files beside the sessions are whole: the price book, the sums of pruned rounds, the rejected lines. */
export const storeFilesCheck: Check<StoreFilesFound> = {
  kinds: { 'store-damaged': { area: 'store', severity: 'error' } },
  find({ files, dir, store }) {
    if (!store) return [];
    const snapshot = readSnapshot(dir, files);
    const { state, priceLines } = snapshot;
    snapshot.close();
    const book = pricesPath(dir, state.prices.generation);
    const found = [
      ...problemOf(book, () => parsePriceBook(priceLines, book)),
      ...problemOf(dir, () => readPruned(files, dir, state)),
    ];
    const leftBytes = files.stat(rejectedPath(dir))?.size ?? 0;
    const allBytes = state.rejected.length;
    if (leftBytes < allBytes) {
      const facts = { leftBytes, allBytes, dir };
      found.push({ code: 'store-damaged', where: rejectedPath(dir), severity: 'warning', facts });
    }
    return found;
  },
};

function problemOf(where: string, read: () => unknown): StoreFilesFound[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof InputOutputError)) throw error;
    return [{ code: 'store-damaged', where, facts: { problem: error.message } }];
  }
}
