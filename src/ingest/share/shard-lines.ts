import {
  COUNT_CODES,
  EXACT,
  type FromShard,
  type PartMessage,
  type Progress,
  type Question,
  type ShardLink,
  type TakenShard,
} from './messages.ts';
import { ShardFailed } from './shard-failed.ts';
import type { SharedBlock, SharedLine } from './line-order.ts';

/** Lines on their way to a worker. */
interface Part {
  block: SharedBlock;
  lines: readonly SharedLine[];
  memory: readonly SharedArrayBuffer[];
  /** How many are read. */
  read: number;
}

/** The reading thread's side of a worker: what it has to do, and what it waits for. */
export class ShardLines {
  readonly #link: ShardLink;
  readonly #parts: Part[] = [];
  /** What it asked about the line that it is at. */
  question: Question | undefined;
  taken: TakenShard | undefined;
  readonly #release: (memory: SharedArrayBuffer) => void;

  constructor(link: ShardLink, release: (memory: SharedArrayBuffer) => void) {
    this.#link = link;
    this.#release = release;
  }

  /** The first line that is not read; undefined if there is nothing to do. */
  get current(): SharedLine | undefined {
    const [part] = this.#parts;
    return part?.lines[part.read];
  }

  send(block: SharedBlock, lines: readonly SharedLine[], message: Omit<PartMessage, 'kind'>): void {
    this.#parts.push({ block, lines, memory: message.memory, read: 0 });
    this.#link.post({ kind: 'lines', ...message });
  }

  askForTaken(): void {
    this.taken = undefined;
    this.#link.post({ kind: 'take' });
  }

  /** Takes what a worker says; throws if it failed. */
  take(message: FromShard): void {
    if (message.kind === 'failed') throw new ShardFailed(message.message, message.isMisled);
    if (message.kind === 'taken') {
      this.taken = message.taken;
      return;
    }
    const [part] = this.#parts;
    if (!part) throw new Error('a worker read more lines than it was given');
    this.#pass(part, message.progress);
    if (message.kind === 'ask') {
      this.question = message.question;
      return;
    }
    this.#parts.shift();
    if (part.read < part.lines.length) throw new Error('a worker left out lines');
    for (const memory of part.memory) this.#release(memory);
  }

  #pass(part: Part, { codes, ended, extras, size }: Progress): void {
    const from = part.read;
    for (const [i, code] of codes.entries()) {
      const line = part.lines[from + i];
      if (!line) throw new Error('a worker read more lines than it was given');
      line.count = COUNT_CODES[code % EXACT];
      line.ended = ended[i] ?? NaN;
      line.isExact = code >= EXACT;
    }
    for (const [place, one] of extras) {
      const line = part.lines[from + place];
      if (line) line.extras = one;
    }
    part.read += codes.length;
    part.block.left -= codes.length;
    part.block.size += size;
  }

  answer(answer: Parameters<ShardLink['post']>[0]): void {
    this.question = undefined;
    this.#link.post(answer);
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}
