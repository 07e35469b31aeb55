import { join } from 'node:path';
import { readWhole, type Files } from '../platform/files.ts';

/**
 * The paths that a render writes, one per line. A path is added before its file is written, and the journal is removed
 * once the manifest is written. If a render is killed, the content of the files in its journal is unknown.
 */
export class Journal {
  readonly #files: Files;
  readonly #path: string;
  #fd: number | undefined;
  #end: number;
  /** Paths of a render that was killed. */
  readonly torn: ReadonlySet<string>;

  constructor(files: Files, dir: string) {
    this.#files = files;
    this.#path = join(dir, '.monitor', 'journal');
    const text = readWhole(files, this.#path)?.toString() ?? '';
    // The page of an incomplete last line was not begun.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#end = Buffer.byteLength(whole);
    this.torn = new Set(whole.split('\n').slice(0, -1));
  }

  /** To be called before a page is written. */
  add(path: string): void {
    const line = Buffer.from(`${path}\n`);
    this.#fd ??= this.#files.open(this.#path, 'create');
    this.#files.write(this.#fd, line, this.#end);
    this.#end += line.length;
  }

  /** To be called once the manifest covers every page. */
  remove(): void {
    this.close();
    if (this.#end > 0) this.#files.remove(this.#path);
  }

  close(): void {
    if (this.#fd !== undefined) this.#files.close(this.#fd);
    this.#fd = undefined;
  }
}
