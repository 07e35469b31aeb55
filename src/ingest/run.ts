import { readLogLine } from '../ai-log/round.ts';
import type { Redactor } from '../redact/redact.ts';
import type { Files } from '../platform/files.ts';
import { growOnce } from '../platform/heap.ts';
import type { Block } from '../logs/blocks.ts';
import type { LogFile } from '../logs/discover.ts';
import type { OpenLog } from '../logs/open-log.ts';
import { isUnchanged } from '../logs/seen-file.ts';
import { textBlocks } from '../logs/text-blocks.ts';
import type { Resolution } from '../pricing/resolve.ts';
import type { LogPosition } from '../model/log-position.ts';
import type { Store } from '../store/store.ts';
import type { StoredIndex } from '../store/index/index.ts';
import { Batch } from './batch.ts';
import { ClosedTimes } from './known/closed-times.ts';
import { Commits } from './commits.ts';
import { ContainerLog, isWhole } from './container-log.ts';
import { OwnGathering, type Gathering } from './gathering.ts';
import { ImportedRounds } from './imported/imported-rounds.ts';
import { findUnread, KnownLogs } from './known-logs.ts';
import { LineTaker } from './line-taker.ts';
import { countLines, lineText } from './log-lines.ts';
import { LogOpener } from './log-opener.ts';
import { LogReading } from './log-reading.ts';
import type { ParseOptions } from './options.ts';
import { PriceBookDesk } from './price-desk.ts';
import { RejectedLines } from './rejected-lines.ts';
import { countHeld, findSeen, isOverdue } from './up-to-date.ts';
import type { Gap, Tally } from './tally.ts';
import { findTornLine, linesOfTorn } from './torn-line.ts';
import { ThreadFailed } from './thread-failed.ts';
import { isReadable } from './unread-file.ts';

const LONGEST_LINE = 64 << 20;
const BATCH_SIZE = 24 << 20;
/** Below this many bytes of unread log, starting threads takes longer than they save. */
const WORTH_THREADS = 32 << 20;
/** How many logs stay open after reading, to be checked before the commit. */
const MOST_OPEN = 64;

/** What a run says after it converted the store. */
const TAKEN_OVER =
  'was converted to state format 5, which older versions of monitor cannot read. Failures, times and attributes are kept from now on; monitor reindex counts the stored rounds too, as far as they have them';

/** One pass over the logs under the lock, committed batch by batch. */
export class Run {
  readonly #files: Files;
  readonly #store: Store;
  readonly #options: ParseOptions;
  readonly #tally: Tally;
  #gathering: Gathering;
  /** undefined if nothing was imported. */
  readonly #imported: ImportedRounds | undefined;
  readonly #commits: Commits;
  readonly #closedTimes: ClosedTimes;
  readonly #known: KnownLogs;
  readonly #opener: LogOpener;
  #lines: LineTaker;
  readonly #desk: PriceBookDesk;
  readonly #redactor: Redactor | undefined;
  /** Logs read since the last commit. */
  #readings: LogReading[] = [];
  /** The log being read, if its lines are wrapped. */
  #wrapped: ContainerLog | undefined;
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
    if (this.#commits.isTakenOver) tally.warn(store.dir, TAKEN_OVER);
    this.#closedTimes = new ClosedTimes(state, () => this.#commits.index.sessions);
    this.#known = new KnownLogs(
      files,
      state,
      () => this.#commits.index.closed,
      () => this.#closedTimes.until,
    );
    this.#opener = new LogOpener(files, this.#known, tally, options.now);
    const index = (): StoredIndex => this.#commits.index;
    this.#imported = state.imported === 0 ? undefined : new ImportedRounds(files, store, index);
    this.#redactor = redactor;
    const desk = new PriceBookDesk(files, store, state, resolve);
    this.#desk = desk;
    const batch = new Batch(files, store, state, index, desk, redactor, options, this.#imported);
    this.#gathering = new OwnGathering(batch, tally, options.batchSize ?? BATCH_SIZE);
    this.#lines = new LineTaker(this.#gathering, tally, this.#known, options.now);
  }

  /** Reads the logs in the given order, the oldest first. */
  async readAll(logs: readonly LogFile[]): Promise<void> {
    try {
      const sizes = logs.map((log) => this.#sizesOf(log));
      this.#totalBytes = sizes.reduce((sum, { size }) => sum + size, 0);
      await this.#share(sizes.reduce((sum, { unread }) => sum + unread, 0));
      for (const log of logs) await this.#readLog(log);
      this.#rejectRests();
      const { gaps, closed, open } = this.#known.closeAbsent(
        new Set(logs.map((log) => log.pattern)),
        this.#options.now(),
      );
      this.#lines.abandon(open, 'the log is gone, and the line in it was never finished');
      this.#lines.abandon(this.#known.takeOvertaken(logs), 'the log was rotated in the middle of the line');
      await this.#commit(gaps, closed);
      await this.#commits.finish();
      this.#tally.held = countHeld(this.#known.open, logs);
      await this.#sayDoubts();
    } catch (error) {
      // Commits what was written before the error. If that fails too, the first error says enough.
      await this.#commits.finish().catch(() => undefined);
      throw error;
    } finally {
      await this.#gathering.close();
      for (const reading of this.#readings) reading.close();
      this.#commits.close();
    }
  }

  /** The size of a file, and roughly how much of it is unread. */
  #sizesOf({ path }: LogFile): { size: number; unread: number } {
    const facts = this.#files.stat(path);
    if (!facts) return { size: 0, unread: 0 };
    const { open } = this.#known;
    const isRead = open.some(({ seen }) => seen.some((file) => isUnchanged(file, facts)));
    const unread = isRead ? 0 : facts.size - (findUnread(open, facts)?.offset ?? 0);
    return { size: facts.size, unread };
  }

  /** Shares the sessions among threads if that pays. Imported rounds are matched in the order of the log. */
  async #share(unread: number): Promise<void> {
    const { threads, batchSize = BATCH_SIZE, linePath, heldWeight } = this.#options;
    if (!threads || unread < (threads.worth ?? WORTH_THREADS) || this.#imported) return;
    const { openShared } = await import('./share/open-shared.ts');
    const { filters } = this.#store;
    const { state } = this.#commits;
    const shared = openShared(this.#files, threads, {
      store: this.#store,
      state,
      options: { ...(linePath && { linePath }), ...(heldWeight !== undefined && { heldWeight }) },
      desk: this.#desk,
      rejected: new RejectedLines(!filters.no_content, this.#redactor, state.rejected.length),
      tally: this.#tally,
      batchSize,
      sessionOf,
      prepare: () => this.#commits.prepare(),
      failure: (cause) => new ThreadFailed(cause),
    });
    if (!shared) return;
    this.#gathering = shared;
    this.#lines = new LineTaker(shared, this.#tally, this.#known, this.#options.now);
  }

  /** Warnings that the counts alone do not show. */
  async #sayDoubts(): Promise<void> {
    const { leftOut, damaged } = this.#gathering;
    const doubtful = this.#imported?.doubtful() ?? [];
    const { takenAsPruned } = this.#tally.result();
    const isCertain = leftOut.size === 0 && doubtful.length === 0 && takenAsPruned === 0;
    if (isCertain && damaged.size === 0) return;
    const { doubtsOf } = await import('./doubts.ts');
    const { index } = this.#commits;
    for (const { path, message } of doubtsOf(this.#store, index, leftOut, doubtful, takenAsPruned, damaged))
      this.#tally.warn(path, message);
  }

  async #readLog(file: LogFile): Promise<void> {
    const facts = this.#files.stat(file.path);
    if (!facts) return;
    let seen: LogPosition | undefined;
    try {
      seen = findSeen(this.#files, file, facts, this.#known.open);
    } catch (error) {
      if (this.#opener.leaveOut(file, facts, error)) return;
      throw error;
    }
    const isDue =
      seen && ((seen.unread && isReadable(seen.unread)) || isOverdue(seen, facts, this.#options.now()));
    if (seen && !isDue) {
      this.#known.markPresent(seen, file);
      return;
    }
    // The times of the logs before decide what this one has in common with them.
    await this.#settle();
    const log = await this.#opener.open(file, facts);
    if (!log) return;
    const predecessor = this.#known.predecessorOf(file, log.facts);
    const reading = await this.#begin(log);
    this.#readings.push(reading);
    const hasMore = log.content.size > reading.from;
    if (hasMore || isOverdue(reading.position, facts, this.#options.now())) {
      await this.#readOn(reading, predecessor);
    }
    reading.finish();
    this.#known.finish(reading, this.#options.now());
    if (this.#readings.length % MOST_OPEN === 0) this.#closeFinished();
  }

  async #begin(log: OpenLog): Promise<LogReading> {
    try {
      const position = await this.#known.positionOf(log);
      return new LogReading(log, position, this.#known.timesOf(position));
    } catch (error) {
      log.close();
      throw error;
    }
  }

  async #readOn(reading: LogReading, predecessor: LogPosition | undefined): Promise<void> {
    const { log, position, from } = reading;
    const longest = this.#options.longestLine ?? LONGEST_LINE;
    const options = { longestLine: longest, dockerPart: this.#options.dockerPart };
    this.#wrapped = ContainerLog.begin(this.#files, this.#known, reading, predecessor, options);
    let isRestored = false;
    const longestPiece = this.#wrapped?.longestPiece ?? longest;
    for await (const block of textBlocks(log, from, longestPiece, Infinity, this.#gathering.memory)) {
      if (block.kind === 'oversized' && !block.isEnd) {
        reading.passPart(block.bytes);
        continue;
      }
      if (block.kind === 'lines' || (block.kind === 'rest' && isWhole(block.bytes))) {
        if (this.#wrapped && !isRestored) await this.#restore(reading, this.#wrapped);
        isRestored = true;
        const whole = block.at === 0 ? await this.#addTorn(reading, block, predecessor) : block;
        const left = this.#wrapped ? whole : await this.#lines.addPlain(reading, whole);
        if (left) {
          // Lines of a shipper that did not appear among the first lines examined.
          this.#wrapped ??= new ContainerLog(this.#files, this.#known, reading, options);
          this.#tally.read(countLines(left.bytes));
          await this.#lines.addUnwrapped(reading, this.#wrapped.take(left));
        }
      } else if (block.kind === 'oversized') {
        this.#tally.read(1);
        this.#lines.reject(reading, block.at, `the line is longer than ${longest} bytes`);
      } else if (log.compressed) {
        reading.rest = { bytes: Buffer.from(block.raw ?? block.bytes), at: block.at };
        break;
      } else {
        // Its writer will finish the line.
        break;
      }
      const passed = block.kind === 'oversized' ? block.bytes : (block.raw ?? block.bytes);
      reading.passLines(passed);
      this.#known.add(position);
      this.#wrapped?.pass();
      await this.#reportProgress();
      if (this.#gathering.size > this.#batchSize / 8) {
        this.#commits.expectLarge();
        // Where others read the lines, few objects are made here.
        if (!this.#gathering.memory) growOnce();
      }
      if (await this.#gathering.pass(passed.length)) await this.#commit([], []);
    }
    const wrapped = this.#wrapped;
    if (wrapped && Math.max(from, reading.offset) > 0) {
      if (!isRestored) await this.#restore(reading, wrapped);
      await this.#lines.addUnwrapped(reading, wrapped.takeRest(this.#options.now()));
      wrapped.pass();
    }
    // The next run reads them again.
    this.#tally.read(-this.#heldPieces);
    this.#wrapped = undefined;
  }

  /** Reads the open lines again. */
  async #restore(reading: LogReading, wrapped: ContainerLog): Promise<void> {
    // The previous log keeps its open lines until something of this log is taken.
    const isOwn = reading.from > 0;
    let held = 0;
    const takeUp = (): void => {
      this.#tally.read(wrapped.heldPieces - held);
      held = wrapped.heldPieces;
    };
    for await (const line of wrapped.restore()) {
      this.#tally.read(line.pieces);
      await this.#lines.addUnwrapped(reading, [line]);
      if (!isOwn) continue;
      await this.#gathering.settle();
      if (this.#gathering.size <= this.#batchSize) continue;
      takeUp();
      wrapped.pass();
      await this.#commit([], []);
    }
    takeUp();
  }

  /** At the start of a log: adds the line that began in the previous log, if any. Returns the rest of the block. */
  async #addTorn(reading: LogReading, block: Block, predecessor: LogPosition | undefined): Promise<Block> {
    const longest = this.#options.longestLine ?? LONGEST_LINE;
    const torn = await findTornLine(this.#files, this.#known, predecessor, reading.log, longest);
    if (!torn) return block;
    const before = new LogReading(torn.log, torn.position, this.#known.timesOf(torn.position));
    this.#readings.push(before);
    // Each half is a line in its own file.
    this.#tally.read(2);
    await this.#lines.addUnwrapped(before, linesOfTorn(torn, before.from, longest));
    before.passLines(torn.beginning);
    before.finish();
    this.#known.finish(before, this.#options.now());
    return { ...block, bytes: block.bytes.subarray(torn.length), at: torn.length };
  }

  /** Rejects half a line at the end of a compressed log, unless the log still exists uncompressed. */
  #rejectRests(): void {
    for (const reading of this.#readings) {
      const { rest, position } = reading;
      if (!rest || position.offset !== rest.at || this.#known.isPlain(position)) continue;
      this.#tally.read(1);
      this.#lines.reject(reading, rest.at, 'the log ends in the middle of a line');
      reading.passLines(rest.bytes);
      reading.finish();
    }
  }

  /** Checks and closes logs that were read to the end: a commit of many small logs should not hold them all open. */
  #closeFinished(): void {
    for (const reading of this.#readings) {
      if (!reading.isFinished) continue;
      reading.settle();
      reading.close();
    }
  }

  /** Waits until all lines are counted. */
  async #settle(): Promise<void> {
    await this.#gathering.settle();
    for (const reading of this.#readings) reading.passTimes();
  }

  async #commit(gaps: Gap[], closed: LogPosition[]): Promise<void> {
    await this.#settle();
    for (const reading of this.#readings) reading.settle();
    // They are written while reading continues; reading replaces the lists in a position and never mutates them.
    const logs = this.#known.open.map((position) => ({ ...position }));
    await this.#commits.finish();
    if (closed.length > 0 || !isSameProgress(logs, this.#commits.state.logs)) {
      this.#lines.check(this.#readings, this.#heldPieces);
      const { ids, ...taken } = await this.#gathering.take();
      const read = this.#readings
        .filter((reading) => reading.hasRead)
        .map(({ log, from, offset, rounds }) => ({ path: log.path, from, to: offset, rounds }));
      this.#tally.stage(ids, read, gaps, this.#heldPieces);
      const batch = {
        ...taken,
        logs,
        closed: [...closed, ...(this.#imported?.take() ?? [])],
        imported: this.#imported?.count,
        closedUntil: this.#closedTimes.pass(closed),
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

  get #heldPieces(): number {
    return this.#wrapped?.heldPieces ?? 0;
  }

  get #batchSize(): number {
    return this.#options.batchSize ?? BATCH_SIZE;
  }

  async #reportProgress(): Promise<void> {
    const pending = this.#readings.reduce((sum, { offset, from }) => sum + Math.max(0, offset - from), 0);
    const bytes = this.#tally.bytes + pending;
    await this.#options.onProgress?.({ bytes, totalBytes: this.#totalBytes, rounds: this.#tally.rounds });
  }
}

/** The session of a line, by reading all of it. */
function sessionOf(bytes: Buffer): string | undefined {
  const line = readLogLine(lineText(bytes));
  return line.kind === 'round' ? line.round.sessionId : undefined;
}

/** Whether no log was read any further; other changes to their files are not worth a commit. */
function isSameProgress(logs: readonly LogPosition[], committed: readonly LogPosition[]): boolean {
  return progressOf(logs) === progressOf(committed);
}

function progressOf(logs: readonly LogPosition[]): string {
  return JSON.stringify(
    logs.map(({ id, offset, open, size, missing, path }) => [id, offset, open, size, missing, path]),
  );
}
