import type { ChunkMemory } from '../../logs/chunk-memory.ts';
import { allocateForReading } from '../../platform/files.ts';

/** Memory that all threads see, used again when all are through with it. */
export class ChunkPool implements ChunkMemory {
  readonly #most: number;
  /** How often each chunk is in use. */
  readonly #uses = new Map<ArrayBufferLike, { bytes: Buffer; uses: number }>();
  #last: ArrayBufferLike | undefined;

  /** `most`: how many chunks there should be. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether a chunk is free, or can be made. */
  get hasRoom(): boolean {
    return this.#uses.size < this.#most || this.#free() !== undefined;
  }

  take(length: number): Buffer {
    const chunk = this.#free(length) ?? this.#add(length);
    this.#last = chunk.buffer;
    return chunk;
  }

  has(buffer: ArrayBufferLike): boolean {
    return this.#uses.has(buffer);
  }

  use(buffer: ArrayBufferLike): void {
    const chunk = this.#uses.get(buffer);
    if (chunk) chunk.uses++;
  }

  release(buffer: ArrayBufferLike): void {
    const chunk = this.#uses.get(buffer);
    if (chunk) chunk.uses--;
  }

  #free(length = 0): Buffer | undefined {
    for (const [buffer, { bytes, uses }] of this.#uses)
      if (uses === 0 && buffer !== this.#last && bytes.length >= length) return bytes;
    return undefined;
  }

  #add(length: number): Buffer {
    // Those of shorter logs make room.
    if (this.#uses.size >= this.#most)
      for (const [buffer, { uses }] of this.#uses)
        if (uses === 0 && buffer !== this.#last) this.#uses.delete(buffer);
    const bytes = allocateForReading(length, true);
    this.#uses.set(bytes.buffer, { bytes, uses: 0 });
    return bytes;
  }
}
