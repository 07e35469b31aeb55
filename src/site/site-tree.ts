import { randomBytes } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { InputOutputError, isSystemError } from '../platform/errors.ts';
import { isAbsent, withFile, type Files } from '../platform/files.ts';
import { withKnownPaths } from '../platform/open-file.ts';
import { isPagePath } from './names.ts';

/** The folder for everything that is not a page. */
const OWN = '.monitor';
const ROOT = '.';

interface Folder {
  fd: number;
  /** Leads into it through its descriptor. */
  path: string;
  /** For people. */
  named: string;
}

/**
 * The folders of a site. Others may be able to write into them: a web server's user, a group. So each is opened once, as
 * no link and as a folder of whoever runs the program, and reached through its descriptor from then on. Whatever is put in
 * its place meanwhile, nothing outside of the site is written or removed.
 */
export class SiteTree {
  readonly #files: Files;
  readonly #allowOtherOwner: boolean;
  readonly #folders = new Map<string, Folder>();

  private constructor(files: Files, allowOtherOwner: boolean) {
    this.#files = files;
    this.#allowOtherOwner = allowOtherOwner;
  }

  /**
   * Opens the folder of a site, and makes it if there is none. `dir` may be a link: the user named it. Throws
   * InputOutputError if the folder has other files, or belongs to another user and `allowOtherOwner` is not set.
   */
  static open(files: Files, dir: string, allowOtherOwner: boolean): SiteTree {
    files.makePublicFolder(dir);
    const tree = new SiteTree(files, allowOtherOwner);
    try {
      const root = tree.#hold(ROOT, dir, resolve(dir), 'given');
      refuseOtherFiles(files.list(root.path) ?? [], root.named);
      tree.#checkOwner(root);
      tree.#folder(OWN, true);
    } catch (error) {
      tree.close();
      throw tree.explained(error);
    }
    return tree;
  }

  /** The folder's path, for people. */
  get named(): string {
    return this.#folders.get(ROOT)?.named ?? '';
  }

  /** The path to write one of the files to that are not pages. Its folder is made. */
  ownPath(name: string): string {
    if (!isPagePath(name)) throw new InputOutputError(`${JSON.stringify(name)} is not the name of a file`);
    return join(this.#folder(join(OWN, dirname(name)), true).path, basename(name));
  }

  /** The path of such a file that may be there; undefined if its folder is not. */
  findOwn(name: string): string | undefined {
    const folder = isPagePath(name) ? this.#folder(join(OWN, dirname(name)), false) : undefined;
    return folder && join(folder.path, basename(name));
  }

  /** The path to write a page to. Its folders are made. */
  pathOf(page: string): string {
    if (!isPagePath(page)) throw new InputOutputError(`${JSON.stringify(page)} is not the path of a page`);
    return join(this.#folder(dirname(page), true).path, basename(page));
  }

  /** The path of a page that may be there; undefined if its folder is not, or no page can have this path. */
  find(page: string): string | undefined {
    const folder = isPagePath(page) ? this.#folder(dirname(page), false) : undefined;
    return folder && join(folder.path, basename(page));
  }

  /** Removes the folder of a page, and those above it, as far as they are empty. */
  removeEmpty(page: string): void {
    for (let path = dirname(page); path !== ROOT; path = dirname(path)) {
      const parent = this.#folder(dirname(path), false);
      if (!parent || !this.#files.removeFolder(join(parent.path, basename(path)))) return;
      const known = this.#folders.get(path);
      if (known) this.#files.close(known.fd);
      this.#folders.delete(path);
    }
  }

  /** The same error, with paths that people know. */
  explained(error: unknown): unknown {
    const known = new Map([...this.#folders.values()].map(({ path, named }) => [path, named]));
    if (error instanceof Error) error.message = withKnownPaths(error.message, known);
    return error;
  }

  close(): void {
    for (const { fd } of this.#folders.values()) this.#files.close(fd);
  }

  #folder(path: string, isMade: true): Folder;
  #folder(path: string, isMade: boolean): Folder | undefined;
  #folder(path: string, isMade: boolean): Folder | undefined {
    const known = this.#folders.get(path);
    if (known) return known;
    const parent = this.#folder(dirname(path), isMade);
    if (!parent) return undefined;
    const inParent = join(parent.path, basename(path));
    const named = join(parent.named, basename(path));
    try {
      return this.#checkOwner(this.#hold(path, inParent, named, 'own'));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    if (!isMade) return undefined;
    this.#files.makePublicFolder(inParent);
    return this.#checkOwner(this.#hold(path, inParent, named, 'own'));
  }

  #hold(key: string, path: string, named: string, how: 'own' | 'given'): Folder {
    const fd = this.#files.openFolder(path, how);
    const folder = { fd, path: this.#files.through(fd, path), named };
    this.#folders.set(key, folder);
    return folder;
  }

  #checkOwner(folder: Folder): Folder {
    if (this.#allowOtherOwner) return folder;
    const { uid } = this.#files.facts(folder.fd);
    const user = this.#files.user();
    if (uid === 0 || uid === user || uid === this.#userIn(folder.path)) return folder;
    throw new InputOutputError(
      `${folder.named} belongs to another user (uid ${uid}) than the one who renders (uid ${user}), who could then change the site. ` +
        'Nothing was written. Render as that user, or give the folder to this one with chown -R. ' +
        'If it is meant to be like this, add --allow-other-owner',
    );
  }

  /**
   * Who we are in a folder, by a file that we make there: file systems of a network, or of the host of a container, can
   * have other numbers for users. Undefined if we may not write there.
   */
  #userIn(path: string): number | undefined {
    const probe = join(path, `.monitor-${randomBytes(6).toString('hex')}`);
    try {
      const uid = withFile(this.#files, probe, 'probe', (fd) => this.#files.facts(fd).uid);
      this.#files.remove(probe);
      return uid;
    } catch (error) {
      if (isSystemError(error)) return undefined;
      throw error;
    }
  }
}

function refuseOtherFiles(names: readonly string[], dir: string): void {
  if (names.length === 0 || names.includes(OWN)) return;
  throw new InputOutputError(
    `${dir} is not a site of monitor: it has ${names.toSorted().slice(0, 3).join(', ')}` +
      `${names.length > 3 ? ', …' : ''}. Name an empty or new folder with --site-dir`,
  );
}
