import { ByteReader, ByteWriter } from './byte-codec.ts';
import { countCells, eachCell, writeCells } from './cell-codec.ts';
import type { NameTable } from './name-table.ts';
import type { RecordTerms } from './record.ts';
import type { CounterPart } from '../../model/cell-counters.ts';
import type { SessionUsage } from '../../model/session-entry.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import { CellLess, CellSums, NOWHERE } from '../../model/usage-cells.ts';

/**
 * The combined usage of sessions, and which cells of it each session contributed to. Most reports need no more: their
 * sums are those of the cells, and a session counts in every row that it contributed to. Sessions overlap in time, so
 * there are fewer shared cells than cells of single sessions.
 */
export interface SharedCells {
  /** How many cells there are. */
  readonly size: number;
  /** Decoded on request: there can be many. */
  readonly cells: Iterable<UsageCell>;
  /** For each session, the numbers of its cells; a list is valid until the next. */
  readonly parts: Iterable<readonly number[]>;
  /** Instead of parts, how many sessions have something under the names of a group: an engine has counted them. */
  readonly counted?: { total: number; of: (names: readonly string[]) => number };
}

/** Shared cells as bytes. */
export interface SharedCellsBytes {
  cells: Buffer;
  parts: Buffer;
}

/** When to share cells. */
interface SharedCellsBounds {
  /** At most this many cells are kept in memory. */
  most: number;
  /** Sharing is worth its bytes if a shared cell replaces at least this many cells of sessions on average. */
  worth: number;
}

const BOUNDS: SharedCellsBounds = { most: 1 << 17, worth: 2 };

/** Builds the shared cells of sessions that are added one by one. */
export class SharedCellsWriter {
  readonly #bounds: SharedCellsBounds;
  #sums: CellSums | undefined = new CellSums();
  /** How many cells the sessions have. */
  #added = 0;
  readonly #parts = new ByteWriter();

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** There were too many cells, so nothing is shared, whatever is added later. */
  get isGivenUp(): boolean {
    return this.#sums === undefined;
  }

  add({ usage }: Pick<SessionUsage, 'usage'>): void {
    const sums = this.#sums;
    if (!sums) return;
    this.#added += usage.length;
    this.#parts.count(usage.length);
    for (const cell of usage) this.#parts.count(sums.add(cell));
    if (sums.cells.length > this.#bounds.most) this.#sums = undefined;
  }

  /** Undefined if the sessions have so little in common that reading them one by one is as fast. */
  finish(names: NameTable): SharedCellsBytes | undefined {
    const cells = this.#sums?.cells ?? [];
    if (cells.length === 0 || cells.length * this.#bounds.worth > this.#added) return undefined;
    const writer = new ByteWriter();
    writeCells(writer, cells, names);
    return { cells: writer.written(), parts: this.#parts.written() };
  }
}

/** The usage of sessions, in shared cells if there are any. */
export function* cellsOf(
  sessions: {
    usages(part?: CounterPart): Iterable<SessionUsage>;
    sharedCells(part?: CounterPart): SharedCells | undefined;
  },
  part?: CounterPart,
): Generator<UsageCell> {
  const shared = sessions.sharedCells(part);
  if (shared) {
    for (const cell of shared.cells) if (cell.bucket !== NOWHERE) yield cell;
  } else for (const { usage } of sessions.usages(part)) yield* usage;
}

/** A list of this length, or a longer one, is made anew; there is one of each other length. */
const SHORT = 64;

/** Decodes the shared cells of this many sessions; the bytes must have been checked. */
export function decodeSharedCells(
  bytes: SharedCellsBytes,
  { names, format }: RecordTerms,
  sessions: number,
  part: CounterPart = 'all',
): SharedCells {
  return {
    size: countCells(new ByteReader(bytes.cells), format),
    cells: repeatable(() => eachCell(new ByteReader(bytes.cells), names, format, part)),
    parts: repeatable(function* () {
      const reader = new ByteReader(bytes.parts);
      const lists: number[][] = [];
      for (let i = 0; i < sessions; i++) {
        const length = reader.count();
        const numbers = length < SHORT ? (lists[length] ??= Array.from({ length }, () => 0)) : [];
        for (let at = 0; at < length; at++) numbers[at] = reader.count();
        yield numbers;
      }
    }),
  };
}

/** Adds later usage of known sessions, by their position, and the usage of new sessions. */
export function extendSharedCells(
  shared: SharedCells,
  known: ReadonlyMap<number, readonly UsageCell[]>,
  added: readonly (readonly UsageCell[])[],
): SharedCells {
  const all = [...known.values(), ...added];
  let { size } = shared;
  const number = (usage: readonly UsageCell[]): number[] => usage.map(() => size++);
  const more = new Map(Array.from(known, ([place, usage]) => [place, number(usage)]));
  const others = added.map(number);
  return {
    size,
    cells: repeatable(function* () {
      yield* shared.cells;
      for (const usage of all) yield* usage;
    }),
    parts: repeatable(function* () {
      let place = 0;
      for (const numbers of shared.parts) {
        const later = more.get(place++);
        yield later ? [...numbers, ...later] : numbers;
      }
      yield* others;
    }),
  };
}

/** The cells of a base without what these sessions used of them. Each of its cells is one sum. */
export function withoutUsage(shared: SharedCells, usage: Iterable<UsageCell>): SharedCells {
  const less = new CellLess(usage);
  const cells = repeatable(function* () {
    for (const cell of shared.cells) yield less.leftOf(cell);
  });
  return { size: shared.size, cells, parts: shared.parts };
}

/** Without the sessions at these positions. */
export function withoutParts(shared: SharedCells, places: ReadonlySet<number>): SharedCells {
  const parts = repeatable(function* () {
    let place = 0;
    for (const numbers of shared.parts) if (!places.has(place++)) yield numbers;
  });
  return { size: shared.size, cells: shared.cells, parts };
}

function repeatable<T>(iterate: () => Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: iterate };
}
