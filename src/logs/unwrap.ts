import { createHash } from 'node:crypto';
import type { LinePosition, OpenLine } from '../model/log-position.ts';
import { isAccessLine, mayHoldAccessLine } from './access-text.ts';
import { Join, type Position } from './join.ts';
import { HELD_MS } from './open-line.ts';
import { readShipped } from './shipped-line.ts';
import type { FoundText } from './shipped-record.ts';
import {
  DOCKER_PART_BYTES,
  parseObjectOrList,
  physicalLines,
  READ_PART,
  type Form,
  type Part,
} from './wrapped-line.ts';

/** A line as the program wrote it. */
export interface UnwrappedLine {
  /** Without its line break; valid until the next line. */
  bytes: Buffer;
  /**
   * Where it begins: the first byte of its first part's line. If one line of the file holds several, each gets a position
   * of its own within it, though nothing begins there.
   */
  at: LinePosition;
  /** When the container's runtime or a shipper took it, ISO 8601; undefined where it is not wrapped. */
  time: string | undefined;
  /** Lines of the file that this one stands for: its parts'; none, where an earlier one stood for its line. */
  pieces: number;
  /** Why it cannot be read. */
  reason?: string;
  /** It came of the stream that is looked for. */
  isWatched?: true;
}

/** How often a line can be wrapped: by its runtime, by a shipper, by the runtime of that, and by who collects it. */
const MOST_LEVELS = 5;
/** Lines of different streams that are open at once, where a shipper has mixed many. */
const MOST_OPEN = 64;

const OPEN_BRACE = 0x7b;
const NOTHING = Buffer.alloc(0);

/** A line of the file, or what stood in one, on its way out. */
interface Wrapped {
  bytes: Buffer;
  position: Position;
  /** Of the line of the file in which it ends: where that begins and ends. */
  stretch: OpenLine['parts'][number];
  time: string | undefined;
  pieces: number;
  level: number;
  source: string;
  isWatched: boolean;
}

/** Blocks of whole lines that a stretch of a log holds; undefined where they are gone. */
type ReadStretch = (
  part: OpenLine['parts'][number],
) => AsyncIterable<{ bytes: Buffer; at: number }> | undefined;

/**
 * Removes what runtimes and shippers put around lines, and joins the parts of long lines, stream by stream. A line counts
 * where its last part is, so what was read up to an offset is every line that ended before it, and parts of those that
 * are open there: `open` says where these parts are, and `restore` reads them again.
 */
export class Unwrapper {
  readonly #form: Form | undefined;
  readonly #logId: number;
  readonly #longestLine: number;
  readonly #dockerPart: number;
  readonly #joins = new Map<string, Join>();
  /** Lines that are not taken up again yet. */
  #waiting: OpenLine[] = [];
  /** The stream whose lines are looked for, and where its last part was found to end. */
  #watched: { stream: string; end: number } | undefined;
  /** When the latest part was taken: ISO 8601. */
  #latest: string | undefined;

  /** Without a form, lines are a plain log's or a shipper's. */
  constructor(form: Form | undefined, logId: number, longestLine: number, dockerPart = DOCKER_PART_BYTES) {
    this.#form = form;
    this.#logId = logId;
    this.#longestLine = longestLine;
    this.#dockerPart = dockerPart;
  }

  /** The lines that end in a block of whole physical lines, which begins at the offset `at`. */
  *take(block: Buffer, at: number, logId = this.#logId): Generator<UnwrappedLine> {
    for (const { start, line, next } of physicalLines(block)) {
      const part = this.#form && READ_PART[this.#form](line, this.#dockerPart);
      if (typeof part === 'object' && this.#isPlain(part)) {
        this.#latest = part.time;
        yield { bytes: part.text, at: [logId, at + start], time: part.time, pieces: 1 };
        continue;
      }
      const wrapped: Wrapped = {
        bytes: line,
        position: { logId, offset: at + start },
        stretch: [logId, at + start, at + next],
        time: undefined,
        pieces: 1,
        level: 0,
        source: '',
        isWatched: false,
      };
      yield* this.#takeFound(
        wrapped,
        typeof part === 'object' ? [foundOf(part)] : (part ?? this.#read(wrapped)),
      );
    }
  }

  /** Nearly every line of a container's log: there is no more to it. */
  #isPlain({ stream, isEnd, text }: Part): boolean {
    if (!isEnd || this.#watched || text.length >= this.#longestLine || this.#joins.get(stream)?.isOpen)
      return false;
    return isAccessLine(text);
  }

  /** Open lines from which nothing can be missing: a program that ends need not end its last line. */
  *takeWhole(isWhole: (bytes: Buffer) => boolean): Generator<UnwrappedLine> {
    for (const join of this.#openJoins())
      if (join.endsObject && isWhole(join.bytes)) yield* this.#close(join);
  }

  /** Open lines that nothing went on with for long, as lines of their own. `now`, `written`: milliseconds since 1970. */
  *takeOverdue(now: number, written: number): Generator<UnwrappedLine> {
    const latest = Date.parse(this.#latest ?? '');
    for (const join of this.#openJoins()) {
      const isLeft = latest - Date.parse(join.lastTime ?? '') >= HELD_MS;
      if (isLeft || now - written >= HELD_MS) yield* this.#close(join);
    }
  }

  get open(): OpenLine[] {
    return [...this.#openJoins().flatMap(({ line }) => line ?? []), ...this.#waiting].map((line) =>
      structuredClone(line),
    );
  }

  /** Lines of the file whose parts are held here. */
  get pieces(): number {
    return this.#openJoins().reduce((sum, { pieces }) => sum + pieces, 0);
  }

  /**
   * Takes up lines that were open. What an earlier version held back as a part, and is none, comes out as the line that
   * it is; `open` says after each such line what is still to be looked at.
   */
  async *restore(lines: readonly OpenLine[], read: ReadStretch): AsyncGenerator<UnwrappedLine> {
    this.#waiting = structuredClone([...lines]);
    for (let line = this.#waiting[0]; line; line = this.#waiting[0]) {
      if (line.reason === undefined) yield* this.#restoreOne(line, read);
      else this.#give(line, line.reason);
      this.#waiting.shift();
    }
  }

  async *#restoreOne(line: OpenLine, read: ReadStretch): AsyncGenerator<UnwrappedLine> {
    const again = new Unwrapper(this.#form, this.#logId, this.#longestLine, this.#dockerPart);
    const watched = { stream: line.stream, end: -1 };
    again.#watched = watched;
    const stretches = structuredClone(line.parts);
    for (const [i, [id, from, to]] of stretches.entries()) {
      for await (const { bytes, at } of read([id, from, to]) ?? []) {
        for (const { start, next } of physicalLines(bytes)) {
          for (const one of again.take(bytes.subarray(start, next), at + start, id)) {
            if (!one.isWatched) continue;
            line.parts = [
              ...(at + next < to ? [[id, at + next, to] as [number, number, number]] : []),
              ...stretches.slice(i + 1),
            ];
            yield one;
          }
        }
      }
      if (watched.end === to) continue;
      this.#give(line, 'the log that holds its beginning is gone');
      return;
    }
    for (const join of again.#openJoins()) if (again.#watches(join)) this.#joins.set(join.stream, join);
  }

  #give(line: OpenLine, reason: string): void {
    const join = this.#joinOf(line.stream);
    join.give(line, reason);
    this.#joins.set(join.stream, join);
  }

  *#unwrap(line: Wrapped): Generator<UnwrappedLine> {
    yield* this.#takeFound(line, line.level < MOST_LEVELS ? this.#read(line) : undefined);
  }

  /** What a line wraps; or the line itself, where it wraps nothing, or it is not known what. */
  *#takeFound(line: Wrapped, found: FoundText[] | string | undefined): Generator<UnwrappedLine> {
    if (typeof found === 'object') {
      for (const [i, one] of found.entries()) {
        const next: Wrapped = {
          ...line,
          bytes: one.text,
          time: one.time ?? line.time,
          pieces: i === 0 ? line.pieces : 0,
          level: line.level + 1,
          source: `${line.source}\n${one.source}`,
        };
        yield* one.part ? this.#takePart(next, one.part) : this.#unwrap(next);
      }
      return;
    }
    const { bytes, position, time, pieces, isWatched } = line;
    const at: LinePosition = [position.logId, position.offset++];
    const reason = found === undefined ? undefined : { reason: found };
    yield { bytes, at, time, pieces, ...reason, ...(isWatched && { isWatched }) };
  }

  /** What a line wraps; a reason why that cannot be read; undefined where it wraps nothing. */
  #read({ bytes }: Wrapped): FoundText[] | string | undefined {
    return mayHoldAccessLine(bytes) || this.#openJoins().some(isShippers)
      ? readShipped(bytes, this.#dockerPart)
      : undefined;
  }

  *#takePart(
    part: Wrapped,
    { isEnd, stream, isRuntimes }: NonNullable<FoundText['part']>,
  ): Generator<UnwrappedLine> {
    // A container's own log names its streams; a shipper's streams are known by all that is said of them.
    const join = this.#joinOf(isRuntimes && stream !== undefined ? stream : streamOf(part.source), stream);
    if (this.#watched && this.#watches(join)) {
      this.#watched.end = part.stretch[2];
      part.isWatched = true;
    }
    this.#latest = part.time;
    // A part is not told from a line of just its length: but what is whole does not go on with another line.
    if (join.endsObject && part.bytes[0] === OPEN_BRACE && parseObjectOrList(join.bytes))
      yield* this.#close(join);
    if (isEnd && !join.isOpen && part.bytes.length < this.#longestLine) {
      yield* this.#unwrap(part);
      return;
    }
    if (!join.isOpen) {
      this.#joins.set(join.stream, join);
      join.begin(part.level, part.source);
    }
    join.add({ ...part, text: part.bytes }, [...part.stretch], this.#longestLine);
    if (isEnd) yield* this.#close(join);
    else yield* this.#closeMany(join);
  }

  *#close(join: Join): Generator<UnwrappedLine> {
    const { level, source } = join;
    const isWatched = this.#watches(join);
    // A runtime's streams are two, and one buffer for each is used again; a shipper's can be any number.
    if (isShippers(join)) this.#joins.delete(join.stream);
    const { bytes, position, time, pieces, reason } = join.close();
    const stretch: Wrapped['stretch'] = [position.logId, position.offset, position.offset];
    if (reason === undefined) {
      yield* this.#unwrap({ bytes, position, stretch, time, pieces, level, source, isWatched });
    } else {
      const at: LinePosition = [position.logId, position.offset];
      yield { bytes: NOTHING, at, time: undefined, pieces, reason };
    }
  }

  /** Those that are open longest are lines of their own where too many are, or too long ones. */
  *#closeMany(newest: Join): Generator<UnwrappedLine> {
    for (;;) {
      const open = this.#openJoins();
      const length = open.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const oldest = open.find((join) => join !== newest);
      if (!oldest || (open.length <= MOST_OPEN && length < 2 * this.#longestLine)) return;
      yield* this.#close(oldest);
    }
  }

  /** The open line of a stream, or one to begin. */
  #joinOf(stream: string, oldStream?: string): Join {
    return this.#joins.get(stream) ?? new Join(stream, oldStream);
  }

  #watches({ stream, oldStream }: Join): boolean {
    return (
      this.#watched !== undefined && (this.#watched.stream === stream || this.#watched.stream === oldStream)
    );
  }

  #openJoins(): Join[] {
    return [...this.#joins.values()].filter(({ isOpen }) => isOpen);
  }
}

function foundOf({ text, time, stream, isEnd }: Part): FoundText {
  return { text, time, source: stream, part: { isEnd, isRuntimes: true, stream } };
}

function streamOf(source: string): string {
  return `#${createHash('sha256').update(source).digest('hex').slice(0, 16)}`;
}

function isShippers({ stream }: Join): boolean {
  return stream.startsWith('#');
}
