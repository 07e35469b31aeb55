import { closeSync, openSync, writeSync } from 'node:fs';
import { aiLine, otherLine } from '../ingest/make.ts';

/** What a container's runtime makes of a line that the gateway prints. */
export type Wrap = (line: string) => string;

const PART = 150;
const TIME = '2026-03-02T08:00:00.123456789Z';

function partsOf(line: string, size = PART): string[] {
  const text = line.trimEnd();
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    text.slice(i * size, (i + 1) * size),
  );
}

/** Kubernetes' CRI format, lines cut into parts. */
export const asCri: Wrap = (line) =>
  partsOf(line)
    .map((part, i, all) => `${TIME} stdout ${i < all.length - 1 ? 'P' : 'F'} ${part}\n`)
    .join('');

/** Docker fills a buffer of 16 KiB: what has neither its length nor an end is a line for itself. */
const DOCKER_PART = 16_384;

/** Docker's json-file, of lines that are longer than one part. */
export const asDocker: Wrap = (line) =>
  partsOf(line.replace(/\}\n$/, `,"padding":"${'x'.repeat(DOCKER_PART)}"}\n`), DOCKER_PART)
    .map((part, i, all) => (i < all.length - 1 ? part : `${part}\n`))
    .map((log) => `${JSON.stringify({ log, stream: 'stdout', time: TIME })}\n`)
    .join('');

/**
 * The gateway's end of a log: like Envoy it appends to the file that it has open, whatever that is called by now,
 * until it opens the log anew.
 */
export class Gateway {
  readonly log: string;
  /** Request ids of the lines that are written whole. */
  readonly written: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #wrap: Wrap;
  #fd: number;
  /** What is still to be written of a line. */
  #rest: { text: string; id: string } | undefined;

  constructor(log: string, wrap: Wrap = (line) => line) {
    this.log = log;
    this.#wrap = wrap;
    this.#fd = openSync(log, 'a');
  }

  /** Whole lines, of three sessions at a time, every second one no AI call; finishes a line that was begun. */
  write(lines: number): void {
    this.finishLine();
    for (let i = 0; i < lines; i++) {
      const { text, id } = this.#nextLine();
      writeSync(this.#fd, text + this.#wrap(otherLine(this.written.length)));
      this.written.push(id);
    }
  }

  /** The beginning of a line; `share` of it, from 0 to 1. Returns how many bytes. */
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

  /** As on SIGUSR1: what was begun goes to the old file. */
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
    // New sessions now and then: a long one's requests repeat a long history.
    const session = `s${Math.floor(count / 100)}-${(count + (count >> 3)) % 3}`;
    const n = this.#counts.get(session) ?? 0;
    this.#counts.set(session, n + 1);
    return { text: this.#wrap(aiLine(session, n)), id: `${session}-${n}` };
  }
}
