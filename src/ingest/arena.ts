const CHUNK_BYTES = 1 << 20;
/** Bytes of the length that precedes each line. */
const LENGTH_BYTES = 4;

/**
 * Memory for the lines of a batch, reused for the next: allocating memory for each line would cost more than the
 * line. A line is identified by its position, a whole number.
 */
export class LineArena {
  readonly #chunks: Buffer[] = [];
  /** The chunk being filled, and how far. */
  #filling = 0;
  #used = 0;
  /** Lines longer than a chunk; their positions are negative. */
  #long: Buffer[] = [];

  /** Writes a line, given in pieces; returns its position. */
  write(pieces: readonly (string | Uint8Array)[]): number {
    let length = 0;
    for (const piece of pieces) length += Buffer.byteLength(piece);
    const needed = LENGTH_BYTES + length;
    if (needed > CHUNK_BYTES) return -this.#long.push(fill(Buffer.allocUnsafeSlow(length), 0, pieces));
    if (this.#used + needed > CHUNK_BYTES) {
      this.#filling++;
      this.#used = 0;
    }
    const chunk = (this.#chunks[this.#filling] ??= Buffer.allocUnsafeSlow(CHUNK_BYTES));
    const at = this.#used;
    chunk.writeUInt32LE(length, at);
    fill(chunk, at + LENGTH_BYTES, pieces);
    this.#used += needed;
    return this.#filling * CHUNK_BYTES + at;
  }

  /** The bytes of a line, valid until `reset`. */
  read(position: number): Buffer {
    const long = position < 0 ? this.#long[-position - 1] : undefined;
    if (long) return long;
    const chunk = this.#chunks[Math.floor(position / CHUNK_BYTES)];
    if (!chunk) throw new Error(`no line at ${position}`);
    const at = position % CHUNK_BYTES;
    return chunk.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + chunk.readUInt32LE(at));
  }

  /** Discards everything that was written. */
  reset(): void {
    this.#filling = 0;
    this.#used = 0;
    this.#long = [];
  }
}

function fill(target: Buffer, from: number, pieces: readonly (string | Uint8Array)[]): Buffer {
  let at = from;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      at += target.write(piece, at);
    } else {
      target.set(piece, at);
      at += piece.length;
    }
  }
  return target;
}
