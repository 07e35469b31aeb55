import { join } from 'node:path';
import type { Files } from '../platform/files.ts';
import { removeIndex } from './index/index.ts';
import type { State } from './state.ts';

export function pricesPath(dir: string, generation: number): string {
  return join(dir, `.prices-${generation}.jsonl`);
}

/** Numbers of the price book files that there are, ascending. */
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
 * A refresh that was killed before its rename leaves a price book, and may leave an index, of the next generation.
 * Once another commit goes on from the old ones they must be gone: with the state lost, a repair would take them for
 * the last commit's.
 */
export function removeKilledRefresh(files: Files, dir: string, state: State): void {
  const prices = pricesPath(dir, state.prices.generation + 1);
  if (!files.stat(prices)) return;
  // The index first: while the book is there, what is left of the index is looked for again.
  removeIndex(files, dir, state.index.generation + 1);
  files.syncFolder(dir);
  files.remove(prices);
  files.syncFolder(dir);
}
