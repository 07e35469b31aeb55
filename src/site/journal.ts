import { join } from 'node:path';
import { readWhole, type Files } from '../platform/files.ts';

/**
 * The paths that a render may have written, one a line, from before the first of them is touched until the manifest
 * says what they are. What a killed render left in it is of unknown content.
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
    // A last line that is cut names a page that was not begun.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#end = Buffer.byteLength(whole);
    this.torn = new Set(whole.split('\n').slice(0, -1));
  }

  /** Says that a page is going to be written. */
  add(path: string): void {
    const line = Buffer.from(`${path}\n`);
    this.#fd ??= this.#files.open(this.#path, 'create');
    this.#files.write(this.#fd, line, this.#end);
    this.#end += line.length;
  }

  /** Every page is accounted for. */
  remove(): void {
    this.close();
    if (this.#end > 0) this.#files.remove(this.#path);
  }

  close(): void {
    if (this.#fd !== undefined) this.#files.close(this.#fd);
    this.#fd = undefined;
  }
}
