import type { LineSource } from '../line-source.ts';
import type { LogReading } from '../log-reading.ts';
import type { ChunkPool } from './chunk-pool.ts';
import type { SharedBlock, SharedLine } from './line-order.ts';
import type { PartMessage } from './messages.ts';
import type { ShardLines } from './shard-lines.ts';

/** Lines that are not in shared memory are copied into pieces of this size. */
const COPIED_BYTES = 1 << 16;

interface OpenPart {
  memory: SharedArrayBuffer[];
  sources: PartMessage['sources'][number][];
  numbers: number[];
  lines: SharedLine[];
}

/** The lines since the last block, each with the shard that is to read it. */
export class OpenBlock {
  readonly #first: number;
  readonly #pool: ChunkPool;
  readonly #parts: OpenPart[];
  readonly #lines: (SharedLine | string)[] = [];
  #copies: Buffer = Buffer.alloc(0);

  /** `first`: the order of its first line. */
  constructor(first: number, shards: number, pool: ChunkPool) {
    this.#first = first;
    this.#pool = pool;
    this.#parts = Array.from({ length: shards }, () => ({ memory: [], sources: [], numbers: [], lines: [] }));
  }

  /** The order of the next line. */
  get next(): number {
    return this.#first + this.#lines.length;
  }

  add(bytes: Buffer, source: LineSource, reading: LogReading, pieces: number, shard: number): void {
    const part = this.#parts[shard] as OpenPart;
    const order = this.next;
    const shared = this.#pool.has(bytes.buffer) ? bytes : this.#copy(bytes);
    const start = shared.byteOffset;
    const at = placeOf(part.memory, shared.buffer as SharedArrayBuffer);
    part.numbers.push(at, start, start + shared.length, source.offset, order, sourceOf(part.sources, source));
    const line = { order, reading, pieces, count: undefined, ended: NaN, isExact: false, extras: undefined };
    part.lines.push(line);
    this.#lines.push(line);
  }

  /** Adds the record of a line that the reading thread rejected. */
  addRecord(record: string): void {
    this.#lines.push(record);
  }

  /** Hands the lines out. `to`: where the block ends; undefined if it is none. */
  send(shards: readonly ShardLines[], to: number | undefined): SharedBlock {
    const left = this.#parts.reduce((sum, { lines }) => sum + lines.length, 0);
    const block = { first: this.#first, lines: this.#lines, left, size: 0, to };
    for (const [i, { memory, sources, numbers, lines }] of this.#parts.entries()) {
      if (lines.length === 0) continue;
      for (const one of memory) this.#pool.use(one);
      shards[i]?.send(block, lines, { memory, sources, lines: Float64Array.from(numbers) });
    }
    return block;
  }

  #copy(bytes: Buffer): Buffer {
    if (this.#copies.length < bytes.length)
      this.#copies = Buffer.from(new SharedArrayBuffer(Math.max(COPIED_BYTES, bytes.length)));
    const copy = this.#copies.subarray(0, bytes.length);
    copy.set(bytes);
    this.#copies = this.#copies.subarray(bytes.length);
    return copy;
  }
}

function placeOf(memory: SharedArrayBuffer[], one: SharedArrayBuffer): number {
  const last = memory.length - 1;
  return memory[last] === one ? last : memory.push(one) - 1;
}

function sourceOf(sources: OpenPart['sources'], { path, logId, mtime, isTimed = false }: LineSource): number {
  const last = sources.at(-1);
  const isSame =
    last?.path === path && last.logId === logId && last.mtime === mtime && last.isTimed === isTimed;
  return isSame ? sources.length - 1 : sources.push({ path, logId, mtime, isTimed }) - 1;
}
