const CHUNK_BYTES = 1 << 20;

/** Turns a line's text into bytes. */
export type LineWriter = (text: string, encoding: 'utf8' | 'latin1') => Uint8Array;

/** Each line in memory of its own. */
export const writeApart: LineWriter = (text, encoding) => Buffer.from(text, encoding);

/**
 * Room for the lines of a batch, which is used again for the next: a new piece of memory for each line would cost more
 * than the line.
 */
export class LineSpace {
  readonly #chunks: Buffer[] = [];
  /** The chunk that is being filled, and how far. */
  #filling = 0;
  #used = 0;

  /** The bytes are valid until `reset`. */
  readonly write: LineWriter = (text, encoding) => {
    const most = encoding === 'latin1' ? text.length : Buffer.byteLength(text);
    if (most > CHUNK_BYTES) return Buffer.from(text, encoding);
    if (this.#used + most > CHUNK_BYTES) {
      this.#filling++;
      this.#used = 0;
    }
    const chunk = (this.#chunks[this.#filling] ??= Buffer.allocUnsafeSlow(CHUNK_BYTES));
    const from = this.#used;
    this.#used += chunk.write(text, from, encoding);
    return chunk.subarray(from, this.#used);
  };

  /** Everything that was written is given up. */
  reset(): void {
    this.#filling = 0;
    this.#used = 0;
  }
}
