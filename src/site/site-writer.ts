import { dirname } from 'node:path';
import { InputOutputError } from '../platform/errors.ts';
import { isAbsent, readBytes, readWhole, withFile, type Files } from '../platform/files.ts';
import { Journal } from './journal.ts';
import type { WritablePage } from './page.ts';
import { PageChanges } from './page-changes.ts';
import type { SiteTree } from './site-tree.ts';

/**
 * Writes and removes the pages of a site, for one render at a time. A page is written to a temporary file that is then
 * renamed, so visitors never see half of one. A killed render leaves a journal of the paths that it may have written
 * since its last checkpoint: what they hold is not known.
 */
export class SiteWriter {
  readonly #files: Files;
  readonly #tree: SiteTree;
  readonly #journal: Journal;
  /** Paths of earlier renders that no page of this one has taken yet. */
  readonly #leftovers: Set<string>;
  /** Of each folder that a page was removed from, one of these. */
  readonly #emptied = new Map<string, string>();
  readonly changes = new PageChanges();
  written = 0;
  removed = 0;

  /** `others`: paths that an earlier build knew. */
  constructor(files: Files, tree: SiteTree, others: Iterable<string> = []) {
    this.#files = files;
    this.#tree = tree;
    this.#journal = new Journal(files, tree);
    this.#leftovers = new Set([...this.#journal.torn, ...others]);
  }

  /** Whether a render was killed here. */
  get wasKilled(): boolean {
    return this.#journal.torn.size > 0;
  }

  /** Whether what a path holds is not known. */
  isTorn(path: string): boolean {
    return this.#journal.torn.has(path);
  }

  /** `rounds`: of the session, if this is its newest page. */
  write(page: Pick<WritablePage, 'path' | 'render'>, rounds?: number): void {
    this.changes.add(page.path, rounds);
    const content = page.render();
    const path = this.#tree.pathOf(page.path);
    this.#journal.add(page.path);
    const temporary = this.#tree.ownPath('page');
    withFile(this.#files, temporary, 'publish', (fd) => {
      let at = 0;
      for (const piece of isWhole(content) ? [content] : content) {
        const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
        this.#files.write(fd, bytes, at);
        at += bytes.length;
      }
    });
    this.#files.rename(temporary, path);
    this.written++;
    this.keep(page.path);
  }

  /** Notes that a page of an earlier render is one of this one too. */
  keep(path: string): void {
    this.#leftovers.delete(path);
  }

  remove(path: string): void {
    const found = this.#tree.find(path);
    if (found === undefined) return;
    const isThere = this.#files.stat(found) !== undefined;
    this.#journal.add(path);
    this.changes.add(path);
    this.#files.remove(found);
    this.#emptied.set(dirname(path), path);
    if (isThere) this.removed++;
  }

  /** What a page holds; undefined if it cannot be read. */
  read(path: string): Buffer | undefined {
    const found = this.#tree.find(path);
    try {
      return found === undefined ? undefined : readWhole(this.#files, found);
    } catch (error) {
      if (error instanceof InputOutputError) return undefined;
      throw error;
    }
  }

  /** The size of a page, and its first bytes; undefined if it cannot be read. */
  readStart(path: string, bytes: number): { size: number; bytes: Buffer } | undefined {
    const found = this.#tree.find(path);
    if (found === undefined) return undefined;
    try {
      return withFile(this.#files, found, 'peek', (fd) => {
        const { isFile, size } = this.#files.facts(fd);
        return isFile ? { size, bytes: readBytes(this.#files, fd, 0, Math.min(size, bytes)) } : undefined;
      });
    } catch (error) {
      if (error instanceof InputOutputError || isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** The site remembers everything that was written so far. What a killed render left stays unknown until the end. */
  checkpoint(): void {
    this.#journal.restart();
  }

  /** Removes what no page has taken. */
  removeLeftovers(): void {
    for (const path of this.#leftovers) this.remove(path);
  }

  /** To be called once the site remembers everything. */
  finish(): void {
    for (const path of this.#emptied.values()) this.#tree.removeEmpty(path);
    this.#journal.remove();
  }

  close(): void {
    this.#journal.close();
  }
}

function isWhole(content: ReturnType<WritablePage['render']>): content is string | Uint8Array {
  return typeof content === 'string' || content instanceof Uint8Array;
}
