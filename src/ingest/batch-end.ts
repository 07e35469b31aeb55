/**
 * Decides where a batch ends, by the text of all its blocks but the last ones. Threads that are reading those need not
 * be waited for, and the batches are the same with and without threads.
 */
export class BatchEnd {
  readonly #limit: number;
  /** Bytes of log that do not count yet. */
  readonly #behind: number;
  /** Bytes of log since the last batch. */
  #passed = 0;
  /** Blocks that do not count yet: up to which byte of log, and how much text there is up to there. */
  readonly #blocks: { to: number; size: number }[] = [];
  #size = 0;

  /** `limit`: bytes of text in a batch. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#behind = Math.floor((2 * limit) / 3);
  }

  /** Passes a block of the log; returns its end. */
  pass(length: number): number {
    this.#passed += length;
    return this.#passed;
  }

  /** Notes how much text the batch has up to the end of a block. Call it for each block, in order. */
  note(to: number, size: number): void {
    this.#blocks.push({ to, size });
  }

  /** Blocks that end up to here count, so they must be noted. */
  get due(): number {
    return this.#passed - this.#behind;
  }

  get isReached(): boolean {
    for (let block = this.#blocks[0]; block && block.to <= this.due; block = this.#blocks[0]) {
      this.#size = block.size;
      this.#blocks.shift();
    }
    return this.#size > this.#limit;
  }

  /** Begins the next batch. */
  begin(): void {
    this.#passed = 0;
    this.#size = 0;
    this.#blocks.length = 0;
  }
}
