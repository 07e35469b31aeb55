import { readTime } from '../ai-log/time.ts';
import type { Block } from '../logs/blocks.ts';
import { positionOf } from '../logs/open-line.ts';
import { isShipped } from '../logs/shipped-line.ts';
import type { UnwrappedLine } from '../logs/unwrap.ts';
import { countLine, type Gathering } from './gathering.ts';
import type { AbandonedLine, KnownLogs } from './known-logs.ts';
import { countLines, linesOf, lineText } from './log-lines.ts';
import type { LogReading } from './log-reading.ts';
import type { Tally } from './tally.ts';

/** Adds the lines of logs to what a run gathers, and checks that each is counted exactly once. */
export class LineTaker {
  readonly #gathering: Gathering;
  readonly #tally: Tally;
  readonly #known: KnownLogs;
  readonly #now: () => number;

  constructor(gathering: Gathering, tally: Tally, known: KnownLogs, now: () => number) {
    this.#gathering = gathering;
    this.#tally = tally;
    this.#known = known;
    this.#now = now;
  }

  /** Adds the lines of a plain log. Returns the rest of the block, from the first line that a shipper wrapped. */
  async addPlain(
    reading: LogReading,
    { bytes, at }: Block,
  ): Promise<Pick<Block, 'bytes' | 'at'> | undefined> {
    const { path, facts } = reading.log;
    const { times } = reading;
    const source = { path, logId: reading.position.id, mtime: facts.mtime, times };
    let lines = 0;
    let length = 0;
    let to = bytes.length;
    for (const { start, end, mayBeCall, isForeign } of linesOf(bytes)) {
      if (isForeign && isShipped(bytes.subarray(start, end))) {
        to = start;
        break;
      }
      lines++;
      length += end - start + 1;
      if (mayBeCall) {
        const line = { ...source, offset: at + start };
        await this.#gathering.add(bytes.subarray(start, end), line, reading, 1);
      } else countLine(this.#tally, reading, 'other', 1);
    }
    // If the lines account for every byte, nothing else is in the block.
    this.#tally.read(length === to ? lines : countLines(bytes.subarray(0, to)));
    return to < bytes.length ? { bytes: bytes.subarray(to), at: at + to } : undefined;
  }

  /** Adds unwrapped lines. One may begin in the previous log. */
  async addUnwrapped(reading: LogReading, lines: Iterable<UnwrappedLine>): Promise<void> {
    const { path, facts } = reading.log;
    for (const { bytes, at, time, reason, pieces } of lines) {
      const [logId, offset] = at;
      const source = {
        path: this.#known.pathOf(logId) ?? path,
        logId,
        offset,
        mtime: facts.mtime,
        times: reading.times,
      };
      if (reason !== undefined) {
        this.#gathering.reject(reason, lineText(bytes), source);
        this.#tally.count('rejected', pieces);
        continue;
      }
      let left = pieces;
      for (const { start, end, mayBeCall } of linesOf(bytes)) {
        const taken = mayBeCall && time !== undefined ? readTime(time) : null;
        if (taken !== null) Object.assign(source, { mtime: taken, isTimed: true });
        if (mayBeCall) await this.#gathering.add(bytes.subarray(start, end), { ...source }, reading, left);
        else countLine(this.#tally, reading, 'other', left);
        left = 0;
      }
      this.#tally.pass(left);
    }
  }

  /** Rejects open lines of a container's log that will never be finished. */
  abandon(lines: readonly AbandonedLine[], reason: string): void {
    for (const { path, line } of lines) {
      const [logId, offset] = positionOf(line);
      const source = { path, logId, offset, mtime: this.#now() };
      // An earlier run counted its parts as held back.
      if (line.isCall) this.#gathering.reject(line.reason ?? reason, '', source);
      this.#tally.count(line.isCall ? 'rejected' : 'other', 0);
    }
  }

  /** Rejects a line that cannot be read at all. */
  reject({ log, position }: LogReading, offset: number, reason: string): void {
    const source = { path: log.path, logId: position.id, mtime: log.facts.mtime, offset };
    this.#gathering.reject(reason, '', source);
    this.#tally.count('rejected');
  }

  /**
   * Checks that each line read is counted exactly once. If not, it is a bug in this program. It is reported, and what was
   * read is stored anyway, because reading it again would end the same way. `held`: lines of the current log that are
   * held back.
   */
  check(readings: readonly LogReading[], held: number): void {
    const missing = this.#tally.missing(held);
    if (missing === 0) return;
    const read = readings.filter((reading) => reading.hasRead);
    const where = read.map(({ log, from, offset }) => `${log.path}, bytes ${from} to ${offset}`).join('; ');
    const what =
      missing > 0
        ? `${missing} of the lines read were not counted`
        : `${-missing} more lines were counted than were read`;
    const fault = `${what} (${where}). What was read is stored; please report this`;
    this.#tally.admit(missing, fault);
    const [{ log, position, from } = {}] = read;
    if (missing > 0 && log && position) {
      const source = { path: log.path, logId: position.id, offset: from ?? 0, mtime: log.facts.mtime };
      this.#gathering.reject(`a bug in monitor: ${fault}`, '', source);
    }
  }
}
