import type { Files } from '../platform/files.ts';
import type { ParquetColumn, ParquetValue } from './columns.ts';
import type { DatasetTree } from './dataset-tree.ts';
import { fileName, type ExportRange } from './file-name.ts';
import { ParquetFile } from './parquet-file.ts';

/** Characters and values in memory, of all files together. */
const MOST_BUFFERED = 12_000_000;

/** A file that is complete, but not in its place yet. */
export interface StagedFile {
  date: string;
  range: ExportRange;
  path: string;
  rows: number;
}

/** The files of an export, outside of the dataset until all of them are complete. */
export class StagedFiles {
  readonly #files: Files;
  readonly #tree: DatasetTree;
  readonly #columns: readonly ParquetColumn[];
  readonly #open = new Map<string, { date: string; range: ExportRange; file: ParquetFile }>();
  #made = 0;
  #buffered = 0;

  constructor(files: Files, tree: DatasetTree, columns: readonly ParquetColumn[]) {
    this.#files = files;
    this.#tree = tree;
    this.#columns = columns;
  }

  add(date: string, range: ExportRange, row: readonly ParquetValue[]): void {
    this.#buffered += this.touch(date, range).add(row);
    while (this.#buffered > MOST_BUFFERED) this.#flushLargest();
  }

  /** Makes the file if there is none yet: it may stay without rows. */
  touch(date: string, range: ExportRange): ParquetFile {
    const key = `${date} ${fileName(range)}`;
    let one = this.#open.get(key);
    if (!one) {
      const path = this.#tree.stagedPath(String(this.#made++));
      one = { date, range, file: new ParquetFile(this.#files, path, this.#columns) };
      this.#open.set(key, one);
    }
    return one.file;
  }

  /** Forgets the files of some days. */
  drop(dates: ReadonlySet<string>): void {
    for (const [key, { date, file }] of this.#open) {
      if (!dates.has(date)) continue;
      this.#open.delete(key);
      this.#buffered -= file.buffered;
      this.#files.remove(file.path);
    }
  }

  /** Completes all files. `about`: what each says about itself. */
  async finish(
    about: (date: string, range: ExportRange) => Promise<Readonly<Record<string, string>>>,
  ): Promise<StagedFile[]> {
    const staged: StagedFile[] = [];
    for (const { date, range, file } of this.#open.values()) {
      file.finish(await about(date, range));
      staged.push({ date, range, path: file.path, rows: file.rows });
    }
    return staged;
  }

  #flushLargest(): void {
    let largest: ParquetFile | undefined;
    for (const { file } of this.#open.values()) if (file.buffered > (largest?.buffered ?? 0)) largest = file;
    if (!largest) return;
    this.#buffered -= largest.buffered;
    largest.flush();
  }
}
