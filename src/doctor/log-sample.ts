import { errorCode, isAbsent, type Files } from '../platform/files.ts';
import type { LogFile } from '../logs/discover.ts';
import { isUnreadable, openLog, type OpenLog } from '../logs/open-log.ts';
import { textBlocks } from '../logs/text-blocks.ts';
import { Unwrapper } from '../logs/unwrap.ts';
import { formOf } from '../logs/wrapped-line.ts';
import { linesOf } from '../ingest/log-lines.ts';
import { addLine, addUnread, newTally, type LineTally } from './line-tally.ts';

/** What the newest lines of the logs say. */
export interface Sample {
  tally: LineTally;
  /** The size of all files, packed or not. */
  bytes: number;
  /** Files that this user may not read. */
  unreadable: string[];
  /** Compressed files that are incomplete. */
  damaged: string[];
}

/** How much is read of the newest logs, and of the head of each. */
const TAIL_BYTES = 8 << 20;
const HEAD_BYTES = 1 << 16;
/** If a line is longer than the tail, more is read, up to the longest line that `parse` takes. */
const LONGEST_LINE = 64 << 20;

/** Reads the end of the newest plain logs, or if there are none, the newest compressed one. */
export async function sampleLogs(files: Files, logs: readonly LogFile[]): Promise<Sample> {
  const sample: Sample = { tally: newTally(), bytes: 0, unreadable: [], damaged: [] };
  let budget = TAIL_BYTES;
  for (const log of logs.toReversed()) {
    const size = files.stat(log.path)?.size ?? 0;
    sample.bytes += size;
    if (size === 0 || (log.compressed && sample.tally.lines > 0)) continue;
    try {
      budget -= await readSome(files, log, budget, sample);
    } catch (error) {
      if (errorCode(error) === 'EACCES') sample.unreadable.push(log.path);
      else if (!isAbsent(error)) throw error;
    }
  }
  return sample;
}

/** Returns how many bytes it read. */
async function readSome(files: Files, file: LogFile, budget: number, sample: Sample): Promise<number> {
  const log = await openLog(files, file, () => []);
  if (isUnreadable(log)) {
    // A file whose format or program is the problem is the finding of another check.
    if (log.why === 'damaged') sample.damaged.push(file.path);
    return 0;
  }
  const { tally } = sample;
  try {
    return log.compressed ? await readHead(log, budget, tally) : await readTail(log, budget, tally);
  } finally {
    log.close();
  }
}

async function readTail(log: OpenLog, budget: number, tally: LineTally): Promise<number> {
  const { size } = log.content;
  for (let length = budget; length > 0; length *= 2) {
    const from = Math.max(0, size - length);
    const before = tally.lines;
    await addLines(log, from, size, from > 0, tally);
    const isEnough = tally.lines > before || from === 0 || length > LONGEST_LINE;
    if (isEnough && from > HEAD_BYTES) await addLines(log, 0, HEAD_BYTES, false, tally);
    if (isEnough) return Math.min(size, length);
  }
  return 0;
}

/** A compressed file can only be read from its start. */
async function readHead(log: OpenLog, budget: number, tally: LineTally): Promise<number> {
  await addLines(log, 0, Math.max(0, budget), false, tally);
  return Math.min(budget, log.content.size);
}

/** Counts the whole lines between two offsets; `skipFirst`: the first one may be incomplete. */
async function addLines(
  log: OpenLog,
  from: number,
  to: number,
  skipFirst: boolean,
  tally: LineTally,
): Promise<void> {
  let isFirst = skipFirst;
  const unwrapper = new Unwrapper(formOf(log.start()), 0, LONGEST_LINE);
  for await (const block of textBlocks(log, from, LONGEST_LINE, to)) {
    if (block.kind !== 'lines') continue;
    for (const { bytes, reason, time } of unwrapper.take(block.bytes, block.at)) {
      if (reason !== undefined) {
        if (!isFirst) addUnread(tally, reason);
        isFirst = false;
        continue;
      }
      for (const { start, end, mayBeCall } of linesOf(bytes)) {
        if (!isFirst) addLine(tally, bytes.subarray(start, end), mayBeCall, time !== undefined);
        isFirst = false;
      }
    }
  }
}
