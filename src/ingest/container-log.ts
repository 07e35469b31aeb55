import { parseJson } from '../platform/json-spans.ts';
import { isAbsent, type Files } from '../platform/files.ts';
import type { Block } from '../logs/blocks.ts';
import type { LogFile } from '../logs/discover.ts';
import { agrees } from '../logs/fingerprint.ts';
import { isUnreadable, openLog, type OpenLog } from '../logs/open-log.ts';
import { textBlocks } from '../logs/text-blocks.ts';
import { Unwrapper, type UnwrappedLine } from '../logs/unwrap.ts';
import { formOf, type Form } from '../logs/wrapped-line.ts';
import type { LogPosition, OpenLine } from '../model/log-position.ts';
import type { KnownLogs } from './known-logs.ts';
import { LogChanged, type LogReading } from './log-reading.ts';

/** The length limit of a line, and the length of a part that fills Docker's buffer. */
interface WrappedOptions {
  longestLine: number;
  dockerPart?: number | undefined;
}

/** A log with wrapped lines that is being read: its lines, and the ones still open at the current position. */
export class ContainerLog {
  /** The longest physical line, in bytes, that can hold a part of a line. */
  readonly longestPiece: number;
  readonly #files: Files;
  readonly #known: KnownLogs;
  readonly #reading: LogReading;
  readonly #unwrapper: Unwrapper;
  /** The log whose open lines this one finishes, until its first bytes are taken. */
  #predecessor: LogPosition | undefined;

  constructor(files: Files, known: KnownLogs, reading: LogReading, options: WrappedOptions, form?: Form) {
    this.#files = files;
    this.#known = known;
    this.#reading = reading;
    const { longestLine, dockerPart } = options;
    this.#unwrapper = new Unwrapper(form, reading.position.id, longestLine, dockerPart);
    this.longestPiece = longestPiece(form, longestLine);
  }

  /**
   * Opens the log at the current position; undefined if it looks plain. A new log continues the lines that were open in
   * `predecessor` when it was rotated; `restore` reads them.
   */
  static begin(
    files: Files,
    known: KnownLogs,
    reading: LogReading,
    predecessor: LogPosition | undefined,
    options: WrappedOptions,
  ): ContainerLog | undefined {
    const form = formOf(reading.log.start());
    // While half a line is there, a writer may still be adding to it.
    const isRead = predecessor?.size === predecessor?.offset;
    const goesOn = reading.from === 0 && isRead ? predecessor : undefined;
    if (!form && !(goesOn ? goesOn.open : reading.position.open)) return undefined;
    const log = new ContainerLog(files, known, reading, options, form);
    log.#predecessor = goesOn;
    return log;
  }

  /** Restores open lines; iterate it before taking any block. What it yields are complete lines. */
  restore(): AsyncIterable<UnwrappedLine> {
    const open = this.#predecessor ? this.#predecessor.open : this.#reading.position.open;
    return this.#unwrapper.restore(open ?? [], (part) => this.#read(part));
  }

  /** The lines that end in a block. */
  take({ bytes, at }: Pick<Block, 'bytes' | 'at'>): Iterable<UnwrappedLine> {
    return this.#unwrapper.take(bytes, at);
  }

  /** At the end of the log: open lines that are complete, and those that nothing continues any more. */
  *takeRest(now: number): Generator<UnwrappedLine> {
    yield* this.#unwrapper.takeWhole(isWhole);
    yield* this.#unwrapper.takeOverdue(now, this.#reading.log.facts.mtime);
  }

  /** How many lines of the file are held as parts: they count when their line ends. */
  get heldPieces(): number {
    return this.#unwrapper.pieces;
  }

  /** Writes the lines that are open after what was taken into the log's position. */
  pass(): void {
    const { position } = this.#reading;
    const { open } = this.#unwrapper;
    if (open.length > 0) position.open = open;
    else delete position.open;
    delete this.#predecessor?.open;
    this.#predecessor = undefined;
  }

  /** Reads a stretch of a log again; yields nothing if no file of it is left. */
  async *#read([id, from, to]: OpenLine['parts'][number]): AsyncGenerator<Block> {
    const isOwn = id === this.#reading.position.id;
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
    const { file, position } = met;
    const log = await openFile(this.#files, this.#known, file);
    if (log && agrees(position, log.content)) return log;
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

/** Allows for a prefix. Docker escapes some bytes as six, and puts no more than 16 KiB into one entry. */
function longestPiece(form: Form | undefined, longestLine: number): number {
  const prefix = 256;
  if (!form) return longestLine;
  return form === 'cri' ? longestLine + prefix : Math.min(6 * longestLine, longestLine + (1 << 20)) + prefix;
}

/** A last line without a line break is taken if it is certainly complete. */
export function isWhole(bytes: Buffer): boolean {
  const value = parseJson(bytes.toString());
  return typeof value === 'object' && value !== null;
}
