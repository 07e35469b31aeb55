import type { PriceList } from '../store/pricing-settings.ts';
import type { StartShard } from './share/messages.ts';
import type { KeptSettings } from './settings/kept-settings.ts';
import type { Filters } from '../store/store.ts';

export interface ParseOptions {
  dir: string;
  logPaths: readonly string[];
  stateFile?: string | undefined;
  /** The filters given. A new store keeps them for good. */
  filters: Partial<Filters>;
  /** What is kept of attributes and access-log fields, and by which of them usage is counted. */
  kept?: KeptSettings | undefined;
  /** A price file, which becomes the store's; `none` removes it; undefined keeps the current one. */
  pricesPath?: string | undefined;
  /** Which built-in price list comes first. Becomes the store's setting. */
  priceList?: PriceList | undefined;
  /** The currency of reports from now on; null: each cost in its own currency. */
  currency?: string | null | undefined;
  /** Milliseconds since 1970 UTC. */
  now: () => number;
  /** Awaited, so that signals can be handled; it may end the run by throwing. */
  onProgress?: ((progress: Progress) => void | Promise<void>) | undefined;
  /** In bytes; longer lines are rejected. */
  longestLine?: number;
  /** Bytes of a part that fills Docker's buffer; tests use smaller ones. */
  dockerPart?: number;
  /** Bytes of new text to gather before a commit. */
  batchSize?: number;
  /** Hundreds of bytes that sessions may hold between commits; the least recently used are reloaded when needed. */
  heldWeight?: number;
  /** `slow`: every line is decoded whole. The store is the same either way; a test compares the two. */
  linePath?: 'fast' | 'slow';
  /** May read a large backlog; undefined: this thread alone. The store is the same either way. */
  threads?: Threads | undefined;
}

export interface Threads {
  /** How many, with the one that reads; undefined: only that one. */
  jobs?: number | undefined;
  /** From how many bytes of unread log on; tests use less. */
  worth?: number;
  /** Starts one of the others; undefined: a thread of this process. */
  start?: StartShard;
}

interface Progress {
  bytes: number;
  totalBytes: number;
  rounds: number;
}
