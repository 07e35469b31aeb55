import { closeSync, openSync, writeSync } from 'node:fs';
import { aiLine, otherLine } from '../ingest/make.ts';

/** How a container runtime writes a line that the gateway prints. */
export type Wrap = (line: string) => string;

const PART = 150;
const TIME = '2026-03-02T08:00:00.123456789Z';

function partsOf(line: string, size = PART): string[] {
  const text = line.trimEnd();
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    text.slice(i * size, (i + 1) * size),
  );
}

/** The CRI format of Kubernetes, with lines cut into parts. */
export const asCri: Wrap = (line) =>
  partsOf(line)
    .map((part, i, all) => `${TIME} stdout ${i < all.length - 1 ? 'P' : 'F'} ${part}\n`)
    .join('');

/** The size of Docker's line buffer. A part of another length and without an end counts as a line. */
const DOCKER_PART = 16_384;

/** Docker's json-file, with lines that are longer than one part. */
export const asDocker: Wrap = (line) =>
  partsOf(line.replace(/\}\n$/, `,"padding":"${'x'.repeat(DOCKER_PART)}"}\n`), DOCKER_PART)
    .map((part, i, all) => (i < all.length - 1 ? part : `${part}\n`))
    .map((log) => `${JSON.stringify({ log, stream: 'stdout', time: TIME })}\n`)
    .join('');

/**
 * Writes a log as Envoy does: it appends to the file that it has open, even after a rename, until it reopens the log.
 */
export class Gateway {
  readonly log: string;
  /** Request ids of the lines that have been written completely. */
  readonly written: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #wrap: Wrap;
  #fd: number;
  /** The part of a line that is not written yet. */
  #rest: { text: string; id: string } | undefined;

  constructor(log: string, wrap: Wrap = (line) => line) {
    this.log = log;
    this.#wrap = wrap;
    this.#fd = openSync(log, 'a');
  }

  /** Writes whole lines of three sessions at a time, every second one not an AI call; first finishes an open line. */
  write(lines: number): void {
    this.finishLine();
    for (let i = 0; i < lines; i++) {
      const { text, id } = this.#nextLine();
      writeSync(this.#fd, text + this.#wrap(otherLine(this.written.length)));
      this.written.push(id);
    }
  }

  /** Writes only the beginning of a line: `share` of it, from 0 to 1. Returns the number of bytes. */
  beginLine(share: number): number {
    this.finishLine();
    const { text, id } = this.#nextLine();
    const cut = Math.min(text.length - 2, Math.max(1, Math.floor(text.length * share)));
    writeSync(this.#fd, text.slice(0, cut));
    this.#rest = { text: text.slice(cut), id };
    return cut;
  }

  finishLine(): void {
    if (!this.#rest) return;
    writeSync(this.#fd, this.#rest.text);
    this.written.push(this.#rest.id);
    this.#rest = undefined;
  }

  /** Reopens the log, as on SIGUSR1. An open line is finished in the old file. */
  reopen(): void {
    this.finishLine();
    this.close();
    this.#fd = openSync(this.log, 'a');
  }

  close(): void {
    closeSync(this.#fd);
  }

  #nextLine(): { text: string; id: string } {
    const count = this.written.length;
    // New sessions now and then, since the requests of a long one repeat a long history.
    const session = `s${Math.floor(count / 100)}-${(count + (count >> 3)) % 3}`;
    const n = this.#counts.get(session) ?? 0;
    this.#counts.set(session, n + 1);
    return { text: this.#wrap(aiLine(session, n)), id: `${session}-${n}` };
  }
}
