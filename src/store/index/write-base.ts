import { crc32 } from '../../platform/digest.ts';
import { withFile, type Files } from '../../platform/files.ts';
import {
  BASE_FORMAT,
  fileKeyOf,
  KEY_BYTES,
  keyOf,
  MARK,
  ROW,
  TRAILER_BYTES,
  type BasePositions,
  type Footer,
  type RawRecord,
  type Section,
} from './base-format.ts';
import { NameTable } from './name-table.ts';
import { decodeUsage, encodeRecord } from './record.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { mergeCells } from '../../model/usage-cells.ts';
import { SharedCellsWriter } from './shared-cells.ts';

/** The record of a new or changed entry. */
export function recordOf(entry: SessionEntry, names: NameTable): RawRecord {
  const merged = { ...entry, usage: mergeCells(entry.usage) };
  return { key: keyOf(entry.id), fileKey: fileKeyOf(entry.file), bytes: encodeRecord(merged, names) };
}

/** The order of a base's records. */
export function compareRecords(a: RawRecord, b: RawRecord): number {
  return a.key.compare(b.key) || a.bytes.compare(b.bytes);
}

/** Merges the records of two sources, each in the order of a base. */
export function* mergeRecords(
  some: Iterator<RawRecord, void>,
  others: Iterator<RawRecord, void>,
): Generator<RawRecord> {
  let [one, other] = [some.next().value, others.next().value];
  while (one || other) {
    if (one && (!other || compareRecords(one, other) <= 0)) {
      yield one;
      one = some.next().value;
    } else if (other) {
      yield other;
      other = others.next().value;
    }
  }
}

/** The records of a base to be written. */
export interface BaseRecords {
  count: number;
  /** In the order of a base. */
  records: Iterable<RawRecord>;
  /** The names that they refer to; the names of a record are present once it was yielded. */
  names: string[];
}

/** Writes the file of a base and syncs it; returns its length. The same records give the same file. */
export function writeBaseFile(
  files: Files,
  path: string,
  { count, records, names }: BaseRecords,
  positions: BasePositions,
): number {
  return withFile(files, path, 'create', (fd) => {
    const out = new Appender(files, fd);
    const table = Buffer.alloc(count * ROW.bytes);
    const fileKeys = Buffer.alloc(count * KEY_BYTES);
    const shared = new SharedCellsWriter();
    let row = 0;
    for (const { key, fileKey, bytes } of records) {
      const { at, length, crc } = out.add(bytes);
      const from = row * ROW.bytes;
      key.copy(table, from);
      table.writeUIntLE(at, from + ROW.at, 6);
      table.writeUInt32LE(length, from + ROW.length);
      table.writeUInt32LE(crc, from + ROW.crc);
      fileKey.copy(fileKeys, row * KEY_BYTES);
      if (!shared.isGivenUp) shared.add(decodeUsage(bytes, { names, format: BASE_FORMAT }));
      row++;
    }
    const bytes = shared.finish(new NameTable(names));
    const footer: Footer = {
      format: BASE_FORMAT,
      sessions: count,
      table: out.add(table),
      files: out.add(fileKeys),
      positions: out.add(Buffer.from(JSON.stringify(positions))),
      ...(bytes && { cells: out.add(bytes.cells), parts: out.add(bytes.parts) }),
      names,
    };
    const { length, crc } = out.add(Buffer.from(JSON.stringify(footer)));
    const trailer = Buffer.alloc(TRAILER_BYTES);
    trailer.writeUInt32LE(length, 0);
    trailer.writeUInt32LE(crc, 4);
    trailer.write(MARK, TRAILER_BYTES - MARK.length, 'latin1');
    out.add(trailer);
    return out.finish();
  });
}

const WRITE_BYTES = 1 << 20;

/** Writes pieces one after the other, in large writes. */
class Appender {
  readonly #files: Files;
  readonly #fd: number;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #written = 0;

  constructor(files: Files, fd: number) {
    this.#files = files;
    this.#fd = fd;
  }

  add(bytes: Buffer): Section {
    const section = { at: this.#written + this.#gatheredBytes, length: bytes.length, crc: crc32(bytes) };
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= WRITE_BYTES) this.#flush();
    return section;
  }

  /** Returns the length of the file. */
  finish(): number {
    this.#flush();
    this.#files.truncate(this.#fd, this.#written);
    this.#files.sync(this.#fd);
    return this.#written;
  }

  #flush(): void {
    this.#files.write(this.#fd, Buffer.concat(this.#gathered), this.#written);
    this.#written += this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }
}
