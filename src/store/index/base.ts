import { crc32 } from '../../platform/digest.ts';
import { isAbsent, readBytes, type Files } from '../../platform/files.ts';
import {
  BASE_FORMAT,
  fileKeyOf,
  isBasePositions,
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
import { damagedIndex, newerIndex } from './damaged-index.ts';
import { decodeHead, decodeRecord, idOfRecord, type RecordTerms } from './record.ts';
import type { CounterPart } from '../../model/cell-counters.ts';
import type { SessionEntry, SessionHead } from '../../model/session-entry.ts';
import { decodeSharedCells, type SharedCells } from './shared-cells.ts';

const PAGE_BYTES = 4096;
const PIECE_BYTES = 1 << 20;

/**
 * An open base. Its table is in memory; its records are read and checked on request. Damage throws an InputOutputError
 * that names the file.
 */
export class IndexBase {
  readonly #files: Files;
  readonly #path: string;
  readonly #length: number;
  readonly #fd: number;
  readonly #footer: Footer;
  readonly #table: Buffer;
  #fileKeys: Buffer | undefined;
  /** The whole file, once many records were requested; the file is then closed. */
  #whole: Buffer | undefined;
  #isClosed = false;
  /** The record read last: whoever looks up a session asks for its record next. */
  #lastRow = -1;
  #lastBytes: Buffer = Buffer.alloc(0);
  #reads = 0;

  /** Opens the base of `length` bytes. */
  constructor(files: Files, path: string, length: number) {
    this.#files = files;
    this.#path = path;
    this.#length = length;
    try {
      this.#fd = files.open(path, 'read');
    } catch (error) {
      throw isAbsent(error) ? damagedIndex(path, 'is missing', error) : error;
    }
    try {
      this.#footer = this.#readFooter();
      this.#table = this.#section(this.#footer.table);
    } catch (error) {
      files.close(this.#fd);
      throw error;
    }
  }

  get size(): number {
    return this.#footer.sessions;
  }

  /** What its records are written in. */
  get terms(): RecordTerms {
    return this.#footer;
  }

  positions(): BasePositions {
    const section = this.#footer.positions;
    const positions: unknown = JSON.parse(this.#section(section).toString());
    if (isBasePositions(positions)) return positions;
    throw damagedIndex(this.#path, `has no log positions at byte ${section.at}`);
  }

  /** The usage of the sessions, in the order of their records; undefined if they have little in common. */
  sharedCells(part?: CounterPart): SharedCells | undefined {
    const { cells, parts } = this.#footer;
    if (!cells || !parts) return undefined;
    return decodeSharedCells(
      { cells: this.#section(cells), parts: this.#section(parts) },
      this.terms,
      this.size,
      part,
    );
  }

  /** Throws if anything other than the records is damaged. */
  checkBeside(): true {
    this.positions();
    this.#allFileKeys();
    this.sharedCells();
    return true;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#files.close(this.#fd);
  }

  /** The row of a session; -1 if it has none. */
  find(id: string): number {
    const key = keyOf(id);
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compareKey(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    for (; low < this.size && this.compareKey(low, key) === 0; low++) if (this.idAt(low) === id) return low;
    return -1;
  }

  /** Whether a session's file has this name, ignoring case. */
  hasFile(file: string): boolean {
    const keys = this.#allFileKeys();
    const key = fileKeyOf(file);
    let at = keys.indexOf(key);
    while (at >= 0 && at % KEY_BYTES !== 0) at = keys.indexOf(key, at + 1);
    return at >= 0;
  }

  /** Reads the whole base at once, for callers that need many records. */
  load(): void {
    if (this.#whole) return;
    this.#whole = readBytes(this.#files, this.#fd, 0, this.#length);
    this.close();
  }

  idAt(row: number): string {
    return idOfRecord(this.#recordAt(row));
  }

  entryAt(row: number): SessionEntry {
    return decodeRecord(this.#recordAt(row), this.terms);
  }

  headAt(row: number): SessionHead {
    return decodeHead(this.#recordAt(row), this.terms);
  }

  /** All records in order, read in large pieces; the bytes of one are valid until the next. */
  *records(): Generator<[row: number, bytes: Buffer]> {
    const space = Buffer.allocUnsafeSlow(this.#whole ? 0 : Math.min(PIECE_BYTES, this.#length));
    let piece = space.subarray(0, 0);
    let pieceAt = 0;
    for (let row = 0; row < this.size; row++) {
      const section = this.#placeOf(row);
      const { at, length } = section;
      if (this.#whole || length > space.length) {
        yield [row, this.#section(section)];
        continue;
      }
      if (at < pieceAt || at + length > pieceAt + piece.length) {
        piece = space.subarray(0, this.#files.read(this.#fd, space, at));
        pieceAt = at;
      }
      yield [row, this.#checked(section, piece.subarray(at - pieceAt, at - pieceAt + length))];
    }
  }

  /** Whether a new base can copy records as they are, if the names in its footer keep their numbers. */
  get isCurrent(): boolean {
    return this.#footer.format === BASE_FORMAT;
  }

  /** A record to be copied. */
  raw(row: number, bytes: Buffer): RawRecord {
    return {
      key: this.#table.subarray(row * ROW.bytes, row * ROW.bytes + KEY_BYTES),
      fileKey: this.#allFileKeys().subarray(row * KEY_BYTES, (row + 1) * KEY_BYTES),
      bytes: Buffer.from(bytes),
    };
  }

  #allFileKeys(): Buffer {
    return (this.#fileKeys ??= this.#section(this.#footer.files));
  }

  /** Where the key of a row stands in the order, compared with another one. */
  compareKey(row: number, key: Buffer): number {
    return this.#table.compare(key, 0, KEY_BYTES, row * ROW.bytes, row * ROW.bytes + KEY_BYTES);
  }

  #recordAt(row: number): Buffer {
    if (this.#lastRow === row) return this.#lastBytes;
    // Reading every page separately costs more than reading the whole file.
    if (!this.#whole && ++this.#reads * PAGE_BYTES > this.#length) this.load();
    this.#lastBytes = this.#section(this.#placeOf(row));
    this.#lastRow = row;
    return this.#lastBytes;
  }

  #placeOf(row: number): Section {
    const from = row * ROW.bytes;
    return {
      at: this.#table.readUIntLE(from + ROW.at, 6),
      length: this.#table.readUInt32LE(from + ROW.length),
      crc: this.#table.readUInt32LE(from + ROW.crc),
    };
  }

  #section(section: Section): Buffer {
    const { at, length } = section;
    const isWithin = at + length <= this.#length;
    const bytes =
      this.#whole?.subarray(at, at + length) ?? readBytes(this.#files, this.#fd, at, isWithin ? length : 0);
    return this.#checked(section, bytes);
  }

  #checked({ at, length, crc }: Section, bytes: Buffer): Buffer {
    if (bytes.length === length && crc32(bytes) === crc) return bytes;
    throw damagedIndex(this.#path, `is damaged at byte ${at}`);
  }

  #readFooter(): Footer {
    const length = this.#length;
    const { size } = this.#files.facts(this.#fd);
    if (size < length) {
      throw damagedIndex(this.#path, `is ${size} bytes long, but ${length} were committed`);
    }
    const trailerAt = length - TRAILER_BYTES;
    const trailer = readBytes(this.#files, this.#fd, Math.max(0, trailerAt), TRAILER_BYTES);
    const isMarked = trailerAt > 0 && trailer.toString('latin1', TRAILER_BYTES - MARK.length) === MARK;
    if (!isMarked) throw damagedIndex(this.#path, `is damaged at byte ${trailerAt}`);
    const footerLength = trailer.readUInt32LE(0);
    const footer = this.#section({
      at: Math.max(0, trailerAt - footerLength),
      length: footerLength,
      crc: trailer.readUInt32LE(4),
    });
    const { format, ...rest } = JSON.parse(footer.toString()) as Footer;
    if (format > BASE_FORMAT) throw newerIndex(this.#path, format);
    return { format, ...rest };
  }
}
