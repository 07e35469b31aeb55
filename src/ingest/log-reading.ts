import { agrees, type FingerprintBuilder } from '../logs/fingerprint.ts';
import type { OpenLog } from '../logs/open-log.ts';
import type { Fingerprint, LogPosition } from '../model/log-position.ts';
import type { LogTimes } from './known/log-times.ts';
import type { LineCount } from './tally.ts';

/** The log was truncated while it was read. What was not committed is read again. */
export class LogChanged extends Error {}

/** A log being read: how far, and the fingerprint of the bytes up to there. */
export class LogReading {
  readonly log: OpenLog;
  readonly position: LogPosition;
  /** When its requests ended; this shows whether another log can have the same lines. */
  readonly times: LogTimes;
  /** Rounds since the last commit. */
  rounds = 0;
  isFinished = false;
  /** Half a last line of a compressed log, and its offset: rejected unless another file of the log continues it. */
  rest: { bytes: Buffer; at: number } | undefined;
  /** Offset at the last commit. */
  from: number;
  readonly #fingerprint: FingerprintBuilder;
  #isClosed = false;
  /** Lines were recorded. */
  #hasLines = false;
  /** The fingerprint up to the last complete line; undefined while `#fingerprint` ends there too. */
  #print: Fingerprint | undefined;

  /** Continues at the offset of `position`. */
  constructor(log: OpenLog, position: LogPosition, times: LogTimes) {
    const { offset } = position;
    this.log = log;
    this.position = position;
    this.times = times;
    this.from = offset;
    const readsOn = offset > 0 && log.content.size > offset;
    this.#fingerprint = log.fingerprint(readsOn ? position : undefined);
    if (readsOn && !isSameStart(this.#fingerprint.take(), position)) {
      throw new LogChanged(`${log.path} changed while it was opened`);
    }
  }

  /** Offset after the last complete line read. */
  get offset(): number {
    return (this.#print ?? this.#fingerprint).offset;
  }

  get hasRead(): boolean {
    return this.offset > this.from;
  }

  /** Notes what a line counts as. */
  note(count: LineCount): void {
    if (count === 'rounds') this.rounds++;
    if (count === 'known' || count === 'pruned') this.position.known = (this.position.known ?? 0) + 1;
  }

  /** Records the bytes of complete lines. */
  passLines(bytes: Uint8Array): void {
    this.#fingerprint.pass(bytes);
    this.#print = undefined;
    this.position.offset = this.#fingerprint.offset;
    this.#hasLines = true;
  }

  /** Records the times of the lines, once all of them are counted. */
  passTimes(): void {
    const { range } = this.times;
    if (range && this.#hasLines) this.position.times = range;
  }

  /** Records part of a line whose end has not been read yet. */
  passPart(bytes: Uint8Array): void {
    this.#print ??= this.#fingerprint.take();
    this.#fingerprint.pass(bytes);
  }

  /** Ends the reading of this file; another file of the same log may follow. */
  finish(): void {
    this.isFinished = true;
    if (!this.hasRead) return;
    this.#print ??= this.#fingerprint.take();
    Object.assign(this.position, this.#print);
  }

  /** Call before a commit, and before the log is closed. Throws LogChanged unless the log still holds what was read. */
  settle(): void {
    if (!this.hasRead || this.#isClosed) return;
    const read = this.#print ?? this.#fingerprint.take();
    // The compressed file's own checksum has already been verified.
    const now = this.log.again();
    if (!this.log.compressed && (now.size < read.offset || !agrees(read, now))) {
      throw new LogChanged(`${this.log.path} changed while it was read`);
    }
    // After `finish`, another file may have advanced the position.
    if (!this.isFinished) Object.assign(this.position, read);
  }

  /** After a commit. */
  begin(): void {
    this.from = this.offset;
    this.rounds = 0;
  }

  /** Closes the file; what was read waits for the commit. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.log.close();
  }
}

/** Reads the bytes again and compares: the log can be truncated at any moment. */
function isSameStart(resumed: Fingerprint, known: Fingerprint): boolean {
  return resumed.last === known.last && resumed.head === known.head;
}
