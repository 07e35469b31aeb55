import { MonitorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { parsePriceFile } from '../pricing/price-file.ts';
import { copyPath, readCopy } from '../store/price-file-copy.ts';
import { findStore, type Store } from '../store/store.ts';
import { findPriceBasis, lookAtOriginal, minuteOf } from '../ingest/settings/price-basis.ts';
import type { Finding } from '../model/finding.ts';
import type { Check } from './look.ts';

/** What is wrong with the prices that a run would go by. */
export const pricesCheck: Check = {
  codes: ['prices-unreadable', 'prices-changed', 'prices-damaged'],
  async find({ files, dir, pricesPath: given, now }) {
    const store = storeIn(files, dir);
    const findings = store ? await judgeStoreFile(files, store, given) : [];
    try {
      const { user } = await findPriceBasis(files, store, { given, now });
      if (user) await parsePriceFile(user.text, user.path);
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      // That the copy can't be read is said already.
      if (given !== undefined || findings.length === 0) findings.push(unreadable(error, given, store));
    }
    return findings;
  },
};

/** One that can't be opened is another finding. */
function storeIn(files: Files, dir: string): Store | undefined {
  try {
    return findStore(files, dir);
  } catch {
    return undefined;
  }
}

async function judgeStoreFile(files: Files, store: Store, given: string | undefined): Promise<Finding[]> {
  const { file } = store.pricing;
  if (!file) return [];
  const findings: Finding[] = [];
  const copy = readCopy(files, store.dir, file);
  const original = await lookAtOriginal(files, file);
  if ('problem' in copy) {
    const fix =
      original.state === 'same'
        ? `The next run that stores something writes it again from ${file.path}, which still has those prices.`
        : 'Name the prices to use in the next run: --prices <file>, or --prices none for the built-in prices only.';
    findings.push({
      code: 'prices-damaged',
      area: 'prices',
      severity: original.state === 'same' ? 'warning' : 'error',
      what: `the store's copy of its price file ${copy.problem}.`,
      where: copyPath(store.dir, file),
      fix,
    });
  }
  if (original.state === 'changed') {
    findings.push({
      code: 'prices-changed',
      area: 'prices',
      // Who names a file in each run has the next one take it.
      severity: given === undefined ? 'warning' : 'note',
      what: `the store's price file has changed since ${minuteOf(file.since)}: the store still uses what it said then.`,
      where: file.path,
      fix:
        `The next run with --prices ${file.path} uses it for new rounds. ` +
        'To see what it would change for stored rounds, run monitor prices --refresh --dry-run with the same --prices.',
    });
  }
  return findings;
}

function unreadable(error: MonitorError, given: string | undefined, store: Store | undefined): Finding {
  return {
    code: 'prices-unreadable',
    area: 'prices',
    severity: 'error',
    what: `${error.message}.`,
    where: given ?? store?.pricing.file?.path ?? '',
    fix: 'Fix the file: parse refuses to run with it. docs/cost.md describes its format.',
  };
}
