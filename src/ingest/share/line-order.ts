import type { LogReading } from '../log-reading.ts';
import type { LineCount } from '../tally.ts';
import type { LineExtras } from './messages.ts';

/** A line that a worker reads, and what it came to. */
export interface SharedLine {
  order: number;
  reading: LogReading;
  pieces: number;
  /** Undefined until it is read. */
  count: LineCount | undefined;
  /** When its request ended; NaN if it does not say, or does not matter. */
  ended: number;
  isExact: boolean;
  extras: LineExtras | undefined;
}

/** Lines that were handed out together, and what the reading thread itself rejected among them. */
export interface SharedBlock {
  /** The order of the first line. */
  first: number;
  lines: (SharedLine | string)[];
  /** How many of them are not read yet. */
  left: number;
  /** Bytes of text that they add, without records of rejected lines. */
  size: number;
  /** Where it ends, as BatchEnd counts; undefined if more lines of the same block follow. */
  to: number | undefined;
}

/** The lines that workers are reading, in the order of the logs. A line that is a text is the record of a rejected one. */
export class LineOrder {
  readonly #blocks: SharedBlock[] = [];
  /** The order of the first line whose time is not taken in. */
  #timed = 0;

  add(block: SharedBlock): void {
    this.#blocks.push(block);
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** Where the first block ends; Infinity if there is none. Call it only while all blocks have an end. */
  get firstEnd(): number {
    return this.#blocks[0]?.to ?? Infinity;
  }

  /** Takes out the first block if all its lines are read. */
  next(): SharedBlock | undefined {
    const [block] = this.#blocks;
    if (!block || block.left > 0) return undefined;
    this.takeTimes(block.first + block.lines.length);
    return this.#blocks.shift();
  }

  /** Takes in the times of all lines before `order`, which must be read. */
  takeTimes(order: number): void {
    for (const { first, lines } of this.#blocks) {
      if (first >= order) break;
      for (let i = Math.max(0, this.#timed - first); i < lines.length && first + i < order; i++) {
        const line = lines[i];
        if (typeof line === 'object' && !Number.isNaN(line.ended))
          line.reading.times.placesOf(line.ended, line.isExact);
      }
    }
    this.#timed = Math.max(this.#timed, order);
  }

  /** Where a line can have been read before. All lines before it must be read. */
  placeOf(
    { order, reading }: SharedLine,
    ended: number | null,
    isExact: boolean,
  ): ReturnType<LogReading['times']['placesOf']> {
    this.takeTimes(order);
    this.#timed = order + 1;
    return reading.times.placesOf(ended, isExact);
  }
}
