import { parseJson } from '../ai-log/json-spans.ts';
import { isAbsent, type Files } from '../platform/files.ts';
import type { Block } from '../logs/blocks.ts';
import type { LogFile } from '../logs/discover.ts';
import { agrees } from '../logs/fingerprint.ts';
import type { Generation } from '../logs/generation.ts';
import { isUnreadable, openLog, type OpenLog } from '../logs/open-log.ts';
import type { OpenLine } from '../logs/open-line.ts';
import { textBlocks } from '../logs/text-blocks.ts';
import { Unwrapper, type UnwrappedLine } from '../logs/unwrap.ts';
import { formOf, type Form } from '../logs/wrapped-line.ts';
import type { KnownLogs } from './known-logs.ts';
import { LogChanged, type LogReading } from './log-reading.ts';

/** A container's log while it is read: its lines, unwrapped, and those that are open where the reading stands. */
export class ContainerLog {
  /** Bytes of the longest physical line that can hold a line's part. */
  readonly longestPiece: number;
  readonly #files: Files;
  readonly #known: KnownLogs;
  readonly #reading: LogReading;
  readonly #unwrapper: Unwrapper;
  /** The log whose open lines this one finishes, until its first bytes are taken. */
  #predecessor: Generation | undefined;

  private constructor(files: Files, known: KnownLogs, reading: LogReading, form: Form, longestLine: number) {
    this.#files = files;
    this.#known = known;
    this.#reading = reading;
    this.#unwrapper = new Unwrapper(form, reading.generation.id, longestLine);
    this.longestPiece = longestPiece(form, longestLine);
  }

  /**
   * Goes on where the reading stands; undefined for a plain log. A new log goes on with the lines that were open in
   * `predecessor` when it was rotated.
   */
  static async begin(
    files: Files,
    known: KnownLogs,
    reading: LogReading,
    predecessor: Generation | undefined,
    longestLine: number,
  ): Promise<ContainerLog | undefined> {
    const form = formOf(reading.log.start());
    if (!form) return undefined;
    const log = new ContainerLog(files, known, reading, form, longestLine);
    // While half a line is there, somebody may be writing it.
    const isRead = predecessor?.size === predecessor?.offset;
    if (reading.from === 0 && isRead) log.#predecessor = predecessor;
    const open = log.#predecessor ? log.#predecessor.open : reading.generation.open;
    for (const line of open ?? []) await log.#unwrapper.restore(line, (part) => log.#read(part));
    return log;
  }

  /** The lines that end in a block. */
  take({ bytes, at }: Block): Iterable<UnwrappedLine> {
    return this.#unwrapper.take(bytes, at);
  }

  /** At the end of what there is: open lines from which nothing can be missing. */
  takeWhole(): Iterable<UnwrappedLine> {
    return this.#unwrapper.takeWhole(isWhole);
  }

  /** The reading has passed what was taken: the log's position says which lines are open there. */
  pass(): void {
    const { generation } = this.#reading;
    const { open } = this.#unwrapper;
    if (open.length > 0) generation.open = open;
    else delete generation.open;
    delete this.#predecessor?.open;
    this.#predecessor = undefined;
  }

  /** Reads a stretch of a log again; nothing where no file of it is left. */
  async *#read([id, from, to]: OpenLine['parts'][number]): AsyncGenerator<Block> {
    const isOwn = id === this.#reading.generation.id;
    const log = isOwn ? this.#reading.log : await this.#openLog(id);
    if (!log) return;
    try {
      yield* textBlocks(log, from, this.longestPiece, to);
    } finally {
      if (!isOwn) log.close();
    }
  }

  async #openLog(id: number): Promise<OpenLog | undefined> {
    const met = this.#known.fileOf(id);
    if (!met) return undefined;
    const { file, generation } = met;
    const log = await openFile(this.#files, this.#known, file);
    if (log && agrees(generation, log.content)) return log;
    log?.close();
    throw new LogChanged(`${file.path} changed while it was read`);
  }
}

async function openFile(files: Files, known: KnownLogs, file: LogFile): Promise<OpenLog | undefined> {
  try {
    const log = await openLog(files, file, () => known.ends());
    return isUnreadable(log) ? undefined : log;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Room for a prefix; Docker writes some bytes as six, and no more than 16 KiB in one entry. */
function longestPiece(form: Form, longestLine: number): number {
  const prefix = 256;
  return form === 'cri' ? longestLine + prefix : Math.min(6 * longestLine, longestLine + (1 << 20)) + prefix;
}

/** A last line without a line break is taken if nothing can be missing from it. */
export function isWhole(bytes: Buffer): boolean {
  const value = parseJson(bytes.toString());
  return typeof value === 'object' && value !== null;
}
