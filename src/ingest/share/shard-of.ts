import { digest } from '../../platform/digest.ts';

/** How many sessions are remembered. */
const MOST_KNOWN = 10_000;

/** The shard of the thread that reads the logs. */
export const OWN_SHARD = 0;
/** What reading takes, as a part of what it takes to do the rest. */
const READING = 0.15;

/**
 * Shares sessions out. Ids that differ only by case stay together: the name of one's file can depend on the other's.
 */
export class ShardOf {
  readonly #count: number;
  /** The own shard's part of the sessions: with reading, it is to take as long as the others. */
  readonly #own: number;
  readonly #known = new Map<string, number>();

  constructor(count: number) {
    this.#count = count;
    this.#own = Math.max(0, (1 + READING) / count - READING);
  }

  of(id: string): number {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const place = Buffer.from(digest(id.toLowerCase(), 4), 'latin1').readUInt32BE() / 2 ** 32;
    const others = (place - this.#own) / (1 - this.#own);
    const shard = others < 0 ? OWN_SHARD : 1 + Math.floor(others * (this.#count - 1));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(id, shard);
    return shard;
  }
}
