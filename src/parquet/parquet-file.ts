import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { withFile, type Files } from '../platform/files.ts';
import { parquetSchema, type ParquetColumn, type ParquetValue } from './columns.ts';

/** A Parquet file that is written row by row, and in memory until it is flushed. */
export class ParquetFile {
  readonly path: string;
  readonly #files: Files;
  readonly #columns: readonly ParquetColumn[];
  readonly #bytes = new ByteWriter(1 << 16);
  readonly #writer: ParquetWriter;
  #values: ParquetValue[][];
  #buffered = 0;
  rows = 0;

  /** Replaces what a killed export may have left at this path. */
  constructor(files: Files, path: string, columns: readonly ParquetColumn[]) {
    this.path = path;
    this.#files = files;
    this.#columns = columns;
    this.#values = columns.map(() => []);
    withFile(files, path, 'publish', () => undefined);
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: parquetSchema(columns),
      createdBy: 'agent-session-monitor',
    });
  }

  /** How many characters and values are in memory. */
  get buffered(): number {
    return this.#buffered;
  }

  /** Returns by how much `buffered` grows. */
  add(row: readonly ParquetValue[]): number {
    let size = row.length;
    for (const [i, values] of this.#values.entries()) {
      const value = row[i] ?? null;
      if (typeof value === 'string') size += value.length;
      values.push(value);
    }
    this.rows++;
    this.#buffered += size;
    return size;
  }

  /** Writes what is in memory as a row group. */
  flush(): void {
    if (this.#buffered === 0) return;
    const rowGroupSize = this.#values[0]?.length ?? 0;
    const columnData = this.#columns.map(({ name }, i) => ({
      name,
      data: (this.#values[i] ?? []).map((value) => (typeof value === 'number' ? BigInt(value) : value)),
    }));
    void this.#writer.write({ columnData, rowGroupSize });
    this.#values = this.#columns.map(() => []);
    this.#buffered = 0;
    withFile(this.#files, this.path, 'write', (fd) => this.#save(fd));
  }

  /** Completes the file, with what it says about itself, and waits until it is on disk. */
  finish(about: Readonly<Record<string, string>>): void {
    this.flush();
    this.#writer.kvMetadata = Object.entries(about).map(([key, value]) => ({ key, value }));
    void this.#writer.finish();
    withFile(this.#files, this.path, 'write', (fd) => {
      this.#save(fd);
      this.#files.sync(fd);
    });
  }

  #save(fd: number): void {
    const bytes = this.#bytes.getBytes();
    this.#files.write(fd, bytes, this.#bytes.offset - bytes.length);
    this.#bytes.index = 0;
  }
}
