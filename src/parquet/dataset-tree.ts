import { join } from 'node:path';
import { ExportFolder } from '../platform/export-folder.ts';
import { isAbsent, type Files } from '../platform/files.ts';
import { withKnownPaths } from '../platform/open-file.ts';
import { dateOfPartition, partitionName } from './file-name.ts';

/** The open folder of a day. */
interface Partition {
  fd: number;
  name: string;
  path: string;
}

const KIND = { named: 'the dataset', what: 'a dataset of monitor', state: 'dataset.json' };

/** The folder of a dataset, with a folder for each day. */
export class DatasetTree extends ExportFolder {
  readonly #files: Files;

  /** Throws as ExportFolder does. */
  constructor(files: Files, dir: string) {
    super(files, dir, KIND);
    this.#files = files;
  }

  /** The days that have a folder, in their order. */
  dates(): string[] {
    const names = this.#files.list(this.root) ?? [];
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
    this.#files.makePublicFolder(join(this.root, partitionName(date)));
    this.#files.syncFolder(this.root);
    this.#inPartition(date, move);
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
      const fd = this.#files.openFolder(join(this.root, name), 'own');
      return { fd, name, path: this.#files.through(fd, join(this.named, name)) };
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
}
