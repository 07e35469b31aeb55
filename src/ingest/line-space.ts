const CHUNK_BYTES = 1 << 20;
/** A line's length stands before it. */
const LENGTH_BYTES = 4;

/**
 * Room for the lines of a batch, which is used again for the next: a new piece of memory for each line would cost more
 * than the line. A line is named by its place, a whole number.
 */
export class LineSpace {
  readonly #chunks: Buffer[] = [];
  /** The chunk that is being filled, and how far. */
  #filling = 0;
  #used = 0;
  /** Lines that no chunk can hold. */
  #long: Buffer[] = [];

  /** Writes a line; returns its place. */
  write(text: string, encoding: 'utf8' | 'latin1'): number {
    const length = Buffer.byteLength(text, encoding);
    const needed = LENGTH_BYTES + length;
    if (needed > CHUNK_BYTES) return -this.#long.push(Buffer.from(text, encoding));
    if (this.#used + needed > CHUNK_BYTES) {
      this.#filling++;
      this.#used = 0;
    }
    const chunk = (this.#chunks[this.#filling] ??= Buffer.allocUnsafeSlow(CHUNK_BYTES));
    const at = this.#used;
    chunk.writeUInt32LE(length, at);
    chunk.write(text, at + LENGTH_BYTES, encoding);
    this.#used += needed;
    return this.#filling * CHUNK_BYTES + at;
  }

  /** The bytes of a line, valid until `reset`. */
  read(place: number): Buffer {
    const long = place < 0 ? this.#long[-place - 1] : undefined;
    if (long) return long;
    const chunk = this.#chunks[Math.floor(place / CHUNK_BYTES)];
    if (!chunk) throw new Error(`no line at ${place}`);
    const at = place % CHUNK_BYTES;
    return chunk.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + chunk.readUInt32LE(at));
  }

  /** Everything that was written is given up. */
  reset(): void {
    this.#filling = 0;
    this.#used = 0;
    this.#long = [];
  }
}
