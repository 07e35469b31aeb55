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

/** How long a line can be, and a part of one that fills Docker's buffer. */
interface WrappedOptions {
  longestLine: number;
  dockerPart?: number | undefined;
}

/** A log whose lines are wrapped, while it is read: its lines, and those that are open where the reading stands. */
export class ContainerLog {
  /** Bytes of the longest physical line that can hold a line's part. */
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
   * The log where the reading stands; undefined for one that looks plain. A new log goes on with the lines that were open
   * in `predecessor` when it was rotated: `restore` takes them up.
   */
  static begin(
    files: Files,
    known: KnownLogs,
    reading: LogReading,
    predecessor: LogPosition | undefined,
    options: WrappedOptions,
  ): ContainerLog | undefined {
    const form = formOf(reading.log.start());
    // While half a line is there, somebody may be writing it.
    const isRead = predecessor?.size === predecessor?.offset;
    const goesOn = reading.from === 0 && isRead ? predecessor : undefined;
    if (!form && !(goesOn ? goesOn.open : reading.position.open)) return undefined;
    const log = new ContainerLog(files, known, reading, options, form);
    log.#predecessor = goesOn;
    return log;
  }

  /** To be gone through before anything is taken: takes up open lines. What comes out of them is a line of its own. */
  restore(): AsyncIterable<UnwrappedLine> {
    const open = this.#predecessor ? this.#predecessor.open : this.#reading.position.open;
    return this.#unwrapper.restore(open ?? [], (part) => this.#read(part));
  }

  /** The lines that end in a block. */
  take({ bytes, at }: Pick<Block, 'bytes' | 'at'>): Iterable<UnwrappedLine> {
    return this.#unwrapper.take(bytes, at);
  }

  /** At the end of what there is: open lines from which nothing can be missing, and those that nothing goes on with. */
  *takeRest(now: number): Generator<UnwrappedLine> {
    yield* this.#unwrapper.takeWhole(isWhole);
    yield* this.#unwrapper.takeOverdue(now, this.#reading.log.facts.mtime);
  }

  /** Lines of the file whose parts are held: they count when their line ends. */
  get heldPieces(): number {
    return this.#unwrapper.pieces;
  }

  /** The reading has passed what was taken: the log's position says which lines are open there. */
  pass(): void {
    const { position } = this.#reading;
    const { open } = this.#unwrapper;
    if (open.length > 0) position.open = open;
    else delete position.open;
    delete this.#predecessor?.open;
    this.#predecessor = undefined;
  }

  /** Reads a stretch of a log again; nothing where no file of it is left. */
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

/** Room for a prefix; Docker writes some bytes as six, and no more than 16 KiB in one entry. */
function longestPiece(form: Form | undefined, longestLine: number): number {
  const prefix = 256;
  if (!form) return longestLine;
  return form === 'cri' ? longestLine + prefix : Math.min(6 * longestLine, longestLine + (1 << 20)) + prefix;
}

/** A last line without a line break is taken if nothing can be missing from it. */
export function isWhole(bytes: Buffer): boolean {
  const value = parseJson(bytes.toString());
  return typeof value === 'object' && value !== null;
}
