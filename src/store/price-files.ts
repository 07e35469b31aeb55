import { join } from 'node:path';
import { crc32 } from '../platform/digest.ts';
import { appendAt, readWhole, type Files } from '../platform/files.ts';
import { removeIndex } from './index/index.ts';
import type { PriceBookEnd, State } from './state.ts';

export function pricesPath(dir: string, generation: number): string {
  return join(dir, `.prices-${generation}.jsonl`);
}

/** Appends lines to a price book; they count once a state says so. */
export function appendPrices(
  files: Files,
  dir: string,
  book: PriceBookEnd,
  lines: readonly string[],
): PriceBookEnd {
  if (lines.length === 0) return book;
  const { generation, length } = book;
  const path = pricesPath(dir, generation);
  const before = book.crc ?? crcOf(readWhole(files, path)?.subarray(0, length));
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  appendAt(files, path, length, bytes);
  if (length === 0) files.syncFolder(dir);
  return { generation, length: length + bytes.length, crc: crc32(bytes, before) };
}

function crcOf(bytes: Uint8Array | undefined): number {
  return bytes ? crc32(bytes) : 0;
}

/** Numbers of the existing price book files, ascending. */
export function priceGenerations(files: Files, dir: string): number[] {
  return (files.list(dir) ?? [])
    .map((name) => /^\.prices-(\d{1,15})\.jsonl$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b);
}

/** Removes every price book but the one that the state names. */
export function removeOtherPrices(files: Files, dir: string, generation: number): void {
  for (const other of priceGenerations(files, dir)) {
    if (other !== generation) files.remove(pricesPath(dir, other));
  }
}

/**
 * A refresh that was killed before its rename leaves a price book, and perhaps an index, of the next generation. They
 * must be gone before another commit builds on the old ones: if the state were lost, a repair would take them for the
 * last commit's.
 */
export function removeKilledRefresh(files: Files, dir: string, state: State): void {
  const prices = pricesPath(dir, state.prices.generation + 1);
  if (!files.stat(prices)) return;
  // The index first: as long as the book exists, the rest of the index is looked for again.
  removeIndex(files, dir, state.index.generation + 1);
  files.syncFolder(dir);
  files.remove(prices);
  files.syncFolder(dir);
}
