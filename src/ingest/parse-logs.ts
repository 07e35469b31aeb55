import { InputOutputError, isSystemError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { keepHeapSmall } from '../platform/heap.ts';
import { takeLock } from '../platform/lock.ts';
import { discoverLogs, noLogError } from '../logs/discover.ts';
import {
  checkFilters,
  createStore,
  findStore,
  lockPath,
  resolveStatePath,
  NO_FILTERS,
} from '../store/store.ts';
import type { ParseOptions } from './options.ts';
import { openPriceAnswers } from './price-answers.ts';
import { countHeld, findNothingNew } from './quiet.ts';
import { LogChanged } from './log-reading.ts';
import { Run } from './run.ts';
import { redactorOf } from './store-redactor.ts';
import { Tally, type ParseResult } from './tally.ts';

/** A log that is truncated again and again while it is read. */
const TRIES = 5;

/**
 * One shot: reads every log from the offset that the state holds, stores the new rounds, and returns what it did.
 * Throws InputOutputError (no log, no sound store, a full disk) and BusyError (another run).
 */
export async function parseLogs(files: Files, options: ParseOptions): Promise<ParseResult> {
  const { logs, missing } = await discoverLogs(files, options.logPaths);
  if (logs.length === 0) throw noLogError(files, missing);
  const tally = new Tally(missing);
  const statePath = resolveStatePath(options.dir, options.stateFile);
  const found = findStore(files, options.dir);
  if (found) {
    checkFilters(found, options.filters, options.stateFile === undefined ? undefined : statePath);
    const known = await findNothingNew(files, found, logs, options.now());
    if (known) {
      tally.held = countHeld(known, logs);
      return tally.result();
    }
  } else {
    files.makeFolder(options.dir);
  }
  keepHeapSmall();
  const release = takeLock(lockPath(options.dir), `the store ${options.dir}`);
  try {
    // Before a store is made: one that is given bad prices is none.
    const prices = await openPriceAnswers(files, options.dir, options.pricesPath);
    const store =
      findStore(files, options.dir) ??
      createStore(files, options.dir, statePath, { ...NO_FILTERS, ...options.filters });
    checkFilters(store, options.filters, options.stateFile === undefined ? undefined : statePath);
    const redactor = await redactorOf(store.filters);
    for (let attempt = 1; ; attempt++) {
      try {
        // Again under the lock: a rotation can have moved the logs since.
        const current = await discoverLogs(files, options.logPaths);
        await new Run(files, store, options, prices.resolve, tally, redactor).readAll(current.logs);
        prices.save();
        return tally.result();
      } catch (error) {
        tally.drop();
        if (!(error instanceof LogChanged)) throw error;
        if (attempt === TRIES) {
          throw new InputOutputError(`${error.message}, ${TRIES} times; the next run will read it`, {
            cause: error,
          });
        }
      }
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `${error.message} (the store is ${options.dir}). What was committed stands, and the next run goes on from there`;
    throw new InputOutputError(message, { cause: error });
  } finally {
    release();
  }
}
