import type { Redactor } from '../ai-log/redact.ts';
import { readTime } from '../ai-log/time.ts';
import type { Files } from '../platform/files.ts';
import { growOnce } from '../platform/heap.ts';
import { cutIntoBlocks, type Block } from '../logs/blocks.ts';
import type { LogFile } from '../logs/discover.ts';
import type { Generation } from '../logs/generation.ts';
import { placeOf } from '../logs/open-line.ts';
import type { OpenLog } from '../logs/open-log.ts';
import type { UnwrappedLine } from '../logs/unwrap.ts';
import type { Resolution } from '../pricing/resolve.ts';
import type { LogPosition } from '../store/state.ts';
import type { Store } from '../store/store.ts';
import type { StoredIndex } from '../store/stored-index.ts';
import { Batch } from './batch.ts';
import { Commits } from './commits.ts';
import { ContainerLog, isWhole } from './container-log.ts';
import { KnownLogs, type AbandonedLine } from './known-logs.ts';
import { ImportedRounds } from './imported-rounds.ts';
import { linesOf } from './log-lines.ts';
import { LogOpener } from './log-opener.ts';
import { LogReading } from './log-reading.ts';
import type { ParseOptions } from './options.ts';
import { findSeen } from './quiet.ts';
import type { Gap, Tally } from './tally.ts';
import { findTornLine } from './torn-line.ts';

const LONGEST_LINE = 64 << 20;
const BATCH_SIZE = 24 << 20;
/** So many logs that were read are held open, to be checked before the commit. */
const MOST_OPEN = 64;

/** One pass over the logs under the lock, committed batch by batch. */
export class Run {
  readonly #files: Files;
  readonly #store: Store;
  readonly #options: ParseOptions;
  readonly #tally: Tally;
  readonly #batch: Batch;
  /** undefined where nothing was imported. */
  readonly #imported: ImportedRounds | undefined;
  readonly #commits: Commits;
  readonly #known: KnownLogs;
  readonly #opener: LogOpener;
  /** Logs read since the last commit. */
  #readings: LogReading[] = [];
  #totalBytes = 0;

  constructor(
    files: Files,
    store: Store,
    options: ParseOptions,
    resolve: (model: string) => Promise<Resolution | undefined>,
    tally: Tally,
    redactor: Redactor | undefined,
  ) {
    this.#files = files;
    this.#store = store;
    this.#options = options;
    this.#tally = tally;
    this.#commits = new Commits(files, store);
    const { state } = this.#commits;
    this.#known = new KnownLogs(files, state, () => this.#commits.index.closed);
    this.#opener = new LogOpener(files, this.#known, tally, options.now);
    const index = (): StoredIndex => this.#commits.index;
    this.#imported = state.imported === 0 ? undefined : new ImportedRounds(files, store, index);
    this.#batch = new Batch(files, store, state, index, resolve, redactor, options, this.#imported);
  }

  /** Reads the logs in the given order, the oldest first. */
  async readAll(logs: readonly LogFile[]): Promise<void> {
    try {
      this.#totalBytes = logs.reduce((sum, log) => sum + (this.#files.stat(log.path)?.size ?? 0), 0);
      for (const log of logs) await this.#readLog(log);
      this.#rejectRests();
      const { gaps, closed, open } = this.#known.closeAbsent(
        new Set(logs.map((log) => log.pattern)),
        this.#options.now(),
      );
      this.#abandon(open, 'the log is gone, and the line was not finished in it');
      this.#abandon(this.#known.takeOvertaken(logs), 'the log was rotated in the middle of the line');
      await this.#commit(gaps, closed);
      await this.#commits.finish();
      await this.#sayDoubts();
    } catch (error) {
      // What was written before is none of it; that it fails too would be no news.
      await this.#commits.finish().catch(() => undefined);
      throw error;
    } finally {
      for (const reading of this.#readings) reading.close();
      this.#commits.close();
    }
  }

  /** What a person should know of the rounds, which no count says. */
  async #sayDoubts(): Promise<void> {
    const { leftOut } = this.#batch;
    const doubtful = this.#imported?.doubtful() ?? [];
    if (leftOut.size === 0 && doubtful.length === 0) return;
    const { doubtsOf } = await import('./doubts.ts');
    for (const { path, message } of doubtsOf(this.#store, this.#commits.index, leftOut, doubtful))
      this.#tally.warn(path, message);
  }

  async #readLog(file: LogFile): Promise<void> {
    const facts = this.#files.stat(file.path);
    if (!facts) return;
    const seen = findSeen(this.#files, file, facts, this.#known.open);
    if (seen) {
      this.#known.markPresent(seen, file);
      return;
    }
    const log = await this.#opener.open(file, facts);
    if (!log) return;
    const predecessor = this.#known.predecessorOf(file, log.facts);
    const reading = await this.#begin(log);
    this.#readings.push(reading);
    if (log.content.size > reading.from) await this.#readOn(reading, predecessor);
    reading.finish();
    this.#known.finish(reading, this.#options.now());
    if (this.#readings.length % MOST_OPEN === 0) this.#closeFinished();
  }

  async #begin(log: OpenLog): Promise<LogReading> {
    try {
      return new LogReading(log, await this.#known.generationOf(log));
    } catch (error) {
      log.close();
      throw error;
    }
  }

  async #readOn(reading: LogReading, predecessor: Generation | undefined): Promise<void> {
    const { log, generation, from } = reading;
    const longest = this.#options.longestLine ?? LONGEST_LINE;
    const container = await ContainerLog.begin(this.#files, this.#known, reading, predecessor, longest);
    for await (const block of cutIntoBlocks(log.chunks(from), from, container?.longestPiece ?? longest)) {
      if (block.kind === 'oversized' && !block.isEnd) {
        reading.passPart(block.bytes);
        continue;
      }
      if (block.kind === 'lines' || (block.kind === 'rest' && isWhole(block.bytes))) {
        await (container
          ? this.#addUnwrapped(reading, container.take(block))
          : this.#addLines(
              reading,
              block.at === 0 ? await this.#addTorn(reading, block, predecessor) : block,
            ));
      } else if (block.kind === 'oversized') {
        this.#reject(reading, block.at, `the line is longer than ${longest} bytes`);
      } else if (log.gzip) {
        reading.rest = { bytes: Buffer.from(block.bytes), at: block.at };
        break;
      } else {
        // Its writer will finish the line.
        break;
      }
      reading.passLines(block.bytes);
      this.#known.add(generation);
      container?.pass();
      await this.#reportProgress();
      const batchSize = this.#options.batchSize ?? BATCH_SIZE;
      if (this.#batch.size > batchSize / 8) {
        this.#commits.expectLarge();
        growOnce();
      }
      if (this.#batch.size > batchSize) await this.#commit([], []);
    }
    if (!container || reading.offset === 0) return;
    await this.#addUnwrapped(reading, container.takeWhole());
    container.pass();
  }

  async #addLines(reading: LogReading, { bytes, at }: Block): Promise<void> {
    const { pending } = this.#tally;
    const { path, facts } = reading.log;
    const place = { path, generation: reading.generation.id, mtime: facts.mtime };
    for (const { start, end, mayBeCall } of linesOf(bytes)) {
      const count = mayBeCall
        ? await this.#batch.addLine(bytes.subarray(start, end), { ...place, offset: at + start })
        : 'other';
      pending[count]++;
      if (count === 'rounds') reading.rounds++;
    }
  }

  /** At the beginning of a log: the line that began in the one before it, if there is one. Returns what is left. */
  async #addTorn(reading: LogReading, block: Block, predecessor: Generation | undefined): Promise<Block> {
    const longest = this.#options.longestLine ?? LONGEST_LINE;
    const torn = await findTornLine(this.#files, this.#known, predecessor, reading.log, longest);
    if (!torn) return block;
    const before = new LogReading(torn.log, torn.generation);
    this.#readings.push(before);
    const { path, facts } = torn.log;
    const place = { path, generation: torn.generation.id, offset: before.from, mtime: facts.mtime };
    const count = await this.#batch.addLine(torn.line, place);
    this.#tally.pending[count]++;
    if (count === 'rounds') before.rounds++;
    before.passLines(torn.beginning);
    before.finish();
    this.#known.finish(before, this.#options.now());
    return { ...block, bytes: block.bytes.subarray(torn.length), at: torn.length };
  }

  /** Lines of a container's log. One can begin in the log before this one. */
  async #addUnwrapped(reading: LogReading, lines: Iterable<UnwrappedLine>): Promise<void> {
    const { pending } = this.#tally;
    const { path, facts } = reading.log;
    for (const { bytes, at, time, reason } of lines) {
      const [generation, offset] = at;
      const place = { path: this.#known.pathOf(generation) ?? path, generation, offset, mtime: facts.mtime };
      if (reason !== undefined) pending[this.#batch.reject(reason, '', place)]++;
      for (const { start, end, mayBeCall } of linesOf(bytes)) {
        if (mayBeCall && time !== undefined) place.mtime = readTime(time) ?? facts.mtime;
        const count = mayBeCall ? await this.#batch.addLine(bytes.subarray(start, end), place) : 'other';
        pending[count]++;
        if (count === 'rounds') reading.rounds++;
      }
    }
  }

  /** Open lines of a container's log that nothing finishes. */
  #abandon(lines: readonly AbandonedLine[], reason: string): void {
    for (const { path, line } of lines) {
      const [generation, offset] = placeOf(line);
      const place = { path, generation, offset, mtime: this.#options.now() };
      this.#tally.pending[line.isCall ? this.#batch.reject(line.reason ?? reason, '', place) : 'other']++;
    }
  }

  /** Half a line at the end of a compressed log stays half, unless the log still stands uncompressed beside it. */
  #rejectRests(): void {
    for (const reading of this.#readings) {
      const { rest, generation } = reading;
      if (!rest || generation.offset !== rest.at || this.#known.isPlain(generation)) continue;
      this.#reject(reading, rest.at, 'the log ends in the middle of a line');
      reading.passLines(rest.bytes);
      reading.finish();
    }
  }

  /** Checks and closes what was read to its end: a commit of many small logs need not hold them open. */
  #closeFinished(): void {
    for (const reading of this.#readings) {
      if (!reading.isFinished) continue;
      reading.settle();
      reading.close();
    }
  }

  #reject({ log, generation }: LogReading, offset: number, reason: string): void {
    const place = { path: log.path, generation: generation.id, mtime: log.facts.mtime, offset };
    this.#tally.pending[this.#batch.reject(reason, '', place)]++;
  }

  async #commit(gaps: Gap[], closed: LogPosition[]): Promise<void> {
    for (const reading of this.#readings) reading.settle();
    // They wait while reading goes on, which puts new lists into a generation, and changes none.
    const logs = this.#known.open.map((generation) => ({ ...generation }));
    await this.#commits.finish();
    if (closed.length > 0 || !isSameProgress(logs, this.#commits.state.logs)) {
      const { ids, ...taken } = this.#batch.take();
      const read = this.#readings
        .filter((reading) => reading.hasRead)
        .map(({ log, from, offset, rounds }) => ({ path: log.path, from, to: offset, rounds }));
      this.#tally.stage(ids, read, gaps);
      const batch = {
        ...taken,
        logs,
        closed: [...closed, ...(this.#imported?.take() ?? [])],
        imported: this.#imported?.count,
        nextLog: this.#known.nextId,
      };
      await this.#commits.begin(batch, () => this.#tally.commit());
    }
    for (const reading of this.#readings) {
      reading.begin();
      if (reading.isFinished) reading.close();
    }
    this.#readings = this.#readings.filter(({ isFinished, rest }) => !isFinished || rest);
  }

  async #reportProgress(): Promise<void> {
    const pending = this.#readings.reduce((sum, { offset, from }) => sum + Math.max(0, offset - from), 0);
    const bytes = this.#tally.bytes + pending;
    await this.#options.onProgress?.({ bytes, totalBytes: this.#totalBytes, rounds: this.#tally.rounds });
  }
}

/** Whether the logs stand where they stood: what is known of their files may differ, and is worth no commit. */
function isSameProgress(logs: readonly LogPosition[], committed: readonly LogPosition[]): boolean {
  return progressOf(logs) === progressOf(committed);
}

function progressOf(logs: readonly LogPosition[]): string {
  return JSON.stringify(
    logs.map(({ id, offset, open, size, missing, path }) => [id, offset, open, size, missing, path]),
  );
}
