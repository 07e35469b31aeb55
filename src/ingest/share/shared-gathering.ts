import { peekSession } from '../../ai-log/fast/session-hint.ts';
import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import type { WrittenSession } from '../../store/commit.ts';
import { toCell, type SessionLine } from '../../store/index/index.ts';
import type { DamagedFile } from '../damaged-file.ts';
import { BatchEnd } from '../batch-end.ts';
import { countLine, type Gathered, type Gathering } from '../gathering.ts';
import type { LineSource } from '../line-source.ts';
import type { LogReading } from '../log-reading.ts';
import type { PriceBookDesk } from '../price-desk.ts';
import type { RejectedLines } from '../rejected-lines.ts';
import type { Tally } from '../tally.ts';
import { addTimeless } from '../time-tally.ts';
import { ChunkPool } from './chunk-pool.ts';
import { LineOrder, type SharedBlock } from './line-order.ts';
import type { SentSession, ShardStart, StartShard, TakenShard } from './messages.ts';
import { OpenBlock } from './open-block.ts';
import { ShardLines } from './shard-lines.ts';
import { ShardOf } from './shard-of.ts';

/** How many chunks of a log, of 1 MiB, may be on their way to each worker, and to all of them. */
const CHUNKS_EACH = 4;
const MOST_CHUNKS = 16;
/** How many names of left-out sessions are remembered. */
const MOST_LEFT_OUT = 1000;

/** What the reading thread keeps to itself. */
export interface SharedFacts extends Omit<ShardStart, 'shard' | 'count'> {
  count: number;
  startShard: StartShard;
  desk: PriceBookDesk;
  rejected: RejectedLines;
  tally: Tally;
  batchSize: number;
  /** The session of a line, read as a whole; undefined if it has none. */
  sessionOf: (line: Buffer) => string | undefined;
  /** Call it before anything of a commit is written. */
  prepare: () => void;
  /** What is thrown when a worker could not do its part. */
  failure: (cause: unknown) => Error;
}

/** Batches of workers, each of which has the sessions of one shard. */
export class SharedGathering implements Gathering {
  readonly memory: ChunkPool;
  readonly #facts: SharedFacts;
  readonly #shards: ShardLines[] = [];
  readonly #order = new LineOrder();
  readonly #end: BatchEnd;
  readonly #shardOf: ShardOf;
  #block: OpenBlock;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;
  #waiting: string[] = [];
  readonly leftOut = new Set<string>();
  readonly damaged = new Map<string, DamagedFile>();
  size = 0;

  constructor(facts: SharedFacts) {
    this.#facts = facts;
    const { count, batchSize, store, state, options } = facts;
    this.memory = new ChunkPool(Math.min(MOST_CHUNKS, CHUNKS_EACH * count));
    this.#end = new BatchEnd(batchSize);
    this.#shardOf = new ShardOf(count);
    this.#block = new OpenBlock(0, count, this.memory);
    for (let shard = 0; shard < count; shard++) this.#start({ store, state, options, shard, count });
  }

  #start(start: ShardStart): void {
    try {
      const link = this.#facts.startShard(start);
      const lines = new ShardLines(link, (memory) => this.memory.release(memory));
      link.onFailure = (error) => this.#fail(error);
      link.onMessage = (message) => {
        try {
          lines.take(message);
          this.#merge();
          this.#answer();
        } catch (error) {
          this.#fail(error);
        }
        this.#wake();
      };
      this.#shards.push(lines);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= this.#facts.failure(error);
    this.#wake();
  }

  add(bytes: Buffer, source: LineSource, reading: LogReading, pieces: number): void {
    const session = peekSession(bytes) ?? this.#facts.sessionOf(bytes) ?? DEFAULT_SESSION;
    this.#block.add(bytes, source, reading, pieces, this.#shardOf.of(session));
  }

  reject(reason: string, text: string, source: LineSource): void {
    const record = this.#facts.rejected.recordOf(reason, text, source);
    if (record !== undefined) this.#block.addRecord(record);
  }

  async pass(length: number): Promise<boolean> {
    this.#flush(this.#end.pass(length));
    await this.#until(() => this.memory.hasRoom && this.#order.firstEnd > this.#end.due);
    return this.#end.isReached;
  }

  async settle(): Promise<void> {
    this.#flush(undefined);
    await this.#until(() => this.#order.isEmpty);
  }

  async take(): Promise<Gathered> {
    await this.settle();
    this.#facts.prepare();
    for (const shard of this.#shards) shard.askForTaken();
    await this.#until(() => this.#shards.every(({ taken }) => taken));
    this.#end.begin();
    this.size = 0;
    const taken = this.#shards.flatMap((one) => one.taken ?? []);
    for (const [, id, file] of taken.flatMap(({ damaged }) => damaged).toSorted(([a], [b]) => a - b))
      this.damaged.set(id, file);
    const sessions = taken.flatMap(sessionsOf).toSorted((a, b) => a.used - b.used);
    return {
      ids: sessions.map(({ id }) => id),
      sessions: sessions.map(({ session }) => session),
      prices: this.#facts.desk.take(),
      rejected: this.#facts.rejected.take(),
      waiting: this.#waiting.splice(0),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.close()));
  }

  #flush(to: number | undefined): void {
    if (this.#failure) throw this.#failure;
    const block = this.#block;
    this.#block = new OpenBlock(block.next, this.#shards.length, this.memory);
    this.#order.add(block.send(this.#shards, to));
    this.#merge();
  }

  /** Counts the lines of blocks that are read. */
  #merge(): void {
    for (let block = this.#order.next(); block; block = this.#order.next()) this.#count(block);
  }

  #count({ lines, size, to }: SharedBlock): void {
    const { tally, rejected } = this.#facts;
    this.size += size;
    for (const line of lines) {
      if (typeof line === 'string') {
        this.size += rejected.addRecord(line);
        continue;
      }
      const { count, reading, pieces, extras } = line;
      if (count) countLine(tally, reading, count, pieces);
      if (!extras) continue;
      for (const record of extras.rejected ?? []) this.size += rejected.addRecord(record);
      this.#waiting.push(...(extras.waiting ?? []));
      if (extras.leftOut !== undefined && this.leftOut.size < MOST_LEFT_OUT) this.leftOut.add(extras.leftOut);
      if (extras.timeless) {
        const { unreadTime, isTimed } = extras.timeless;
        addTimeless(tally.pendingTimes, unreadTime, isTimed);
      }
    }
    if (to !== undefined) this.#end.note(to, this.size);
  }

  /** Answers the first of the lines that workers ask about, once all lines before it are read. */
  #answer(): void {
    let first: ShardLines | undefined;
    for (const shard of this.#shards) {
      if (shard.current && shard.current.order < (first?.current?.order ?? Infinity)) first = shard;
    }
    const { question, current: line } = first ?? {};
    if (!first || !question || !line) return;
    first.question = undefined;
    if (question.about === 'place') {
      const place = this.#order.placeOf(line, question.ended, question.isExact);
      first.answer({ kind: 'answer', answer: { place } });
    } else {
      const { desk } = this.#facts;
      const asker = first;
      desk.priceOf(question.bought).then(
        (priced) => asker.answer({ kind: 'answer', answer: { priced } }),
        (error: unknown) => this.#fail(error),
      );
    }
  }

  /** Waits for messages until `isSo`; throws if a worker failed. */
  async #until(isSo: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      if (isSo()) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function sessionsOf({
  ids,
  used,
  sessions,
}: TakenShard): { id: string; used: number; session: WrittenSession }[] {
  return sessions.map((session, i) => ({
    id: ids[i] ?? '',
    used: used[i] ?? 0,
    session: toWritten(session),
  }));
}

function toWritten({ line, files, isNew }: SentSession): WrittenSession {
  const { usage, ...head } = JSON.parse(line) as SessionLine;
  return { head, usage: usage.map((row) => toCell(row, true)), files, isNew };
}
