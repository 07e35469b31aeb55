import type { Files } from '../../platform/files.ts';
import { growOnce } from '../../platform/heap.ts';
import { sessionLine, StoredIndex } from '../../store/index/index.ts';
import { writeSession } from '../../store/commit.ts';
import { Batch, KNOWN_BYTES, MOST_WEIGHT } from '../batch.ts';
import { redactorOf } from '../settings/store-redactor.ts';
import { AskedPrices, AskedTimes } from './asked.ts';
import {
  LINE_FIELDS,
  type Answer,
  type FromShard,
  type PartMessage,
  type Question,
  type ShardStart,
  type TakenShard,
  type ToShard,
} from './messages.ts';
import { PartProgress } from './part-progress.ts';
import { ShardOf } from './shard-of.ts';

/** Whatever the number of workers, each has memory for the requests of its longest sessions. */
const LEAST_KNOWN_BYTES = 8 << 20;

/** A line is of another session than it seemed. */
class Misled extends Error {}

/** The worker's side: a batch of the sessions of one shard. */
export class Shard {
  readonly #files: Files;
  readonly #start: ShardStart;
  readonly #post: (message: FromShard) => void;
  readonly #index: StoredIndex;
  readonly #shardOf: ShardOf;
  readonly #progress = new PartProgress();
  readonly #prices = new AskedPrices((question) => this.#ask(question));
  readonly #times = new AskedTimes(
    (question) => this.#ask(question),
    (ended, isExact) => this.#progress.noteEnd(ended, isExact),
  );
  #batch: Batch | undefined;
  /** Settles once all messages so far are handled. */
  #handled: Promise<void> = Promise.resolve();
  #answer: ((answer: Answer) => void) | undefined;
  readonly #damagedAt = new Map<string, number>();
  #isStopped = false;

  constructor(files: Files, start: ShardStart, post: (message: FromShard) => void) {
    this.#files = files;
    this.#start = start;
    this.#post = post;
    this.#index = new StoredIndex(files, start.store.dir, start.state);
    this.#shardOf = new ShardOf(start.count);
  }

  /** Handles messages one after the other. */
  receive(message: ToShard): void {
    if (message.kind === 'answer') {
      this.#answer?.(message.answer);
      return;
    }
    this.#handled = this.#handled.then(() => this.#handle(message));
    this.#handled = this.#handled.catch((error: unknown) =>
      this.#post({
        kind: 'failed',
        message: error instanceof Error ? error.message : String(error),
        isMisled: error instanceof Misled,
      }),
    );
  }

  /** It reads no line after this one. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Call it once it has stopped. */
  close(): void {
    this.#index.close();
  }

  async #handle(message: Exclude<ToShard, { kind: 'answer' }>): Promise<void> {
    this.#batch ??= await this.#openBatch();
    if (message.kind === 'take') this.#post({ kind: 'taken', taken: this.#take(this.#batch) });
    else await this.#addLines(this.#batch, message);
  }

  async #openBatch(): Promise<Batch> {
    const { store, state, count, options } = this.#start;
    const redactor = await redactorOf(store.filters);
    const batch = new Batch(this.#files, store, state, () => this.#index, this.#prices, redactor, {
      ...options,
      heldWeight: (options.heldWeight ?? MOST_WEIGHT) / count,
      knownBytes: Math.max(KNOWN_BYTES / count, LEAST_KNOWN_BYTES),
    });
    batch.detaches = true;
    batch.onSession = (id) => {
      if (this.#shardOf.of(id) !== this.#start.shard) throw new Misled();
    };
    batch.onLeftOut = (id) => this.#progress.noteExtras({ leftOut: id });
    batch.onTimeless = (unreadTime, { isTimed = false }) =>
      this.#progress.noteExtras({ timeless: { unreadTime, isTimed } });
    return batch;
  }

  async #addLines(batch: Batch, { memory, sources, lines }: PartMessage): Promise<void> {
    const buffers = memory.map((one) => Buffer.from(one));
    let { size } = batch;
    for (let i = 0; i < lines.length && !this.#isStopped; i += LINE_FIELDS) {
      const [at = 0, start = 0, end = 0, offset = 0, order = 0, from = 0] = lines.subarray(
        i,
        i + LINE_FIELDS,
      );
      const source = { ...(sources[from] as (typeof sources)[number]), offset, times: this.#times };
      batch.order = order;
      const bytes = (buffers[at] as Buffer).subarray(start, end);
      const count = await batch.addLine(bytes, source);
      const records = batch.takeRecords();
      this.#progress.noteLine(count, records, batch.size - size);
      size = batch.size;
      if (batch.damaged.size > this.#damagedAt.size) this.#noteDamaged(batch, order);
    }
    growOnce();
    this.#post({ kind: 'done', progress: this.#progress.take() });
  }

  #noteDamaged({ damaged }: Batch, order: number): void {
    for (const id of damaged.keys()) if (!this.#damagedAt.has(id)) this.#damagedAt.set(id, order);
  }

  #take(batch: Batch): TakenShard {
    const { ids, used, sessions } = batch.take();
    const written = Array.from(sessions, (one) =>
      writeSession(this.#files, this.#start.store.dir, this.#index, one),
    );
    for (const { head, usage } of written) this.#index.add(head, usage);
    const sent = written.map(({ head, usage, files, isNew }) => ({
      line: sessionLine(head, usage),
      files,
      isNew,
    }));
    const damaged = [...batch.damaged].map(([id, file]): TakenShard['damaged'][number] => [
      this.#damagedAt.get(id) ?? 0,
      id,
      file,
    ]);
    return { ids, used, sessions: sent, damaged };
  }

  #ask(question: Question): Promise<Answer> {
    this.#post({ kind: 'ask', progress: this.#progress.take(), question });
    return new Promise((resolve) => (this.#answer = resolve));
  }
}
