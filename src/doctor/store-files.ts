import { InputOutputError } from '../platform/errors.ts';
import { parsePriceBook } from '../pricing/price-book.ts';
import { rejectedPath } from '../store/commit.ts';
import { pricesPath } from '../store/price-files.ts';
import { readPruned } from '../store/pruned-file.ts';
import { readSnapshot } from '../store/read.ts';
import type { Finding } from '../model/finding.ts';
import type { Check } from './look.ts';

/** Whether what stands beside the sessions is whole: the price book, the sums of pruned rounds, the rejected lines. */
export const storeFilesCheck: Check = {
  codes: ['store-damaged'],
  find({ files, dir, store }) {
    if (!store) return [];
    const snapshot = readSnapshot(dir, files);
    const { state, priceLines } = snapshot;
    snapshot.close();
    const findings: Finding[] = [];
    const check = (where: string, look: () => void): void => {
      try {
        look();
      } catch (error) {
        if (!(error instanceof InputOutputError)) throw error;
        const fix = 'Restore the store from a backup: repair cannot rebuild this file.';
        findings.push({
          code: 'store-damaged',
          area: 'store',
          severity: 'error',
          what: `${error.message}.`,
          where,
          fix,
        });
      }
    };
    const book = pricesPath(dir, state.prices.generation);
    check(book, () => void parsePriceBook(priceLines, book));
    check(dir, () => void readPruned(files, dir, state));
    const size = files.stat(rejectedPath(dir))?.size ?? 0;
    if (size < state.rejected.length) {
      findings.push({
        code: 'store-damaged',
        area: 'store',
        severity: 'warning',
        what: `the list of rejected lines is cut short: ${size} of ${state.rejected.length} bytes are left. The number of rejected lines is not known.`,
        where: rejectedPath(dir),
        fix: `monitor repair --apply --data-dir ${dir} keeps those that are left. No other count depends on them.`,
      });
    }
    return findings;
  },
};
