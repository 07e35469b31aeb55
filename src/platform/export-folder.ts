import { join, resolve } from 'node:path';
import { InputOutputError } from './errors.ts';
import { readWhole, replaceFile, type Files } from './files.ts';
import { takeLock } from './lock.ts';
import { withKnownPaths } from './open-file.ts';

/** Spark, Trino and Hive do not read what begins with `_`. */
const OWN = '_monitor';
const STAGED = 'staged';

/** What a folder is for. */
export interface ExportKind {
  /** `the dataset`: with the folder's name, who holds its lock. */
  named: string;
  /** `a dataset of monitor`: what a folder with other files is not. */
  what: string;
  /** The name of its state's file. */
  state: string;
}

/**
 * A folder that exports add files to. Others may be able to write into it. So each folder in it is opened as no link, and
 * reached through its descriptor: whatever is put in its place meanwhile, nothing outside is written or removed.
 */
export class ExportFolder {
  readonly named: string;
  readonly #files: Files;
  readonly #kind: ExportKind;
  readonly #root: number;
  readonly #own: number;
  readonly #staged: number;
  readonly #unlock: () => void;

  /**
   * Opens the folder and locks it, and makes it if there is none. `dir` may be a link: the user named it. Throws
   * InputOutputError if the folder has other files, BusyError if another export uses it.
   */
  constructor(files: Files, dir: string, kind: ExportKind) {
    this.#files = files;
    this.#kind = kind;
    this.named = resolve(dir);
    // What is in it may be read by whoever may read the folder; a new one is for its owner.
    if (!files.stat(dir)) files.makeFolder(dir);
    const opened: number[] = [];
    const open = (path: string, how: 'own' | 'given'): number => {
      const fd = files.openFolder(path, how);
      opened.push(fd);
      return fd;
    };
    try {
      this.#root = open(dir, 'given');
      const names = files.list(this.root) ?? [];
      if (!names.includes(OWN)) {
        this.#refuseOthers(names);
        files.makeFolder(join(this.root, OWN));
      }
      this.#own = open(join(this.root, OWN), 'own');
      const own = this.#path(this.#own, OWN);
      if (!(files.list(own) ?? []).includes(kind.state))
        this.#refuseOthers(names.filter((name) => name !== OWN));
      files.makeFolder(join(own, STAGED));
      this.#staged = open(join(own, STAGED), 'own');
      this.#unlock = takeLock(join(own, 'lock'), `${kind.named} ${this.named}`);
    } catch (error) {
      const explained = this.explained(error);
      for (const fd of opened) files.close(fd);
      throw explained;
    }
  }

  /** A path that leads into the folder, whatever happens to its own. */
  get root(): string {
    return this.#path(this.#root, '');
  }

  readState(): Buffer | undefined {
    return readWhole(this.#files, join(this.#path(this.#own, OWN), this.#kind.state));
  }

  writeState(text: string): void {
    replaceFile(this.#files, join(this.#path(this.#own, OWN), this.#kind.state), text);
  }

  get stagedFolder(): string {
    return this.#path(this.#staged, join(OWN, STAGED));
  }

  /** The path of a file that is not published yet. */
  stagedPath(name: string): string {
    return join(this.stagedFolder, name);
  }

  stagedNames(): string[] {
    return this.#files.list(this.stagedFolder) ?? [];
  }

  removeStaged(): void {
    for (const name of this.stagedNames()) this.#files.remove(this.stagedPath(name));
  }

  /** The same error, with paths that people know. */
  explained(error: unknown): unknown {
    if (error instanceof Error) error.message = withKnownPaths(error.message, this.#known());
    return error;
  }

  close(): void {
    for (const fd of [this.#staged, this.#own, this.#root]) this.#files.close(fd);
    this.#unlock();
  }

  #path(fd: number, name: string): string {
    return this.#files.through(fd, join(this.named, name));
  }

  #known(): Map<string, string> {
    const opened: [number | undefined, string][] = [
      [this.#root, ''],
      [this.#own, OWN],
      [this.#staged, join(OWN, STAGED)],
    ];
    return new Map(
      opened.flatMap(([fd, name]): [string, string][] =>
        fd === undefined ? [] : [[this.#path(fd, name), join(this.named, name)]],
      ),
    );
  }

  #refuseOthers(names: readonly string[]): void {
    if (names.length === 0) return;
    throw new InputOutputError(
      `${this.named} is not ${this.#kind.what}: it has ${names.toSorted().slice(0, 3).join(', ')}` +
        `${names.length > 3 ? ', …' : ''}. Nothing was written: name an empty or new folder`,
    );
  }
}
