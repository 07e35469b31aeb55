import { InputOutputError } from '../../platform/errors.ts';
import { isSessionFile } from '../names.ts';
import { ByteReader, ByteWriter } from './byte-codec.ts';
import type { SessionEntry, SessionHead, SessionUsage } from '../../model/session-entry.ts';
import type { PriceRef, UsageCell } from '../../model/usage-cell.ts';

/** The names that records refer to by number (models, consumers, apis), in the order of their first use. */
export class NameTable {
  readonly names: string[];
  readonly #numbers: Map<string, number>;

  constructor(names: readonly string[]) {
    this.names = [...names];
    this.#numbers = new Map(names.map((name, number) => [name, number]));
  }

  numberOf(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }
}

const STATES = ['free', 'gateway-cache', 'no-usage', 'unpriced'] as const;

/** Which of a cell's numbers are present: most cells lack most of them. */
const HAS = {
  reasoning: 1,
  cached: 2,
  cacheWrite: 4,
  cost: 8,
  saved: 16,
  lost: 32,
  inexact: 64,
  currency: 128,
};

/** The numbers between a record's file and its title. */
const COUNTS_OF_HEAD = 10;

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
  writer.count(usage.length);
  for (const cell of usage) writeCell(writer, cell, table);
  return writer.written();
}

export function writeCell(to: ByteWriter, cell: UsageCell, table: NameTable): void {
  const { reasoning, cached, cacheWrite, cost, saved, price } = cell;
  to.byte(
    (reasoning && HAS.reasoning) |
      (cached && HAS.cached) |
      (cacheWrite && HAS.cacheWrite) |
      (cost === 0n ? 0 : HAS.cost) |
      (saved === 0n ? 0 : HAS.saved) |
      (saved < 0n ? HAS.lost : 0) |
      (cell.inexact === '' ? 0 : HAS.inexact) |
      (cell.currency === 'USD' ? 0 : HAS.currency),
  );
  to.count(cell.bucket);
  for (const name of [cell.model, cell.consumer, cell.api]) to.count(table.numberOf(name));
  to.count(typeof price === 'number' ? price + STATES.length : STATES.indexOf(price));
  for (const count of [cell.rounds, cell.input, cell.output]) to.count(count);
  for (const count of [reasoning, cached, cacheWrite]) if (count !== 0) to.count(count);
  if (cost !== 0n) to.big(cost);
  if (saved !== 0n) to.big(saved < 0n ? -saved : saved);
  if (cell.inexact !== '') to.count(table.numberOf(cell.inexact));
  if (cell.currency !== 'USD') to.count(table.numberOf(cell.currency));
}

/** The entry of a record. */
export function decodeRecord(bytes: Buffer, names: readonly string[]): SessionEntry {
  const reader = new ByteReader(bytes);
  // Not a spread: objects made by a spread are slower to read from then on.
  const entry = readHead(reader, names) as SessionEntry;
  entry.usage = readCells(reader, names);
  return entry;
}

/** A session's usage alone, which is all that most reports need, for a hundred thousand sessions. */
export function decodeUsage(bytes: Buffer, names: readonly string[]): SessionUsage {
  const reader = new ByteReader(bytes);
  const id = reader.text();
  reader.skipText();
  for (let i = 0; i < COUNTS_OF_HEAD; i++) reader.count();
  reader.skipText();
  reader.skipText();
  return { id, usage: readCells(reader, names) };
}

/** The part of a record before the usage. */
export function decodeHead(bytes: Buffer, names: readonly string[]): SessionHead {
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

function readCells(reader: ByteReader, names: readonly string[]): UsageCell[] {
  const cells: UsageCell[] = [];
  for (let left = reader.count(); left > 0; left--) cells.push(readCell(reader, names));
  return cells;
}

export function readCell(reader: ByteReader, names: readonly string[]): UsageCell {
  const has = reader.byte();
  const bucket = reader.count();
  const model = names[reader.count()] ?? '';
  const consumer = names[reader.count()] ?? '';
  const api = names[reader.count()] ?? '';
  const price = priceOf(reader.count());
  const rounds = reader.count();
  const input = reader.count();
  const output = reader.count();
  const reasoning = has & HAS.reasoning ? reader.count() : 0;
  const cached = has & HAS.cached ? reader.count() : 0;
  const cacheWrite = has & HAS.cacheWrite ? reader.count() : 0;
  const cost = has & HAS.cost ? reader.big() : 0n;
  const magnitude = has & HAS.saved ? reader.big() : 0n;
  const saved = has & HAS.lost ? -magnitude : magnitude;
  const inexact = has & HAS.inexact ? (names[reader.count()] ?? '') : '';
  const currency = has & HAS.currency ? (names[reader.count()] ?? '') : 'USD';
  return {
    bucket,
    model,
    consumer,
    api,
    price,
    rounds,
    input,
    output,
    reasoning,
    cached,
    cacheWrite,
    cost,
    saved,
    currency,
    inexact,
  };
}

function priceOf(code: number): PriceRef {
  return STATES[code] ?? code - STATES.length;
}
