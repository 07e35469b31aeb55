import type { PriceList } from '../store/pricing-settings.ts';
import type { Filters } from '../store/store.ts';

export interface ParseOptions {
  dir: string;
  logPaths: readonly string[];
  stateFile?: string | undefined;
  /** Those given; a new store takes them for good. */
  filters: Partial<Filters>;
  /** A price file, which becomes the store's; `none`: it has none any more; undefined: it keeps what it has. */
  pricesPath?: string | undefined;
  /** Which built-in prices come first; becomes the store's. */
  priceList?: PriceList | undefined;
  /** What reports are in, from now on; null: each cost in its own currency. */
  currency?: string | null | undefined;
  /** Milliseconds since 1970 UTC. */
  now: () => number;
  /** Awaited: it may let other things happen, such as signals, and end the run by throwing. */
  onProgress?: ((progress: Progress) => void | Promise<void>) | undefined;
  /** Bytes; a longer line is rejected. */
  longestLine?: number;
  /** Bytes of a part that fills Docker's buffer; tests cut smaller ones. */
  dockerPart?: number;
  /** Bytes of new text that are gathered before a commit. */
  batchSize?: number;
  /** Hundreds of bytes that sessions may hold between commits; those used longest ago are loaded again when needed. */
  heldWeight?: number;
  /** `slow`: every line is decoded whole. The store is the same either way: a test compares them. */
  linePath?: 'fast' | 'slow';
}

interface Progress {
  bytes: number;
  totalBytes: number;
  rounds: number;
}
