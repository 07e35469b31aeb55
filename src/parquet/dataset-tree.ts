import { join, resolve } from 'node:path';
import { InputOutputError } from '../platform/errors.ts';
import { readWhole, replaceFile, isAbsent, type Files } from '../platform/files.ts';
import { takeLock } from '../platform/lock.ts';
import { withKnownPaths } from '../platform/open-file.ts';
import { dateOfPartition, partitionName } from './file-name.ts';

/** The open folder of a day. */
interface Partition {
  fd: number;
  name: string;
  path: string;
}

/** Spark, Trino and Hive do not read what begins with `_`. */
const OWN = '_monitor';
const STATE = 'dataset.json';
const STAGED = 'staged';

/**
 * The folder of a dataset. Others may be able to write into it. So each folder in it is opened as no link, and reached
 * through its descriptor: whatever is put in its place meanwhile, nothing outside is written or removed.
 */
export class DatasetTree {
  readonly named: string;
  readonly #files: Files;
  readonly #root: number;
  readonly #own: number;
  readonly #staged: number;
  readonly #unlock: () => void;

  /**
   * Opens the folder of a dataset and locks it, and makes it if there is none. `dir` may be a link: the user named it.
   * Throws InputOutputError if the folder has other files, BusyError if another export uses it.
   */
  constructor(files: Files, dir: string) {
    this.#files = files;
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
      const root = this.#path(this.#root, '');
      const names = files.list(root) ?? [];
      if (!names.includes(OWN)) {
        refuseOthers(names, this.named);
        files.makeFolder(join(root, OWN));
      }
      this.#own = open(join(root, OWN), 'own');
      const own = this.#path(this.#own, OWN);
      if (!(files.list(own) ?? []).includes(STATE))
        refuseOthers(
          names.filter((name) => name !== OWN),
          this.named,
        );
      files.makeFolder(join(own, STAGED));
      this.#staged = open(join(own, STAGED), 'own');
      this.#unlock = takeLock(join(own, 'lock'), `the dataset ${this.named}`);
    } catch (error) {
      const explained = this.explained(error);
      for (const fd of opened) files.close(fd);
      throw explained;
    }
  }

  readState(): Buffer | undefined {
    return readWhole(this.#files, join(this.#path(this.#own, OWN), STATE));
  }

  writeState(text: string): void {
    replaceFile(this.#files, join(this.#path(this.#own, OWN), STATE), text);
  }

  /** The path of a file that is not published yet. */
  stagedPath(name: string): string {
    return join(this.#path(this.#staged, join(OWN, STAGED)), name);
  }

  removeStaged(): void {
    const staged = this.#path(this.#staged, join(OWN, STAGED));
    for (const name of this.#files.list(staged) ?? []) this.#files.remove(join(staged, name));
  }

  /** The days that have a folder, in their order. */
  dates(): string[] {
    const names = this.#files.list(this.#path(this.#root, '')) ?? [];
    return names
      .map(dateOfPartition)
      .filter((date) => date !== undefined)
      .toSorted();
  }

  /** The names in a day's folder; none if there is no folder. */
  list(date: string): string[] {
    return this.#inPartition(date, (path) => this.#files.list(path)) ?? [];
  }

  /** Uses a file of a day by its path; undefined if the day has no folder. */
  async useAsync<T>(date: string, name: string, use: (path: string) => Promise<T>): Promise<T | undefined> {
    const folder = this.#openPartition(date);
    if (!folder) return undefined;
    try {
      return await use(join(folder.path, name));
    } catch (error) {
      throw this.#explainedIn(folder, error);
    } finally {
      this.#files.close(folder.fd);
    }
  }

  remove(date: string, name: string): void {
    this.#inPartition(date, (path) => {
      this.#files.remove(join(path, name));
      this.#files.syncFolder(path);
    });
  }

  /** Moves a file that is on disk into a day's folder, in place of one with this name. */
  publish(staged: string, date: string, name: string): void {
    const move = (path: string): true => {
      this.#files.rename(staged, join(path, name));
      this.#files.syncFolder(path);
      return true;
    };
    if (this.#inPartition(date, move)) return;
    const root = this.#path(this.#root, '');
    this.#files.makePublicFolder(join(root, partitionName(date)));
    this.#files.syncFolder(root);
    this.#inPartition(date, move);
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

  #inPartition<T>(date: string, use: (path: string) => T): T | undefined {
    const folder = this.#openPartition(date);
    if (!folder) return undefined;
    try {
      return use(folder.path);
    } catch (error) {
      throw this.#explainedIn(folder, error);
    } finally {
      this.#files.close(folder.fd);
    }
  }

  #openPartition(date: string): Partition | undefined {
    const name = partitionName(date);
    try {
      const fd = this.#files.openFolder(join(this.#path(this.#root, ''), name), 'own');
      return { fd, name, path: this.#path(fd, name) };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  #explainedIn({ path, name }: Partition, error: unknown): unknown {
    if (error instanceof Error)
      error.message = withKnownPaths(error.message, new Map([[path, join(this.named, name)]]));
    return error;
  }

  #path(fd: number, name: string): string {
    return this.#files.through(fd, join(this.named, name));
  }

  #known(more: readonly [path: string, name: string][] = []): Map<string, string> {
    const opened: [number | undefined, string][] = [
      [this.#root, ''],
      [this.#own, OWN],
      [this.#staged, join(OWN, STAGED)],
    ];
    const own = opened.flatMap(([fd, name]): [string, string][] =>
      fd === undefined ? [] : [[this.#path(fd, name), name]],
    );
    return new Map([...own, ...more].map(([path, name]) => [path, join(this.named, name)]));
  }
}

function refuseOthers(names: readonly string[], dir: string): void {
  if (names.length === 0) return;
  throw new InputOutputError(
    `${dir} is not a dataset of monitor: it has ${names.toSorted().slice(0, 3).join(', ')}` +
      `${names.length > 3 ? ', …' : ''}. Nothing was written: name an empty or new folder`,
  );
}
