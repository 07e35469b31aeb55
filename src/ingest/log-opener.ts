import { InputOutputError } from '../platform/errors.ts';
import { errorCode, isAbsent, type FileFacts, type Files } from '../platform/files.ts';
import type { LogFile } from '../logs/discover.ts';
import { openGzipLog, openPlainLog, type OpenLog } from '../logs/open-log.ts';
import type { KnownLogs } from './known-logs.ts';
import type { Tally } from './tally.ts';

/** Opens the logs of a run, and says of which there is nothing to read yet. */
export class LogOpener {
  readonly #files: Files;
  readonly #known: KnownLogs;
  readonly #tally: Tally;
  readonly #now: () => number;

  constructor(files: Files, known: KnownLogs, tally: Tally, now: () => number) {
    this.#files = files;
    this.#known = known;
    this.#tally = tally;
    this.#now = now;
  }

  /** undefined: nothing to read of it now. */
  async open(file: LogFile, facts: FileFacts): Promise<OpenLog | undefined> {
    try {
      if (file.gzip) return await this.#openGzip(file, facts);
      const log = openPlainLog(this.#files, file);
      if (log.facts.size > 0) return log;
      log.close();
      return undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      if (errorCode(error) !== 'EACCES') throw error;
      const message = `cannot read the log ${file.path}: permission denied. Let this user read it`;
      throw new InputOutputError(message, { cause: error });
    }
  }

  async #openGzip(file: LogFile, facts: FileFacts): Promise<OpenLog | undefined> {
    const log = await openGzipLog(this.#files, file, this.#known.ends());
    if (log?.junkBytes)
      this.#tally.warn(file.path, `${log.junkBytes} bytes behind its end are no gzip: left out`);
    if (log) return log;
    // Somebody may be writing it just now; once it rests, it is damaged.
    if (this.#known.addDamaged(file, facts, this.#now())) {
      this.#tally.warn(file.path, 'it is no whole gzip file: it is read when it changes');
    }
    return undefined;
  }
}
