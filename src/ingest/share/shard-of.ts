import { digest } from '../../platform/digest.ts';

/** How many sessions are remembered. */
const MOST_KNOWN = 10_000;

/**
 * Shares sessions out. Ids that differ only by case stay together: the name of one's file can depend on the other's.
 */
export class ShardOf {
  readonly #count: number;
  readonly #known = new Map<string, number>();

  constructor(count: number) {
    this.#count = count;
  }

  of(id: string): number {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const shard = Buffer.from(digest(id.toLowerCase(), 4), 'latin1').readUInt32BE() % this.#count;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(id, shard);
    return shard;
  }
}
