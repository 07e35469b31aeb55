import { MonitorError } from '../../platform/errors.ts';
import type { Files } from '../../platform/files.ts';
import { parsePriceFile } from '../../pricing/price-file.ts';
import { copyPath, readCopy } from '../../store/price-file-copy.ts';
import { findStore, type Store } from '../../store/store.ts';
import { findPriceBasis, lookAtOriginal } from '../../ingest/settings/price-basis.ts';
import type { Check, Found } from '../check.ts';

type PriceFileFound =
  | Found<'prices-unreadable', { problem: string }>
  /** `since`: ISO 8601, UTC. */
  | Found<'prices-changed', { path: string; since: string }>
  /** `isOriginalSame`: the file that it is a copy of still has those prices. */
  | Found<'prices-damaged', { problem: string; path: string; isOriginalSame: boolean }>;

/** The price file that a run would use, and the store's copy of it. */
export const priceFileCheck: Check<PriceFileFound> = {
  kinds: {
    'prices-unreadable': { area: 'prices', severity: 'error' },
    'prices-changed': { area: 'prices', severity: 'warning' },
    'prices-damaged': { area: 'prices', severity: 'error' },
  },
  async find({ files, dir, pricesPath: given, now }) {
    const store = storeIn(files, dir);
    const found = store ? await checkStoreFile(files, store, given) : [];
    try {
      const { user } = await findPriceBasis(files, store, { given, now });
      if (user) await parsePriceFile(user.text, user.path);
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      // Without a file of the user's it is the copy, which has its finding already.
      if (given !== undefined || found.length === 0) {
        const where = given ?? store?.pricing.file?.path ?? '';
        found.push({ code: 'prices-unreadable', where, facts: { problem: error.message } });
      }
    }
    return found;
  },
};

/** A store that cannot be opened is another finding. */
function storeIn(files: Files, dir: string): Store | undefined {
  try {
    return findStore(files, dir);
  } catch {
    return undefined;
  }
}

async function checkStoreFile(
  files: Files,
  store: Store,
  given: string | undefined,
): Promise<PriceFileFound[]> {
  const { file } = store.pricing;
  if (!file) return [];
  const { path, since } = file;
  const found: PriceFileFound[] = [];
  const copy = readCopy(files, store.dir, file);
  const { state } = await lookAtOriginal(files, file);
  if ('problem' in copy) {
    const isOriginalSame = state === 'same';
    found.push({
      code: 'prices-damaged',
      where: copyPath(store.dir, file),
      severity: isOriginalSame ? 'warning' : undefined,
      facts: { problem: copy.problem, path, isOriginalSame },
    });
  }
  if (state === 'changed') {
    // With --prices, the next run uses the new file.
    const severity = given === undefined ? undefined : 'note';
    found.push({ code: 'prices-changed', where: path, severity, facts: { path, since } });
  }
  return found;
}
