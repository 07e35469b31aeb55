import type { CounterPart } from '../../model/cell-counters.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import type { SharedCells } from '../../store/index/index.ts';
import type { Source } from './source.ts';

/** The shared cells of stores that have no session in common; undefined if no store has shared cells. */
export function joinCells(
  sources: readonly Source[],
  part: CounterPart | undefined,
): SharedCells | undefined {
  const shared = sources.map(({ snapshot }) => snapshot.sessions.sharedCells(part));
  if (shared.every((one) => one === undefined)) return undefined;
  const all = sources.map((source, i) => ({ source, cells: shared[i] ?? unshared(source, part) }));
  return {
    size: all.reduce((sum, { cells }) => sum + cells.size, 0),
    cells: {
      *[Symbol.iterator]() {
        for (const { source, cells } of all) for (const cell of cells.cells) yield source.cell(cell);
      },
    },
    parts: {
      *[Symbol.iterator]() {
        let first = 0;
        for (const { cells } of all) {
          for (const numbers of cells.parts) yield first === 0 ? numbers : moved(numbers, first);
          first += cells.size;
        }
      },
    },
  };
}

function moved(numbers: readonly number[], by: number): number[] {
  return numbers.map((number) => number + by);
}

/** The cells of a small store, whose sessions share none. */
function unshared({ snapshot }: Source, part: CounterPart | undefined): SharedCells {
  const usages: UsageCell[][] = Array.from(snapshot.sessions.usages(part), ({ usage }) => usage);
  return {
    size: usages.reduce((sum, usage) => sum + usage.length, 0),
    cells: usages.flat(),
    parts: {
      *[Symbol.iterator]() {
        let next = 0;
        for (const usage of usages) yield usage.map(() => next++);
      },
    },
  };
}
