import type { OpenLine } from '../model/log-position.ts';

const NOTHING = Buffer.alloc(0);
const AI_LOG = [Buffer.from('"ai_log"'), Buffer.from('ai_log\\')];
const CLOSING_BRACE = 0x7d;

/** Where a line begins. If it turns out to hold several lines, each takes the next byte as its own position. */
export interface Position {
  logId: number;
  offset: number;
}

/** A line that its parts make. */
interface JoinedLine {
  bytes: Buffer;
  position: Position;
  time: string | undefined;
  /** Lines of the file that it was made of. */
  pieces: number;
  reason?: string;
}

/** The parts of one stream's line, put together in one buffer that is used again. */
export class Join {
  readonly stream: string;
  /** What an earlier version called the stream. */
  readonly oldStream: string | undefined;
  line: OpenLine | undefined;
  /** Lines of the file that the open line's parts stand in. */
  pieces = 0;
  /** When its last part was taken: ISO 8601. */
  lastTime: string | undefined;
  /** How often the line was wrapped, and by whom. */
  level = 0;
  source = '';
  #time: string | undefined;
  #position: Position = { logId: 0, offset: 0 };
  #buffer = NOTHING;
  #length = 0;

  constructor(stream: string, oldStream: string | undefined) {
    this.stream = stream;
    this.oldStream = oldStream;
  }

  begin(level: number, source: string): void {
    this.level = level;
    this.source = source;
  }

  get isOpen(): boolean {
    return this.line !== undefined;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Whether it ends as a line of the log does. */
  get endsObject(): boolean {
    return this.#length > 0 && this.#buffer[this.#length - 1] === CLOSING_BRACE;
  }

  add(
    part: { text: Buffer; time: string | undefined; pieces: number; position: Position },
    stretch: OpenLine['parts'][number],
    longestLine: number,
  ): void {
    if (!this.line) {
      this.#time = part.time;
      this.#position = { ...part.position };
    }
    this.pieces += part.pieces;
    this.lastTime = part.time;
    const line = (this.line ??= { stream: this.stream, parts: [], isCall: false });
    if (line.reason !== undefined) return;
    // As in a plain log, the limit counts the line break.
    if (this.#length + part.text.length >= longestLine) {
      const first = line.parts[0] ?? stretch;
      this.#give({ ...line, parts: [first] }, `the line is longer than ${longestLine} bytes`);
      return;
    }
    this.#append(part.text);
    // It comes first in a line: not in the first part only where that is very short.
    if (!line.isCall && this.#length < LOOKED_AT) {
      line.isCall = AI_LOG.some((name) => this.bytes.includes(name));
    }
    const last = line.parts.at(-1);
    if (last?.[0] === stretch[0]) last[2] = stretch[2];
    else line.parts.push(stretch);
  }

  /** The open line cannot be read: nothing of it is held any more, and its end will say why. */
  give(line: OpenLine, reason: string): void {
    const [first] = line.parts;
    if (first) this.#position = { logId: first[0], offset: first[1] };
    this.pieces = 1;
    this.#give(line, reason);
  }

  close(): JoinedLine {
    const { line } = this;
    const closed = {
      bytes: this.bytes,
      position: this.#position,
      time: this.#time,
      pieces: this.pieces,
      ...(line?.reason !== undefined && { reason: line.reason }),
    };
    this.line = undefined;
    this.pieces = 0;
    this.#length = 0;
    // What is handed out stays whole until the next line: a longer buffer is not kept for it.
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = NOTHING;
    return closed;
  }

  #give(line: OpenLine, reason: string): void {
    this.line = { ...line, reason };
    this.#length = 0;
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
