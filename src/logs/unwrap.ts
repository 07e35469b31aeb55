import {
  physicalLines,
  READ_PART,
  type Form,
  type Part,
  type ReadPart,
  type Stream,
} from './wrapped-line.ts';
import { placeOf, type OpenLine } from './open-line.ts';

/** A line as the program wrote it. */
export interface UnwrappedLine {
  /** Without its line break; valid until the next line. Empty where `reason` says why it cannot be read. */
  bytes: Buffer;
  /** Where it begins: the first byte of its first part's line. */
  at: [generation: number, offset: number];
  /** When the container's runtime took it, ISO 8601; undefined where it is not wrapped. */
  time: string | undefined;
  reason?: string;
}

const NOTHING = Buffer.alloc(0);
const AI_LOG = Buffer.from('"ai_log"');
const CLOSING_BRACE = 0x7d;

/**
 * Unwraps a container's log: takes the prefixes off, and joins the parts of long lines, each stream for itself. A line
 * is taken where its last part stands, so what is read before a place is what ended before it, and the lines that are
 * open there: `open` says where their parts are, and `restore` takes them up again.
 */
export class Unwrapper {
  readonly #generation: number;
  readonly #longestLine: number;
  readonly #readPart: ReadPart;
  readonly #joins: Record<Stream, Join>;

  constructor(form: Form, generation: number, longestLine: number) {
    this.#generation = generation;
    this.#longestLine = longestLine;
    this.#readPart = READ_PART[form];
    this.#joins = { stdout: new Join('stdout'), stderr: new Join('stderr') };
  }

  /** The lines that end in a block of whole physical lines, which begins at the offset `at`. */
  *take(block: Buffer, at: number): Generator<UnwrappedLine> {
    for (const { start, line, next } of physicalLines(block)) {
      const part = this.#readPart(line);
      const place: [number, number] = [this.#generation, at + start];
      if (typeof part === 'object') {
        const join = this.#joins[part.stream];
        if (part.isEnd && !join.isOpen && part.text.length < this.#longestLine) {
          yield { bytes: part.text, at: place, time: part.time };
        } else {
          join.add(part, [...place, at + next], this.#longestLine);
          if (part.isEnd) yield join.close();
        }
      } else if (part === undefined) {
        yield { bytes: line, at: place, time: undefined };
      } else {
        yield { bytes: NOTHING, at: place, time: undefined, reason: part };
      }
    }
  }

  /** Open lines from which nothing can be missing: a program that ends need not end its last line. */
  *takeWhole(isWhole: (bytes: Buffer) => boolean): Generator<UnwrappedLine> {
    for (const join of Object.values(this.#joins)) {
      if (join.bytes.at(-1) === CLOSING_BRACE && isWhole(join.bytes)) yield join.close();
    }
  }

  get open(): OpenLine[] {
    return Object.values(this.#joins).flatMap(({ line }) => (line ? [structuredClone(line)] : []));
  }

  /**
   * Takes up a line that was open. `read` gives back the blocks of whole physical lines of one of its stretches;
   * undefined where they are gone.
   */
  async restore(
    open: OpenLine,
    read: (part: OpenLine['parts'][number]) => AsyncIterable<{ bytes: Buffer; at: number }> | undefined,
  ): Promise<void> {
    const join = this.#joins[open.stream];
    for (const stretch of open.reason === undefined ? open.parts : []) {
      const blocks = read(stretch);
      let end = stretch[1];
      if (blocks) {
        for await (const { bytes, at } of blocks) {
          for (const { start, line, next } of physicalLines(bytes)) {
            const part = this.#readPart(line);
            if (typeof part !== 'object' || part.stream !== open.stream || part.isEnd) continue;
            end = at + next;
            join.add(part, [stretch[0], at + start, end], this.#longestLine);
          }
        }
      }
      if (end === stretch[2]) continue;
      join.give(open, 'the log that holds its beginning is gone');
      return;
    }
    if (open.reason !== undefined) join.give(open, open.reason);
  }
}

/** The parts of one stream's line, put together in one buffer that is used again. */
class Join {
  line: OpenLine | undefined;
  readonly #stream: Stream;
  #time = '';
  #buffer = NOTHING;
  #length = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  get isOpen(): boolean {
    return this.line !== undefined;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  add(part: Part, place: OpenLine['parts'][number], longestLine: number): void {
    if (!this.line) this.#time = part.time;
    const line = (this.line ??= { stream: this.#stream, parts: [], isCall: false });
    if (line.reason !== undefined) return;
    // As in a plain log, the limit counts the line break.
    if (this.#length + part.text.length >= longestLine) {
      const first = line.parts[0] ?? place;
      this.give({ ...line, parts: [first] }, `the line is longer than ${longestLine} bytes`);
      return;
    }
    this.#append(part.text);
    // It comes first in a line: not in the first part only where that is very short.
    if (!line.isCall && this.#length < LOOKED_AT) line.isCall = this.bytes.includes(AI_LOG);
    const last = line.parts.at(-1);
    if (last?.[0] === place[0]) last[2] = place[2];
    else line.parts.push(place);
  }

  /** The line cannot be read: nothing of it is held any more, and its end will say why. */
  give(line: OpenLine, reason: string): void {
    this.line = { ...line, reason };
    this.#length = 0;
  }

  close(): UnwrappedLine {
    const { line } = this;
    const closed = {
      bytes: this.bytes,
      at: line ? placeOf(line) : ([0, 0] as [number, number]),
      time: this.#time,
      ...(line?.reason !== undefined && { reason: line.reason }),
    };
    this.line = undefined;
    this.#length = 0;
    // What is handed out stays whole until the next line: a longer buffer is not kept for it.
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = NOTHING;
    return closed;
  }

  #append(text: Buffer): void {
    const length = this.#length + text.length;
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(length * 2, FIRST_BYTES));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    text.copy(this.#buffer, this.#length);
    this.#length = length;
  }
}

/** So much of a line is searched for ai_log while it is not there. */
const LOOKED_AT = 1 << 20;
const FIRST_BYTES = 1 << 16;
const KEPT_BYTES = 1 << 21;
