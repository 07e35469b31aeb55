export interface CachedRequest {
  /** The messages as they stand in the log, escaped, one comma between two; there is room behind them. */
  bytes: Buffer;
  /** Where each of them ends. */
  ends: number[];
  /** What each of them is in the session's memory. */
  ordinals: number[];
}

/** Who knows a request, and is told when it is given up. */
interface RequestOwner {
  drop(request: CachedRequest): void;
}

const SMALLEST = 8192;

/**
 * Bounds the memory of all sessions' known requests together; the one that was used longest ago goes first. Memory that
 * was given back is lent again: most of the time of a new piece goes into its pages.
 */
export class PrefixCacheBudget {
  readonly #most: number;
  readonly #owners = new Map<CachedRequest, RequestOwner>();
  /** Pieces that nobody holds, by their size. */
  readonly #spare = new Map<number, Buffer[]>();
  /** Bytes of all pieces, lent or spare. */
  #held = 0;

  /** `most`: bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Memory for a request of `length` bytes, and for what it may grow by. */
  lend(length: number): Buffer {
    const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(length)));
    for (const oldest of this.#owners.keys()) {
      if (this.#spare.get(size)?.length || this.#held + size <= this.#most) break;
      this.forget(oldest);
      this.#dropSpare(size);
    }
    const spare = this.#spare.get(size)?.pop();
    if (!spare) this.#held += size;
    return spare ?? Buffer.allocUnsafeSlow(size);
  }

  giveBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const spare = this.#spare.get(bytes.length);
    if (spare) spare.push(bytes);
    else this.#spare.set(bytes.length, [bytes]);
  }

  use(request: CachedRequest, owner: RequestOwner): void {
    this.#owners.delete(request);
    this.#owners.set(request, owner);
  }

  /** The owner alone decides what becomes of it. */
  release(request: CachedRequest): void {
    this.#owners.delete(request);
  }

  forget(request: CachedRequest): void {
    const owner = this.#owners.get(request);
    if (!owner) return;
    this.release(request);
    owner.drop(request);
    this.giveBack(request.bytes);
  }

  /** Gives up pieces of other sizes than the one that is asked for. */
  #dropSpare(size: number): void {
    for (const [spareSize, pieces] of this.#spare) {
      if (spareSize === size) continue;
      this.#held -= spareSize * pieces.length;
      this.#spare.delete(spareSize);
    }
  }
}
