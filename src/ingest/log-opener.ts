import { InputOutputError } from '../platform/errors.ts';
import { errorCode, isAbsent, type FileFacts, type Files } from '../platform/files.ts';
import { isLeftOut, leftOutText } from './left-out.ts';
import type { LogFile } from '../logs/discover.ts';
import { isUnreadable, openLog, type OpenLog } from '../logs/open-log.ts';
import type { KnownLogs } from './known-logs.ts';
import type { Tally } from './tally.ts';
import { unreadText } from './unread-file.ts';

/** Opens the logs of a run, and reports those that cannot be read yet. */
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

  /**
   * Whether an error only means that a rotated log is left out of this run, because this user may not read it. If some of
   * it is unread, that is reported.
   */
  leaveOut(file: LogFile, facts: FileFacts, error: unknown): boolean {
    if (!isLeftOut(file, error)) return false;
    const unread = this.#known.leaveOut(file, facts);
    if (unread > 0) this.#tally.warn(file.path, leftOutText(unread));
    return true;
  }

  /** undefined: there is nothing to read now. */
  async open(file: LogFile, facts: FileFacts): Promise<OpenLog | undefined> {
    try {
      const log = await openLog(this.#files, file, () => this.#known.ends());
      if (isUnreadable(log)) {
        // It may still be being written; if it stays like this, it is damaged.
        if (this.#known.addUnread(file, facts, log, this.#now()))
          this.#tally.warn(file.path, unreadText(log));
        return undefined;
      }
      if (log.junkBytes)
        this.#tally.warn(file.path, `${log.junkBytes} bytes after its end are not gzip and were ignored`);
      if (log.compressed || log.facts.size > 0) return log;
      log.close();
      return undefined;
    } catch (error) {
      if (isAbsent(error) || this.leaveOut(file, facts, error)) return undefined;
      if (errorCode(error) !== 'EACCES') throw error;
      const message = `cannot read the log ${file.path}: permission denied. Let this user read it`;
      throw new InputOutputError(message, { cause: error });
    }
  }
}
