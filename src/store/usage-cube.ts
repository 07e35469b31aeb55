import { ByteReader, ByteWriter } from './byte-codec.ts';
import { readCell, writeCell, type NameTable } from './index-record.ts';
import type { SessionUsage, UsageCell } from './types.ts';
import { CellSums } from './usage-cells.ts';

/**
 * What sessions used together, and which of it each of them had a part in. Most reports ask for no more: their sums are
 * those of the cells, and a session counts in every row that it has a part in. Sessions run at the same time, so there
 * are fewer cells than the sessions have.
 */
export interface UsageCube {
  /** Made when they are asked for: all of them together can be many. */
  readonly cells: Iterable<UsageCell>;
  /** The numbers of its cells, for each session. */
  readonly parts: Iterable<readonly number[]>;
}

/** A cube in which cells that are the same but for their sums are one. */
export interface SummedCube extends UsageCube {
  /** How many cells there are. */
  readonly size: number;
}

/** The cube of sessions that nobody has summed: their cells as they are. */
export function cubeOf(sessions: Iterable<Pick<SessionUsage, 'usage'>>): UsageCube {
  return {
    cells: repeatable(function* () {
      for (const { usage } of sessions) yield* usage;
    }),
    parts: repeatable(function* () {
      let number = 0;
      for (const { usage } of sessions) yield usage.map(() => number++);
    }),
  };
}

/** Sums the cells of sessions. */
export class CubeBuilder implements SummedCube {
  readonly #sums = new CellSums();
  readonly parts: number[][] = [];

  get size(): number {
    return this.#sums.cells.length;
  }

  get cells(): readonly UsageCell[] {
    return this.#sums.cells;
  }

  add({ usage }: Pick<SessionUsage, 'usage'>): void {
    this.parts.push(usage.map((cell) => this.#sums.add(cell)));
  }
}

/** A cube as bytes: its cells, and its parts. */
export function encodeCube(
  { size, cells, parts }: SummedCube,
  names: NameTable,
): { cells: Buffer; parts: Buffer } {
  const writer = new ByteWriter();
  writer.count(size);
  for (const cell of cells) writeCell(writer, cell, names);
  const cellBytes = writer.written();
  writer.clear();
  for (const numbers of parts) {
    writer.count(numbers.length);
    for (const number of numbers) writer.count(number);
  }
  return { cells: cellBytes, parts: writer.written() };
}

/** The cube of so many sessions, from bytes that have been checked. */
export function decodeCube(
  bytes: { cells: Buffer; parts: Buffer },
  names: readonly string[],
  sessions: number,
): SummedCube {
  return {
    size: new ByteReader(bytes.cells).count(),
    cells: repeatable(function* () {
      const reader = new ByteReader(bytes.cells);
      for (let left = reader.count(); left > 0; left--) yield readCell(reader, names);
    }),
    parts: repeatable(function* () {
      const reader = new ByteReader(bytes.parts);
      for (let i = 0; i < sessions; i++) {
        const numbers: number[] = [];
        for (let left = reader.count(); left > 0; left--) numbers.push(reader.count());
        yield numbers;
      }
    }),
  };
}

/** A cube and more: what sessions of it used since, by their place in it, and what new ones did. */
export function extendCube(
  cube: SummedCube,
  known: ReadonlyMap<number, readonly UsageCell[]>,
  added: readonly (readonly UsageCell[])[],
): UsageCube {
  const all = [...known.values(), ...added];
  let { size } = cube;
  const number = (usage: readonly UsageCell[]): number[] => usage.map(() => size++);
  const more = new Map(Array.from(known, ([place, usage]) => [place, number(usage)]));
  const others = added.map(number);
  return {
    cells: repeatable(function* () {
      yield* cube.cells;
      for (const usage of all) yield* usage;
    }),
    parts: repeatable(function* () {
      let place = 0;
      for (const numbers of cube.parts) {
        const later = more.get(place++);
        yield later ? [...numbers, ...later] : numbers;
      }
      yield* others;
    }),
  };
}

function repeatable<T>(iterate: () => Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: iterate };
}
