import { readWhole, type Files } from '../platform/files.ts';
import type { SiteTree } from './site-tree.ts';

/**
 * The paths that a render writes, one per line. A path is added before its file is written, and the journal is removed
 * once the site remembers what was written. If a render is killed, the content of the files in its journal is unknown.
 */
export class Journal {
  readonly #files: Files;
  readonly #tree: SiteTree;
  /** What a render that was killed left. */
  readonly #before: Buffer;
  #fd: number | undefined;
  #end: number;
  /** Paths of a render that was killed; not checked: `SiteTree.find` knows none that is not a page's. */
  readonly torn: ReadonlySet<string>;

  constructor(files: Files, tree: SiteTree) {
    this.#files = files;
    this.#tree = tree;
    const text = readWhole(files, this.#path)?.toString() ?? '';
    // The page of an incomplete last line was not begun.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#before = Buffer.from(whole);
    this.#end = this.#before.length;
    this.torn = new Set(whole.split('\n').slice(0, -1));
  }

  get #path(): string {
    return this.#tree.ownPath('journal');
  }

  /** To be called before a page is written. */
  add(path: string): void {
    const line = Buffer.from(`${path}\n`);
    this.#fd ??= this.#begin();
    this.#files.write(this.#fd, line, this.#end);
    this.#end += line.length;
  }

  /** A file that is there may be somebody else's under a second name, so a new one takes its place. */
  #begin(): number {
    const temporary = this.#tree.ownPath('journal.tmp');
    const fd = this.#files.open(temporary, 'fresh');
    this.#fd = fd;
    this.#files.write(fd, this.#before, 0);
    this.#files.rename(temporary, this.#path);
    return fd;
  }

  /** Forgets the paths that were added: the site remembers their pages now. */
  restart(): void {
    if (this.#fd === undefined) return;
    this.close();
    this.#end = this.#before.length;
    if (this.#end === 0) this.#files.remove(this.#path);
    else this.#files.close(this.#begin());
    this.#fd = undefined;
  }

  /** To be called once the site remembers every page. */
  remove(): void {
    this.close();
    if (this.#end > 0) this.#files.remove(this.#path);
  }

  close(): void {
    if (this.#fd !== undefined) this.#files.close(this.#fd);
    this.#fd = undefined;
  }
}
