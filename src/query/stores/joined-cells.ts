import type { CounterPart } from '../../model/cell-counters.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import type { SharedCells } from '../../store/index/index.ts';
import type { Source } from './source.ts';

/**
 * The shared cells of several stores; undefined if no store has shared cells. The sessions that several stores have
 * (`common`) are not those of the stores, but have cells of their own.
 */
export function joinCells(
  sources: readonly Source[],
  part: CounterPart | undefined,
  common: ReadonlySet<string>,
  usagesOfCommon: () => readonly (readonly UsageCell[])[],
): SharedCells | undefined {
  const shared = sources.map(({ snapshot }) => snapshot.sessions.sharedCells(part, common));
  if (shared.every((one) => one === undefined)) return undefined;
  const all = sources.map((source, i) =>
    translated(source, shared[i] ?? unshared(usagesOf(source, part, common))),
  );
  all.push(unshared(usagesOfCommon()));
  return {
    size: all.reduce((sum, { size }) => sum + size, 0),
    cells: {
      *[Symbol.iterator]() {
        for (const { cells } of all) yield* cells;
      },
    },
    parts: {
      *[Symbol.iterator]() {
        let first = 0;
        for (const { parts, size } of all) {
          for (const numbers of parts) yield first === 0 ? numbers : moved(numbers, first);
          first += size;
        }
      },
    },
  };
}

function moved(numbers: readonly number[], by: number): number[] {
  return numbers.map((number) => number + by);
}

function translated(source: Source, shared: SharedCells): SharedCells {
  return {
    ...shared,
    cells: {
      *[Symbol.iterator]() {
        for (const cell of shared.cells) yield source.cell(cell);
      },
    },
  };
}

function usagesOf(
  { snapshot }: Source,
  part: CounterPart | undefined,
  common: ReadonlySet<string>,
): UsageCell[][] {
  const usages: UsageCell[][] = [];
  for (const { id, usage } of snapshot.sessions.usages(part)) if (!common.has(id)) usages.push(usage);
  return usages;
}

/** Usage of sessions that share no cells. */
function unshared(usages: readonly (readonly UsageCell[])[]): SharedCells {
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
