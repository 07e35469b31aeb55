import { agrees, type Fingerprint, type FingerprintBuilder } from '../logs/fingerprint.ts';
import type { Generation } from '../logs/log-position.ts';
import type { OpenLog } from '../logs/open-log.ts';
import type { LogTimes } from './known/log-times.ts';

/** A log is not any more what was read of it: it was truncated meanwhile. What was not committed is decided anew. */
export class LogChanged extends Error {}

/** A log while it is read: how far, and what is known of the bytes before that. */
export class LogReading {
  readonly log: OpenLog;
  readonly generation: Generation;
  /** Of its lines, to know those that another log may have too. */
  readonly times: LogTimes;
  /** Rounds since the last commit. */
  rounds = 0;
  isFinished = false;
  /** Half a last line of a compressed log, and its offset: rejected unless another file of the log goes on. */
  rest: { bytes: Buffer; at: number } | undefined;
  /** Offset at the last commit. */
  from: number;
  readonly #taker: FingerprintBuilder;
  #isClosed = false;
  /** Of the bytes up to the last complete line; undefined while the taker stands there. */
  #print: Fingerprint | undefined;

  /** Goes on where `generation` ends. */
  constructor(log: OpenLog, generation: Generation, times: LogTimes) {
    const { offset } = generation;
    this.log = log;
    this.generation = generation;
    this.times = times;
    this.from = offset;
    const readsOn = offset > 0 && log.content.size > offset;
    this.#taker = log.taker(readsOn ? generation : undefined);
    if (readsOn && !isSamePlace(this.#taker.take(), generation)) {
      throw new LogChanged(`${log.path} changed while it was opened`);
    }
  }

  /** Behind the last complete line that was read. */
  get offset(): number {
    return (this.#print ?? this.#taker).offset;
  }

  get hasRead(): boolean {
    return this.offset > this.from;
  }

  /** The bytes of whole lines have been read. */
  passLines(bytes: Uint8Array): void {
    this.#taker.pass(bytes);
    this.#print = undefined;
    this.generation.offset = this.#taker.offset;
    const { range } = this.times;
    if (range) this.generation.times = range;
  }

  /** A part of a line has been read, which does not end with it. */
  passPart(bytes: Uint8Array): void {
    this.#print ??= this.#taker.take();
    this.#taker.pass(bytes);
  }

  /** Nothing more is read of this file; another one can be read on for the same generation. */
  finish(): void {
    this.isFinished = true;
    if (!this.hasRead) return;
    this.#print ??= this.#taker.take();
    Object.assign(this.generation, this.#print);
  }

  /** Before a commit, and before the log is closed: throws LogChanged unless the log still is what was read of it. */
  settle(): void {
    if (!this.hasRead || this.#isClosed) return;
    const read = this.#print ?? this.#taker.take();
    // A compressed file's checksum has said that it is whole.
    const now = this.log.again();
    if (!this.log.compressed && (now.size < read.offset || !agrees(read, now))) {
      throw new LogChanged(`${this.log.path} changed while it was read`);
    }
    // A finished one has said so, and its generation can stand further by now.
    if (!this.isFinished) Object.assign(this.generation, read);
  }

  /** After a commit. */
  begin(): void {
    this.from = this.offset;
    this.rounds = 0;
  }

  /** The log needs no more looks at it; what was read waits for the commit. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.log.close();
  }
}

/** What was read anew to go on with is what was read before: the log can be truncated at any moment. */
function isSamePlace(resumed: Fingerprint, known: Fingerprint): boolean {
  return resumed.last === known.last && resumed.head === known.head;
}
