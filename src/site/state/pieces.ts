import { crc32 } from '../../platform/digest.ts';
import { readWhole, withFile, type Files } from '../../platform/files.ts';
import type { SiteTree } from '../site-tree.ts';

const MARK = 'monitor site 2';

/**
 * What a site remembers of itself, in files below `.monitor`, each with a checksum. A damaged or missing one reads as
 * undefined: what it was about is made anew.
 */
export class Pieces {
  readonly #files: Files;
  readonly #tree: SiteTree;

  constructor(files: Files, tree: SiteTree) {
    this.#files = files;
    this.#tree = tree;
  }

  read(name: string): string | undefined {
    const path = this.#tree.findOwn(name);
    return path === undefined ? undefined : readPiece(this.#files, path);
  }

  /** The same, understood. Whoever may write into the folder can write something else with a right checksum. */
  readAs<T>(name: string, parse: (text: string) => T | undefined): T | undefined {
    const text = this.read(name);
    try {
      return text === undefined ? undefined : parse(text);
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError)
        return undefined;
      throw error;
    }
  }

  /** Replaces one. Like pages, it is not synced: after a power failure, its checksum says whether it is whole. */
  write(name: string, body: string): void {
    const bytes = Buffer.from(body);
    const temporary = this.#tree.ownPath('piece.tmp');
    withFile(this.#files, temporary, 'fresh', (fd) => {
      const head = Buffer.from(`${MARK} ${crc32(bytes).toString(16)}\n`);
      this.#files.write(fd, Buffer.concat([head, bytes]), 0);
    });
    this.#files.rename(temporary, this.#tree.ownPath(name));
  }

  remove(name: string): void {
    const path = this.#tree.findOwn(name);
    if (path !== undefined) this.#files.remove(path);
  }
}

/** The content of a piece at a path; undefined if it is missing or damaged. */
export function readPiece(files: Files, path: string): string | undefined {
  const bytes = readWhole(files, path);
  if (!bytes) return undefined;
  const end = bytes.indexOf(0x0a);
  const body = bytes.subarray(end + 1);
  return bytes.toString('latin1', 0, end) === `${MARK} ${crc32(body).toString(16)}`
    ? body.toString()
    : undefined;
}
