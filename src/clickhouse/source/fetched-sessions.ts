import type { SessionEntry, SessionHead, SessionUsage } from '../../model/session-entry.ts';
import type { SharedCells, StoredSessions } from '../../store/index/index.ts';

/** Sessions that were fetched from an engine: those that a report needs. */
export class FetchedSessions implements StoredSessions {
  readonly tailCrc = 0;
  /** How many sessions the engine has. */
  readonly size: number;
  readonly unlisted: number;
  readonly #entries: ReadonlyMap<string, SessionEntry>;
  readonly #shared: SharedCells | undefined;

  constructor(
    size: number,
    entries: ReadonlyMap<string, SessionEntry>,
    { shared, unlisted = 0 }: { shared?: SharedCells; unlisted?: number } = {},
  ) {
    this.size = size;
    this.unlisted = unlisted;
    this.#entries = entries;
    this.#shared = shared;
  }

  get(id: string): SessionEntry | undefined {
    return this.#entries.get(id);
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  values(): Iterable<SessionEntry> {
    return this.#entries.values();
  }

  inOrder(): Iterable<SessionEntry> {
    return this.values();
  }

  changedSince(): undefined {
    return undefined;
  }

  heads(): Iterable<SessionHead> {
    return this.values();
  }

  usages(): Iterable<SessionUsage> {
    return this.values();
  }

  sharedCells(): SharedCells | undefined {
    return this.#shared;
  }
}
