import { errorCode, isAbsent, type Files } from '../../platform/files.ts';
import { cutIntoBlocks, firstBytes } from '../../logs/blocks.ts';
import type { LogFile } from '../../logs/discover.ts';
import { openGzipLog, openPlainLog, type OpenLog } from '../../logs/open-log.ts';
import { Unwrapper } from '../../logs/unwrap.ts';
import { formOf } from '../../logs/wrapped-line.ts';
import { linesOf } from '../log-lines.ts';
import { addLine, newTally, type LineTally } from './line-tally.ts';

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
    if (size === 0 || (log.gzip && sample.tally.lines > 0)) continue;
    try {
      budget -= log.gzip
        ? await readCompressed(files, log, budget, sample)
        : await readTail(files, log, budget, sample);
    } catch (error) {
      if (errorCode(error) === 'EACCES') sample.unreadable.push(log.path);
      else if (!isAbsent(error)) throw error;
    }
  }
  return sample;
}

/** Returns how many bytes it read. */
async function readTail(files: Files, file: LogFile, budget: number, sample: Sample): Promise<number> {
  const log = openPlainLog(files, file);
  try {
    const { size } = log.content;
    for (let length = budget; length > 0; length *= 2) {
      const from = Math.max(0, size - length);
      const before = sample.tally.lines;
      await addLines(log, from, size, from > 0, sample.tally);
      const isEnough = sample.tally.lines > before || from === 0 || length > LONGEST_LINE;
      if (isEnough && from > HEAD_BYTES) await addLines(log, 0, HEAD_BYTES, false, sample.tally);
      if (isEnough) return Math.min(size, length);
    }
    return 0;
  } finally {
    log.close();
  }
}

async function readCompressed(files: Files, file: LogFile, budget: number, sample: Sample): Promise<number> {
  const log = await openGzipLog(files, file, []);
  if (!log) {
    sample.damaged.push(file.path);
    return 0;
  }
  try {
    await addLines(log, 0, Math.max(0, budget), false, sample.tally);
    return Math.min(budget, log.content.size);
  } finally {
    log.close();
  }
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
  const form = formOf(log.start());
  const unwrapper = form && new Unwrapper(form, 0, LONGEST_LINE);
  for await (const block of cutIntoBlocks(firstBytes(log.chunks(from), to - from), from, LONGEST_LINE)) {
    if (block.kind !== 'lines') continue;
    for (const { bytes } of unwrapper ? unwrapper.take(block.bytes, block.at) : [block]) {
      for (const { start, end, mayBeCall } of linesOf(bytes)) {
        if (!isFirst) addLine(tally, bytes.subarray(start, end), mayBeCall);
        isFirst = false;
      }
    }
  }
}
