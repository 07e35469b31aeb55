import { addCounters, negativeCounters } from './cell-counters.ts';
import { addCounts, COUNT_NAMES } from './counts.ts';
import type { UsageCell } from './usage-cell.ts';

/** Adds up cells that differ in their numbers only. */
export class CellSums {
  readonly cells: UsageCell[] = [];
  readonly #numbers = new Map<string, number>();

  /** Returns the index in `cells` of the cell that it was added to. */
  add(cell: UsageCell): number {
    const key = keyOf(cell);
    const known = this.#numbers.get(key);
    const sum = known === undefined ? undefined : this.cells[known];
    if (known !== undefined && sum) {
      addCell(sum, cell);
      return known;
    }
    this.#numbers.set(key, this.cells.length);
    return this.cells.push({ ...cell }) - 1;
  }

  /** The sum that such a cell was added to. */
  find(cell: UsageCell): UsageCell | undefined {
    const known = this.#numbers.get(keyOf(cell));
    return known === undefined ? undefined : this.cells[known];
  }
}

/** The bucket of a cell of which nothing is left: no range of buckets has it. */
export const NOWHERE = Infinity;

/** Cells to be taken out of other cells, which may be summed with those of other sessions. */
export class CellLess {
  readonly #sums = new CellSums();

  constructor(gone: Iterable<UsageCell>) {
    for (const cell of gone) this.#sums.add(negated(cell));
  }

  /** The cell without what is gone of it; in the bucket NOWHERE if nothing is left. */
  leftOf(cell: UsageCell): UsageCell {
    const gone = this.#sums.find(cell);
    if (!gone) return cell;
    const left = { ...cell };
    addCell(left, gone);
    if (left.rounds === 0) left.bucket = NOWHERE;
    return left;
  }
}

export function mergeCells(cells: readonly UsageCell[]): UsageCell[] {
  const sums = new CellSums();
  for (const cell of cells) sums.add(cell);
  return sums.cells;
}

/** Names can contain any character, so their lengths say where each one ends. */
function keyOf({ bucket, price, currency, inexact, model, consumer, api, tags }: UsageCell): string {
  return `${bucket} ${price} ${currency} ${inexact} ${model.length} ${consumer.length} ${api.length} ${model}${consumer}${api}${tags}`;
}

function addCell(sum: UsageCell, cell: UsageCell): void {
  addCounts(sum, cell);
  sum.cost += cell.cost;
  sum.saved += cell.saved;
  sum.counters = addCounters(sum.counters, cell.counters);
}

/** What is left of `cells` without `others`, which must be part of them. */
export function subtractCells(cells: readonly UsageCell[], others: readonly UsageCell[]): UsageCell[] {
  return mergeCells([...cells, ...others.map(negated)]).filter(({ rounds }) => rounds !== 0);
}

function negated(cell: UsageCell): UsageCell {
  const negative = {
    ...cell,
    cost: -cell.cost,
    saved: -cell.saved,
    counters: negativeCounters(cell.counters),
  };
  for (const name of COUNT_NAMES) negative[name] = -cell[name];
  return negative;
}
