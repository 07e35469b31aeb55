import { errorCode, isAbsent, type Files } from '../platform/files.ts';
import type { LogFile } from '../logs/discover.ts';
import { isUnreadable, openLog, type OpenLog } from '../logs/open-log.ts';
import { textBlocks } from '../logs/text-blocks.ts';
import { Unwrapper } from '../logs/unwrap.ts';
import { formOf } from '../logs/wrapped-line.ts';
import { linesOf } from '../ingest/log-lines.ts';
import { addLine, addUnread, newTally, type LineTally } from './line-tally.ts';

/** What was looked at of the logs. */
export interface Sample {
  tally: LineTally;
  /** Size of all files, as they lie there. */
  bytes: number;
  /** Files that this user may not read. */
  unreadable: string[];
  /** Compressed files that are not whole. */
  damaged: string[];
}

/** So much of the newest logs is read, and of the newest one's head. */
const TAIL_BYTES = 8 << 20;
const HEAD_BYTES = 1 << 16;
/** A line can be longer than the tail: then more is read, up to the longest line that `parse` takes. */
const LONGEST_LINE = 64 << 20;

/** Reads the end of the newest logs: of plain files, or where there is none, of the newest compressed one. */
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
    // What no program reads is said by another check.
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

/** What is compressed is read from its first byte. */
async function readHead(log: OpenLog, budget: number, tally: LineTally): Promise<number> {
  await addLines(log, 0, Math.max(0, budget), false, tally);
  return Math.min(budget, log.content.size);
}

/** Counts the whole lines between two offsets; `skipFirst`: the first one may be half. */
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
