import type { ChunkMemory } from '../logs/chunk-memory.ts';
import type { Batch as CommitBatch } from '../store/commit.ts';
import type { Batch } from './batch.ts';
import { BatchEnd } from './batch-end.ts';
import type { DamagedFile } from './damaged-file.ts';
import type { LineSource } from './line-source.ts';
import type { LogReading } from './log-reading.ts';
import type { LineCount, Tally } from './tally.ts';
import { addTimeless } from './time-tally.ts';

/** What a commit stores besides the log positions. */
export interface Gathered extends Pick<CommitBatch, 'sessions' | 'prices' | 'rejected' | 'waiting'> {
  /** Of the sessions, in their order. */
  ids: string[];
}

/** Where the lines of a run go until they are committed. Each is counted once, at the latest when `settle` is through. */
export interface Gathering {
  /** Memory to read logs into; undefined: any. */
  readonly memory: ChunkMemory | undefined;
  /** Bytes of text since the last commit, as far as they are known. */
  readonly size: number;
  /** Sessions with rounds that the store's filters left out; if there are many, only some of them. */
  readonly leftOut: ReadonlySet<string>;
  /** Sessions with rounds whose file is damaged. */
  readonly damaged: ReadonlyMap<string, DamagedFile>;
  /** Adds a line, which counts for so many lines of its file. */
  add(bytes: Buffer, source: LineSource, reading: LogReading, pieces: number): void | Promise<void>;
  /** Adds a line that could not be read. */
  reject(reason: string, text: string, source: LineSource): void;
  /** Ends a block, of so many bytes of log. Returns whether the batch ends here. */
  pass(length: number): boolean | Promise<boolean>;
  /** Waits until all lines are counted. */
  settle(): void | Promise<void>;
  /** What the next commit stores. Iterate the sessions once, before adding another line. */
  take(): Gathered | Promise<Gathered>;
  close(): void | Promise<void>;
}

/** One batch, in this thread. */
export class OwnGathering implements Gathering {
  readonly memory = undefined;
  readonly #batch: Batch;
  readonly #tally: Tally;
  readonly #end: BatchEnd;

  constructor(batch: Batch, tally: Tally, batchSize: number) {
    this.#batch = batch;
    this.#tally = tally;
    this.#end = new BatchEnd(batchSize);
    batch.detaches = true;
    batch.onTimeless = (unreadTime, source) =>
      addTimeless(tally.pendingTimes, unreadTime, source.isTimed ?? false);
  }

  get size(): number {
    return this.#batch.size;
  }

  get leftOut(): ReadonlySet<string> {
    return this.#batch.leftOut;
  }

  get damaged(): ReadonlyMap<string, DamagedFile> {
    return this.#batch.damaged;
  }

  async add(bytes: Buffer, source: LineSource, reading: LogReading, pieces: number): Promise<void> {
    countLine(this.#tally, reading, await this.#batch.addLine(bytes, source), pieces);
  }

  reject(reason: string, text: string, source: LineSource): void {
    this.#batch.reject(reason, text, source);
  }

  pass(length: number): boolean {
    this.#end.note(this.#end.pass(length), this.#batch.size);
    return this.#end.isReached;
  }

  settle(): void {
    // Each line is counted when it is added.
  }

  take(): Gathered {
    this.#end.begin();
    return this.#batch.take();
  }

  close(): void {
    // It holds nothing but memory.
  }
}

export function countLine(tally: Tally, reading: LogReading, as: LineCount, pieces: number): void {
  tally.count(as, pieces);
  reading.note(as);
}
