import { InputOutputError } from '../platform/errors.ts';
import { errorCode, isAbsent, type Files } from '../platform/files.ts';
import { cutIntoBlocks } from '../logs/blocks.ts';
import type { LogFile } from '../logs/discover.ts';
import { agrees, type Fingerprint, type FingerprintTaker } from '../logs/fingerprint.ts';
import { seeFile, type Generation } from '../logs/generation.ts';
import { identify } from '../logs/identify.ts';
import { openGzipLog, openPlainLog, type OpenLog } from '../logs/open-log.ts';
import type { Resolution } from '../pricing/resolve.ts';
import { commit } from '../store/commit.ts';
import { readIndex, type Index } from '../store/index-file.ts';
import { readState, type LogPosition, type State } from '../store/state.ts';
import type { Store } from '../store/store.ts';
import { Batch, type LinePlace } from './batch.ts';
import { linesOf } from './log-lines.ts';
import type { ParseOptions } from './parse-logs.ts';
import { findSeen } from './quiet.ts';
import type { Gap, Tally } from './tally.ts';

/** A log is not any more what was read of it: it was truncated meanwhile. What was not committed is decided anew. */
export class LogChanged extends Error {}

const LONGEST_LINE = 64 << 20;
const BATCH_SIZE = 32 << 20;
/** Logs that are kept open until the next commit has checked them. */
const MOST_OPEN = 64;

/** A log while it is read. */
interface Reading {
  log: OpenLog;
  generation: Generation;
  taker: FingerprintTaker;
  /** What was read of it up to the last complete line; undefined while the taker stands there. */
  print: Fingerprint | undefined;
  /** Offset at the last commit, and rounds since. */
  from: number;
  rounds: number;
  isFinished: boolean;
}

/** One pass over the logs under the lock, committed batch by batch. */
export class Run {
  readonly #files: Files;
  readonly #store: Store;
  readonly #options: ParseOptions;
  readonly #tally: Tally;
  readonly #batch: Batch;
  readonly #generations: Map<number, Generation>;
  readonly #present = new Set<number>();
  #state: State;
  #index: Index | undefined;
  #readings: Reading[] = [];
  #totalBytes = 0;

  constructor(
    files: Files,
    store: Store,
    options: ParseOptions,
    resolve: (model: string) => Promise<Resolution | undefined>,
    tally: Tally,
  ) {
    this.#files = files;
    this.#store = store;
    this.#options = options;
    this.#tally = tally;
    this.#state = readState(files, store.statePath, store.id);
    this.#generations = new Map(
      structuredClone(this.#state.logs).map((log) => [log.id, log as unknown as Generation]),
    );
    this.#batch = new Batch(files, store, this.#state, () => this.#loadIndex(), resolve);
  }

  /** Reads the logs in the given order, the oldest first. */
  async readAll(logs: readonly LogFile[]): Promise<void> {
    try {
      this.#totalBytes = logs.reduce((sum, log) => sum + (this.#files.stat(log.path)?.size ?? 0), 0);
      for (const log of logs) await this.#readLog(log);
      const { gaps, closed } = this.#closeAbsent(new Set(logs.map((log) => log.pattern)));
      this.#commit(gaps, closed);
    } finally {
      for (const { log } of this.#readings) log.close();
    }
  }

  async #readLog(file: LogFile): Promise<void> {
    const facts = this.#files.stat(file.path);
    if (!facts) return;
    const seen = findSeen(this.#files, file, facts, [...this.#generations.values()]);
    const log = seen ? undefined : await this.#open(file);
    if (seen) this.#markPresent(seen, file);
    if (!log) return;
    const known = this.#identify(log);
    for (const generation of this.#generations.values()) {
      generation.seen = generation.seen.filter(({ path }) => path !== file.path);
    }
    const reading = this.#beginReading(log, known);
    if (log.content.size > reading.generation.offset) await this.#readOn(reading);
    this.#finishReading(reading);
    if (this.#readings.length >= MOST_OPEN) this.#commit([], []);
  }

  async #open(file: LogFile): Promise<OpenLog | undefined> {
    try {
      if (file.gzip) return await openGzipLog(this.#files, file, this.#knownEnds());
      const log = openPlainLog(this.#files, file);
      if (log.facts.size > 0) return log;
      log.close();
      return undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      if (errorCode(error) !== 'EACCES') throw error;
      throw new InputOutputError(
        `cannot read the log ${file.path}: permission denied. Let this user read it`,
        {
          cause: error,
        },
      );
    }
  }

  #identify(log: OpenLog): Generation | undefined {
    return (
      identify(this.#files, log, this.#generations.values()) ??
      identify(this.#files, log, this.#closed().values())
    );
  }

  /** Logs whose files were gone; one that turns up again is read on. */
  #closed(): Map<number, Generation> {
    return this.#loadIndex().closed as unknown as Map<number, Generation>;
  }

  #knownEnds(): number[] {
    return [...this.#generations.values(), ...this.#closed().values()].map(({ offset }) => offset);
  }

  #beginReading(log: OpenLog, known: Generation | undefined): Reading {
    const generation: Generation = known ?? {
      id: this.#nextLog(),
      pattern: log.pattern,
      path: log.path,
      size: 0,
      missing: 0,
      seen: [],
      offset: 0,
      head: '',
      windows: [],
      last: '',
    };
    const readsOn = known !== undefined && log.content.size > known.offset;
    const taker = log.taker(readsOn ? known : undefined);
    const from = generation.offset;
    const reading: Reading = { log, generation, taker, print: undefined, from, rounds: 0, isFinished: false };
    this.#readings.push(reading);
    return reading;
  }

  /** The number after all that were given, here or in the state. */
  #nextLog(): number {
    return Math.max(this.#state.next_log, ...[...this.#generations.keys()].map((id) => id + 1));
  }

  async #readOn(reading: Reading): Promise<void> {
    const { log, generation, taker } = reading;
    const longest = this.#options.longestLine ?? LONGEST_LINE;
    for await (const block of cutIntoBlocks(log.chunks(generation.offset), generation.offset, longest)) {
      const place = { path: log.path, generation: generation.id, mtime: log.facts.mtime };
      if (block.kind === 'rest') {
        if (!isWhole(block.bytes)) {
          if (!log.gzip) break;
          this.#batch.reject('the log ends in the middle of a line', '', { ...place, offset: block.at });
          this.#tally.pending.rejected++;
        } else {
          await this.#addLines(reading, block.bytes, block.at, place);
        }
      } else if (block.kind === 'lines') {
        await this.#addLines(reading, block.bytes, block.at, place);
      } else if (block.isEnd) {
        this.#batch.reject(`the line is longer than ${longest} bytes`, '', { ...place, offset: block.at });
        this.#tally.pending.rejected++;
      }
      const isInLine = block.kind === 'oversized' && !block.isEnd;
      if (isInLine) reading.print ??= taker.take();
      taker.pass(block.bytes);
      if (isInLine) continue;
      reading.print = undefined;
      this.#generations.set(generation.id, generation);
      generation.offset = taker.offset;
      this.#reportProgress();
      if (this.#batch.size > (this.#options.batchSize ?? BATCH_SIZE)) this.#commit([], []);
    }
  }

  async #addLines(
    reading: Reading,
    bytes: Buffer,
    at: number,
    place: Omit<LinePlace, 'offset'>,
  ): Promise<void> {
    const { pending } = this.#tally;
    for (const { start, text } of linesOf(bytes)) {
      const count =
        text === undefined ? 'other' : await this.#batch.addLine(text, { ...place, offset: at + start });
      pending[count]++;
      if (count === 'rounds') reading.rounds++;
    }
  }

  /** A log of which no line was taken yet is not remembered. */
  #finishReading(reading: Reading): void {
    const { log, generation, taker, from } = reading;
    reading.isFinished = true;
    if (generation.offset === 0) return;
    if (generation.offset > from) {
      reading.print ??= taker.take();
      Object.assign(generation, reading.print);
    }
    this.#generations.set(generation.id, generation);
    this.#markPresent(generation, log);
    generation.size = Math.max(generation.size, log.content.size);
    generation.seen.push(seeFile(log.path, log.facts, this.#options.now(), log.gzipDigest));
  }

  #markPresent(generation: Generation, file: LogFile): void {
    this.#present.add(generation.id);
    generation.missing = 0;
    generation.path = file.path;
    generation.pattern = file.pattern;
  }

  /** A log is given up when two runs in a row did not find it; what was not read of it is a gap, said once. */
  #closeAbsent(patterns: ReadonlySet<string>): { gaps: Gap[]; closed: LogPosition[] } {
    const gaps: Gap[] = [];
    const closed: LogPosition[] = [];
    for (const generation of this.#generations.values()) {
      if (this.#present.has(generation.id) || !patterns.has(generation.pattern)) continue;
      generation.missing++;
      if (generation.missing < 2) continue;
      this.#generations.delete(generation.id);
      closed.push({ ...generation, seen: [] });
      if (generation.size > generation.offset) {
        gaps.push({ path: generation.path, bytes: generation.size - generation.offset });
      }
    }
    return { gaps, closed };
  }

  #commit(gaps: Gap[], closed: LogPosition[]): void {
    for (const reading of this.#readings) this.#settle(reading);
    const logs = [...this.#generations.values()].map((generation) => ({ ...generation }));
    if (closed.length > 0 || !isSameProgress(logs, this.#state.logs)) {
      const taken = this.#batch.take();
      const nextLog = this.#nextLog();
      const batch = { ...taken, logs, closed, nextLog };
      this.#state = commit(this.#files, this.#store, this.#state, this.#loadIndex(), batch);
      const read = this.#readings.map(({ log, taker, print, from, rounds }) => ({
        path: log.path,
        from,
        to: (print ?? taker).offset,
        rounds,
      }));
      this.#tally.commit(
        taken.sessions.map(({ entry }) => entry.id),
        read.filter(({ from, to }) => to > from),
        gaps,
      );
    }
    for (const reading of this.#readings) {
      if (reading.isFinished) reading.log.close();
      reading.from = (reading.print ?? reading.taker).offset;
      reading.rounds = 0;
    }
    this.#readings = this.#readings.filter(({ isFinished }) => !isFinished);
  }

  /** Checks that the log still is what was read of it since the last commit. */
  #settle({ log, generation, taker, print, from, isFinished }: Reading): void {
    if ((print ?? taker).offset <= from) return;
    const read = print ?? taker.take();
    if (!log.gzip && !agrees(read, log.again()))
      throw new LogChanged(`${log.path} changed while it was read`);
    if (!isFinished) Object.assign(generation, read);
  }

  #loadIndex(): Index {
    this.#index ??= readIndex(this.#files, this.#store.dir, this.#state);
    return this.#index;
  }

  #reportProgress(): void {
    const bytes =
      this.#tally.committedBytes +
      this.#readings.reduce((sum, { taker, from }) => sum + Math.max(0, taker.offset - from), 0);
    this.#options.onProgress?.({ bytes, totalBytes: this.#totalBytes, rounds: this.#tally.rounds });
  }
}

/** A last line without a line break is taken if nothing can be missing from it. */
function isWhole(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** Whether the logs stand where they stood: what is known of their files may differ, and is worth no commit. */
function isSameProgress(logs: readonly LogPosition[], committed: readonly LogPosition[]): boolean {
  return progressOf(logs) === progressOf(committed);
}

function progressOf(logs: readonly LogPosition[]): string {
  return JSON.stringify(logs.map(({ id, offset, size, missing, path }) => [id, offset, size, missing, path]));
}
