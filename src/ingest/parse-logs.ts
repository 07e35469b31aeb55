import { cleanLine } from '../platform/clean-text.ts';
import { InputOutputError, isSystemError, MonitorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { compileLess, keepHeapSmall } from '../platform/heap.ts';
import { systemErrorText } from '../platform/system-errors.ts';
import { takeLock } from '../platform/lock.ts';
import { discoverLogs, noLogError } from '../logs/discover.ts';
import {
  checkFilters,
  createStore,
  findStore,
  lockPath,
  resolveStatePath,
  NO_FILTERS,
  type Store,
} from '../store/store.ts';
import { readState } from '../store/state.ts';
import type { ParseOptions } from './options.ts';
import { openPriceAnswers } from './settings/price-answers.ts';
import { findPriceBasis, isPricingSettled, keepPriceBasis, type PriceBasis } from './settings/price-basis.ts';
import { countHeld, findNothingNew } from './up-to-date.ts';
import { lostText } from './left-out.ts';
import { LogChanged } from './log-reading.ts';
import { Run } from './run.ts';
import { areSettled, keepSettings } from './settings/kept-settings.ts';
import { redactorOf } from './settings/store-redactor.ts';
import { ThreadFailed } from './thread-failed.ts';
import { Tally, type ParseResult } from './tally.ts';

/** Attempts at reading logs that keep being truncated. */
const TRIES = 5;

/**
 * Reads every log once, from the offset in the state, stores the new rounds, and returns what it did.
 * Throws InputOutputError (no log, no sound store, a full disk) and BusyError (another run).
 */
export async function parseLogs(files: Files, options: ParseOptions): Promise<ParseResult> {
  const { logs, missing, lost } = await discoverLogs(files, options.logPaths);
  if (logs.length === 0) throw noLogError(files, missing);
  const tally = new Tally(missing);
  for (const { path, reason } of lost) tally.warn(path, lostText(reason));
  const statePath = resolveStatePath(options.dir, options.stateFile);
  const found = findStore(files, options.dir);
  if (found) {
    checkFilters(found, options.filters, options.stateFile === undefined ? undefined : statePath);
    const isSettled =
      isPricingSettled(files, found, askedOf(options)) &&
      (!options.kept || areSettled(files, found, options.kept));
    const known = isSettled ? await findNothingNew(files, found, logs, options.now(), tally) : undefined;
    if (known) {
      tally.held = countHeld(known, logs);
      return tally.result();
    }
  } else {
    files.makeFolder(options.dir);
  }
  keepHeapSmall();
  compileLess();
  const release = takeLock(lockPath(options.dir), `the store ${options.dir}`);
  let notices: PriceBasis['notices'] = [];
  try {
    // Before a store is made: with bad prices, none should be.
    const known = findStore(files, options.dir);
    const basis = await findPriceBasis(files, known, {
      ...askedOf(options),
      now: options.now(),
      hasRounds: known !== undefined && hasCommits(files, known),
    });
    const prices = await openPriceAnswers(files, options.dir, basis);
    const opened = known ?? createStore(files, options.dir, statePath, { ...NO_FILTERS, ...options.filters });
    checkFilters(opened, options.filters, options.stateFile === undefined ? undefined : statePath);
    // Before any round is priced: whatever happens to this run, the next one uses the same price file.
    keepPriceBasis(files, opened, basis);
    const store = options.kept ? keepSettings(files, opened, options.kept) : opened;
    notices = basis.notices;
    for (const { path, message } of notices) tally.warn(path, message);
    const redactor = await redactorOf(store.filters);
    let { threads } = options;
    for (let attempt = 1; ; attempt++) {
      try {
        // Again under the lock: a rotation may have moved the logs since.
        const current = await discoverLogs(files, options.logPaths);
        const run = new Run(files, store, { ...options, threads }, prices.resolve, tally, redactor);
        await run.readAll(current.logs);
        prices.save();
        return tally.result();
      } catch (error) {
        tally.drop();
        if (error instanceof ThreadFailed && threads) {
          // The same again in this thread: if it fails too, its error is the one that counts.
          threads = undefined;
          attempt--;
          if (error.message !== '') tally.warn(options.dir, error.message);
          continue;
        }
        if (!(error instanceof LogChanged)) throw error;
        if (attempt === TRIES) {
          throw new InputOutputError(`${error.message}, ${TRIES} times; the next run will read it`, {
            cause: error,
          });
        }
      }
    }
  } catch (error) {
    // The notices take effect in the store, and no later run repeats them.
    const also = notices.map(({ path, message }) => `. Also: ${cleanLine(`${path} ${message}`)}`).join('');
    if (error instanceof MonitorError) error.message += also;
    if (!isSystemError(error)) throw error;
    const message = `${systemErrorText(error)}. What was committed to the store ${options.dir} is kept, and the next run continues from there${also}`;
    throw new InputOutputError(message, { cause: error });
  } finally {
    release();
  }
}

function askedOf({ pricesPath: given, priceList: list, currency }: ParseOptions): {
  given: string | undefined;
  list: ParseOptions['priceList'];
  currency: ParseOptions['currency'];
} {
  return { given, list, currency };
}

function hasCommits(files: Files, store: Store): boolean {
  return readState(files, store.statePath, store.id).commit > 0;
}
