import { InputOutputError } from '../../platform/errors.ts';
import { isSessionFile } from '../names.ts';
import { ByteReader, ByteWriter } from './byte-codec.ts';
import { readCells, writeCells, type CellFormat } from './cell-codec.ts';
import type { NameTable } from './name-table.ts';
import type { CounterPart } from '../../model/cell-counters.ts';
import type { SessionEntry, SessionHead, SessionUsage } from '../../model/session-entry.ts';

/** The numbers between a record's file and its title. */
const COUNTS_OF_HEAD = 10;

/** What the records of a base are written in. */
export interface RecordTerms {
  names: readonly string[];
  format: CellFormat;
}

const writer = new ByteWriter();

/** A session's entry as bytes. */
export function encodeRecord(entry: SessionEntry, table: NameTable): Buffer {
  const { id, file, end, last, summary, created, updated, rounds, model, title, errors, usage, ...rest } =
    entry;
  writer.clear();
  writer.text(id);
  writer.text(file === `${id}.json` ? '' : file);
  for (const count of [end, last.length, last.crc, summary.length, summary.crc]) writer.count(count);
  for (const count of [created, updated, rounds, errors, table.numberOf(model)]) writer.count(count);
  writer.text(title ?? '');
  // Fields that few entries have, and fields added by later versions.
  writer.text(
    Object.keys(rest).length === 0 && title !== ''
      ? ''
      : JSON.stringify({ ...rest, ...(title === '' && { title }) }),
  );
  writeCells(writer, usage, table);
  return writer.written();
}

/** The entry of a record. */
export function decodeRecord(bytes: Buffer, { names, format }: RecordTerms): SessionEntry {
  const reader = new ByteReader(bytes);
  // Not a spread: objects made by a spread are slower to read from then on.
  const entry = readHead(reader, names) as SessionEntry;
  entry.usage = readCells(reader, names, format, 'all');
  return entry;
}

/** A session's usage alone, which is all that most reports need, for a hundred thousand sessions. */
export function decodeUsage(
  bytes: Buffer,
  { names, format }: RecordTerms,
  part: CounterPart = 'all',
): SessionUsage {
  const reader = new ByteReader(bytes);
  const id = reader.text();
  reader.skipText();
  for (let i = 0; i < COUNTS_OF_HEAD; i++) reader.count();
  reader.skipText();
  reader.skipText();
  return { id, usage: readCells(reader, names, format, part) };
}

/** The part of a record before the usage. */
export function decodeHead(bytes: Buffer, { names }: RecordTerms): SessionHead {
  return readHead(new ByteReader(bytes), names);
}

function readHead(reader: ByteReader, names: readonly string[]): SessionHead {
  const id = reader.text();
  const file = reader.text() || `${id}.json`;
  const end = reader.count();
  const last = { length: reader.count(), crc: reader.count() };
  const summary = { length: reader.count(), crc: reader.count() };
  const created = reader.count();
  const updated = reader.count();
  const rounds = reader.count();
  const errors = reader.count();
  const model = names[reader.count()] ?? '';
  const title = reader.text() || null;
  const rest = reader.text();
  const known = { id, file, end, last, summary, created, updated, rounds, model, title, errors };
  const head = rest === '' ? known : { ...known, ...(JSON.parse(rest) as Partial<SessionHead>) };
  // It is opened, and removed.
  if (isSessionFile(head.file)) return head;
  throw new InputOutputError(
    `the index names ${JSON.stringify(head.file)} as a session's file, which no run can have written. Nothing was changed. ` +
      'Run monitor repair: it can rebuild the index from the session files',
  );
}

/** The id in a record. */
export function idOfRecord(bytes: Buffer): string {
  return new ByteReader(bytes).text();
}
