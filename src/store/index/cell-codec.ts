import type { ByteReader, ByteWriter } from './byte-codec.ts';
import type { NameTable } from './name-table.ts';
import {
  COUNTER,
  LAST_FAILURE,
  NO_COUNTERS,
  type CellCounters,
  type CounterPart,
} from '../../model/cell-counters.ts';
import type { PriceRef, UsageCell } from '../../model/usage-cell.ts';

/*
 * A cell in a base. An absent field takes no bytes. There are no flags for new fields, and none are needed: a count that
 * adds up is another id in `counters`, and a name to group by is another name in `tags`.
 */

/** Which of a cell's fields are present. The first seven fit into one byte. */
const HAS = {
  reasoning: 1,
  cached: 2,
  cacheWrite: 4,
  cost: 8,
  saved: 16,
  counters: 32,
  tags: 64,
  lost: 128,
  inexact: 256,
  currency: 512,
};

const STATES = ['free', 'gateway-cache', 'no-usage', 'unpriced'] as const;

/** Cells with the tags that they refer to by number. */
export function writeCells(to: ByteWriter, cells: readonly UsageCell[], names: NameTable): void {
  const tags = [...new Set(cells.map((cell) => cell.tags))].filter((text) => text !== '');
  const numbers = new Map(tags.map((text, number) => [text, number]));
  to.count(tags.length);
  for (const text of tags) to.text(text);
  to.count(cells.length);
  for (const cell of cells) writeCell(to, cell, names, numbers);
}

function writeCell(
  to: ByteWriter,
  cell: UsageCell,
  names: NameTable,
  tagNumbers: ReadonlyMap<string, number>,
): void {
  const { reasoning, cached, cacheWrite, cost, saved, price, tags, counters } = cell;
  to.count(
    (reasoning && HAS.reasoning) |
      (cached && HAS.cached) |
      (cacheWrite && HAS.cacheWrite) |
      (cost === 0n ? 0 : HAS.cost) |
      (saved === 0n ? 0 : HAS.saved) |
      (saved < 0n ? HAS.lost : 0) |
      (counters.length === 0 ? 0 : HAS.counters) |
      (tags === '' ? 0 : HAS.tags) |
      (cell.inexact === '' ? 0 : HAS.inexact) |
      (cell.currency === 'USD' ? 0 : HAS.currency),
  );
  to.count(cell.bucket);
  for (const name of [cell.model, cell.consumer, cell.api]) to.count(names.numberOf(name));
  to.count(typeof price === 'number' ? price + STATES.length : STATES.indexOf(price));
  for (const count of [cell.rounds, cell.input, cell.output]) to.count(count);
  for (const count of [reasoning, cached, cacheWrite]) if (count !== 0) to.count(count);
  if (cost !== 0n) to.amount(cost);
  if (saved !== 0n) to.amount(saved < 0n ? -saved : saved);
  if (counters.length > 0) writeCounters(to, counters);
  if (tags !== '') to.count(tagNumbers.get(tags) ?? 0);
  if (cell.inexact !== '') to.count(names.numberOf(cell.inexact));
  if (cell.currency !== 'USD') to.count(names.numberOf(cell.currency));
}

/** For each count, how much its id is above the one before; the lowest bit says that the count is more than 1. */
function writeCounters(to: ByteWriter, counters: CellCounters): void {
  to.count(counters.length / 2);
  let before = 0;
  for (let i = 0; i < counters.length; i += 2) {
    const id = counters[i] as number;
    const count = counters[i + 1] as number;
    to.count((id - before) * 2 + (count === 1 ? 0 : 1));
    if (count !== 1) to.count(count);
    before = id;
  }
}

/** The format of the base that cells are in. */
export type CellFormat = 1 | 2;

export function readCells(
  reader: ByteReader,
  names: readonly string[],
  format: CellFormat,
  part: CounterPart,
): UsageCell[] {
  const tags = readTags(reader, format);
  const cells: UsageCell[] = [];
  for (let left = reader.count(); left > 0; left--) cells.push(readCell(reader, names, tags, format, part));
  return cells;
}

/** The same, each decoded when its turn comes. */
export function* eachCell(
  reader: ByteReader,
  names: readonly string[],
  format: CellFormat,
  part: CounterPart,
): Generator<UsageCell> {
  const tags = readTags(reader, format);
  for (let left = reader.count(); left > 0; left--) yield readCell(reader, names, tags, format, part);
}

/** How many cells there are. */
export function countCells(reader: ByteReader, format: CellFormat): number {
  readTags(reader, format);
  return reader.count();
}

function readTags(reader: ByteReader, format: CellFormat): string[] {
  const tags: string[] = [];
  if (format === 1) return tags;
  for (let left = reader.count(); left > 0; left--) tags.push(reader.text());
  return tags;
}

function readCell(
  reader: ByteReader,
  names: readonly string[],
  allTags: readonly string[],
  format: CellFormat,
  part: CounterPart,
): UsageCell {
  const has = format === 1 ? flagsOf1(reader.byte()) : reader.count();
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
  const cost = has & HAS.cost ? readMoney(reader, format) : 0n;
  const magnitude = has & HAS.saved ? readMoney(reader, format) : 0n;
  const saved = has & HAS.lost ? -magnitude : magnitude;
  // Of the rounds in format 1, nothing but the tokens was counted.
  const uncounted = format === 1 ? [COUNTER.uncounted, rounds] : NO_COUNTERS;
  const counters = has & HAS.counters ? readCounters(reader, part) : uncounted;
  const tags = has & HAS.tags ? (allTags[reader.count()] ?? '') : '';
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
    tags,
    counters,
  };
}

function readMoney(reader: ByteReader, format: CellFormat): bigint {
  return format === 1 ? reader.big() : reader.amount();
}

/** Most cells have no failures, and many other counters, which most reports do not need. */
function readCounters(reader: ByteReader, part: CounterPart): CellCounters {
  const last = part === 'all' ? Infinity : LAST_FAILURE;
  let counters: number[] | undefined;
  let id = 0;
  for (let left = reader.count(); left > 0; left--) {
    const code = reader.count();
    id += Math.floor(code / 2);
    if (id > last) {
      if (code % 2 === 1) reader.count();
      reader.skipPairs(left - 1);
      break;
    }
    (counters ??= []).push(id, code % 2 === 0 ? 1 : reader.count());
  }
  return counters ?? NO_COUNTERS;
}

/** Format 1 has its last three flags two bits lower. */
function flagsOf1(has: number): number {
  return (has & 31) | ((has & ~31) << 2);
}

function priceOf(code: number): PriceRef {
  return STATES[code] ?? code - STATES.length;
}
