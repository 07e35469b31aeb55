import type { Filters } from '../store/store.ts';

export interface ParseOptions {
  dir: string;
  logPaths: readonly string[];
  stateFile?: string | undefined;
  /** Those given; a new store takes them for good. */
  filters: Partial<Filters>;
  /** A price file, which becomes the store's; `none`: it has none any more; undefined: it keeps what it has. */
  pricesPath?: string | undefined;
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
  /** `plain`: every line is read whole. The store is the same: a test says so. */
  road?: 'fast' | 'plain';
}

interface Progress {
  bytes: number;
  totalBytes: number;
  rounds: number;
}
