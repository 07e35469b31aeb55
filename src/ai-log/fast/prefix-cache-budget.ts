export interface CachedRequest {
  /** The messages as in the log, escaped, separated by one comma. The buffer may be longer. */
  bytes: Buffer;
  /** Where each message ends in `bytes`. */
  ends: number[];
  /** The ordinal of each message in the session's memory. */
  ordinals: number[];
}

/** The cache that has a request. It is notified when the budget evicts the request. */
interface RequestOwner {
  drop(request: CachedRequest): void;
}

const SMALLEST = 8192;

/**
 * Bounds the memory of the cached requests of all sessions together, and evicts the least recently used one first.
 * Buffers are reused, because most of the cost of a new one is its page faults.
 */
export class PrefixCacheBudget {
  readonly #most: number;
  readonly #owners = new Map<CachedRequest, RequestOwner>();
  /** Unused buffers by size. */
  readonly #spare = new Map<number, Buffer[]>();
  /** Bytes of all buffers, in use or spare. */
  #held = 0;

  /** `most` is in bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  /** A buffer for a request of `length` bytes, with room to grow. */
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

  /** Takes a request out of the budget without notifying its owner, who keeps its memory. */
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

  /** Frees all spare buffers except those of this size. */
  #dropSpare(size: number): void {
    for (const [spareSize, pieces] of this.#spare) {
      if (spareSize === size) continue;
      this.#held -= spareSize * pieces.length;
      this.#spare.delete(spareSize);
    }
  }
}
