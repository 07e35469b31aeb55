import type { Pieces } from './pieces.ts';

/*
 * What the site remembers of each session's pages, in up to 256 files: by the first byte of the digest of its id, so that
 * a session's place never changes. A line has the digest, the session's mark, facts of its
 * context, and the path and key of each page.
 */

/** A session's pages as they were last written. */
export interface ShownSession {
  /** Of everything that the pages and the rows in lists depend on. */
  mark: string;
  pages: readonly ShownPage[];
  /** What is known of its context, as JSON; empty without pages. */
  facts: string;
}

export type ShownPage = readonly [path: string, key: string];

/** Separates the fields of a line. Names are percent-encoded and have no tabs. */
const TAB = '\t';

/** The sessions of one of these files, by the digest of their id. */
export class Shard {
  readonly #lines = new Map<string, string>();

  constructor(text = '') {
    for (let at = 0; at < text.length;) {
      const end = text.indexOf('\n', at);
      this.#lines.set(text.slice(at, text.indexOf(TAB, at)), text.slice(at, end));
      at = end + 1;
    }
  }

  keys(): Iterable<string> {
    return this.#lines.keys();
  }

  get(key: string): ShownSession | undefined {
    const line = this.#lines.get(key);
    if (line === undefined) return undefined;
    const [, mark = '', facts = '', ...rest] = line.split(TAB);
    const pages: ShownPage[] = [];
    for (let i = 0; i + 1 < rest.length; i += 2) pages.push([rest[i] ?? '', rest[i + 1] ?? '']);
    return { mark, pages, facts };
  }

  /** Whether the session was last shown with this mark. */
  hasMark(key: string, mark: string): boolean {
    return this.#lines.get(key)?.startsWith(mark + TAB, key.length + TAB.length) === true;
  }

  has(key: string): boolean {
    return this.#lines.has(key);
  }

  /** The number of pages of all its sessions. */
  fileCount(): number {
    let count = 0;
    for (const line of this.#lines.values()) {
      let tabs = 0;
      for (let at = line.indexOf(TAB); at >= 0; at = line.indexOf(TAB, at + 1)) tabs++;
      count += Math.floor((tabs - 2) / 2);
    }
    return count;
  }

  set(key: string, { mark, pages, facts }: ShownSession): void {
    this.#lines.set(key, [key, mark, facts, ...pages.flat()].join(TAB));
  }

  delete(key: string): void {
    this.#lines.delete(key);
  }

  text(): string {
    return Array.from(this.#lines.values(), (line) => `${line}\n`).join('');
  }
}

/** The names of all of these files, in the order of the digests. */
export const SHARDS: readonly string[] = Array.from({ length: 256 }, (_, i) =>
  i.toString(16).padStart(2, '0'),
);

/** Which of them has a session. */
export function shardOf(key: string): string {
  return key.slice(0, 2);
}

export function readShard(pieces: Pieces, name: string): Shard {
  return new Shard(pieces.read(pathOf(name)));
}

export function writeShard(pieces: Pieces, name: string, shard: Shard): void {
  const text = shard.text();
  if (text === '') pieces.remove(pathOf(name));
  else pieces.write(pathOf(name), text);
}

function pathOf(name: string): string {
  return `sessions/${name}`;
}
