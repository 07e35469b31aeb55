import { parquetMetadataAsync, parquetReadObjects, type FileMetaData, type SchemaElement } from 'hyparquet';
import { InputOutputError } from '../platform/errors.ts';
import { readBytes, withFile, type Files } from '../platform/files.ts';
import type { ParquetColumn, ParquetValue } from './columns.ts';

/** What a file says about itself, by name. Throws InputOutputError unless it is a Parquet file. */
export async function aboutOf(files: Files, path: string): Promise<Map<string, string>> {
  const { key_value_metadata: about = [] } = await metadataOf(files, path);
  return new Map(about.map(({ key, value }) => [key, value ?? '']));
}

async function metadataOf(files: Files, path: string): Promise<FileMetaData> {
  return await named(path, async () => await parquetMetadataAsync(bufferOf(files, path)));
}

/** The rows of a file, with the values that it was written with. What is in memory is a row group. */
export async function* rowsOf(
  files: Files,
  path: string,
  columns: readonly ParquetColumn[],
): AsyncGenerator<ParquetValue[]> {
  const metadata = await metadataOf(files, path);
  const schema = metadata.schema.map(asStored);
  let rowStart = 0;
  for (const { num_rows: rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(rows);
    const objects = await named(path, async () =>
      parquetReadObjects({
        file: bufferOf(files, path),
        metadata: { ...metadata, schema },
        rowStart,
        rowEnd,
      }),
    );
    for (const object of objects) yield columns.map(({ name }) => valueOf(object[name]));
    rowStart = rowEnd;
  }
}

/** Without their meaning, amounts and times are read as they are stored: as JavaScript's numbers they would not be exact. */
function asStored({ ...element }: SchemaElement): SchemaElement {
  delete element.logical_type;
  if (element.converted_type !== 'UTF8') delete element.converted_type;
  return element;
}

function valueOf(value: unknown): ParquetValue {
  if (typeof value === 'string' || typeof value === 'bigint') return value;
  return value instanceof Uint8Array ? signed(value) : null;
}

/** A two's complement number, highest byte first. */
function signed(bytes: Uint8Array): bigint {
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x0${Buffer.from(bytes).toString('hex')}`));
}

function bufferOf(
  files: Files,
  path: string,
): { byteLength: number; slice: (from: number, to?: number) => ArrayBuffer } {
  const byteLength = withFile(files, path, 'read', (fd) => files.facts(fd).size);
  return {
    byteLength,
    slice(from, to = byteLength) {
      const bytes = withFile(files, path, 'read', (fd) => readBytes(files, fd, from, to - from));
      return Uint8Array.from(bytes).buffer;
    },
  };
}

async function named<T>(path: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof InputOutputError) throw error;
    throw new InputOutputError(
      `${path} is not the Parquet file that an export wrote: ${(error as Error).message}. ` +
        'Nothing was changed. Remove the folder of this day, or export into a new folder',
      { cause: error },
    );
  }
}
