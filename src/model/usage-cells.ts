import { addCounts, COUNT_NAMES } from './counts.ts';
import type { UsageCell } from './usage-cell.ts';

/** Adds up cells of the same bucket, model, consumer, api, price, currency and reasons why it is inexact. */
export class CellSums {
  readonly cells: UsageCell[] = [];
  readonly #numbers = new Map<string, number>();

  /** Returns the number of the cell that it was added to. */
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
}

export function mergeCells(cells: readonly UsageCell[]): UsageCell[] {
  const sums = new CellSums();
  for (const cell of cells) sums.add(cell);
  return sums.cells;
}

/** Names can hold anything: their lengths say where one ends. */
function keyOf({ bucket, price, currency, inexact, model, consumer, api }: UsageCell): string {
  return `${bucket} ${price} ${currency} ${inexact} ${model.length} ${consumer.length} ${model}${consumer}${api}`;
}

function addCell(sum: UsageCell, cell: UsageCell): void {
  addCounts(sum, cell);
  sum.cost += cell.cost;
  sum.saved += cell.saved;
}

/** What remains of cells after others, which are part of them, are taken away. */
export function subtractCells(cells: readonly UsageCell[], others: readonly UsageCell[]): UsageCell[] {
  return mergeCells([...cells, ...others.map(negated)]).filter(({ rounds }) => rounds !== 0);
}

function negated(cell: UsageCell): UsageCell {
  const negative = { ...cell, cost: -cell.cost, saved: -cell.saved };
  for (const name of COUNT_NAMES) negative[name] = -cell[name];
  return negative;
}
