import { isAbsent, type Files } from '../platform/files.ts';
import { agrees } from '../logs/fingerprint.ts';
import { openPlainLog, type OpenLog } from '../logs/open-log.ts';
import { Unwrapper, type UnwrappedLine } from '../logs/unwrap.ts';
import type { LogPosition } from '../model/log-position.ts';
import { isWhole } from './container-log.ts';
import type { KnownLogs } from './known-logs.ts';

/** A line of a plain log split by a rotation: it begins at the end of one log and ends at the start of the next. */
export interface TornLine {
  /** The log that it begins in. Must be closed. */
  log: OpenLog;
  position: LogPosition;
  beginning: Buffer;
  line: Buffer;
  /** Bytes of the next log's first line, including the line break. */
  length: number;
}

const NEWLINE = 0x0a;

/**
 * supervisord, which writes gateway.log in the all-in-one image, rotates after whatever it has just read from a pipe,
 * even in the middle of a line. Other writers finish a line in the file in which they began it. So the two halves are
 * one line only if together they are a whole JSON object, and the second alone is not.
 */
export async function findTornLine(
  files: Files,
  known: KnownLogs,
  predecessor: LogPosition | undefined,
  next: OpenLog,
  longestLine: number,
): Promise<TornLine | undefined> {
  const length = predecessor ? predecessor.size - predecessor.offset : 0;
  const met = predecessor && known.fileOf(predecessor.id);
  if (!met || met.file.compressed || length === 0 || length > longestLine) return undefined;
  const end = await firstLine(next.chunks(0), longestLine - length);
  if (!end || isWhole(end)) return undefined;
  const log = openIfThere(files, met.file);
  if (!log) return undefined;
  if (log.content.size === predecessor.size && agrees(predecessor, log.content)) {
    const beginning = await allBytes(log.chunks(predecessor.offset));
    const line = Buffer.concat([beginning, end]);
    if (!beginning.includes(NEWLINE) && isWhole(line)) {
      return { log, position: predecessor, beginning, line, length: end.length + 1 };
    }
  }
  log.close();
  return undefined;
}

/** The line, unwrapped if a shipper wrote it. It counts for both halves. */
export function* linesOfTorn(
  { line, position }: TornLine,
  offset: number,
  longestLine: number,
): Generator<UnwrappedLine> {
  const unwrapper = new Unwrapper(undefined, position.id, longestLine);
  let isFirst = true;
  for (const one of [...unwrapper.take(line, offset), ...unwrapper.takeOverdue(Infinity, 0)]) {
    yield isFirst ? { ...one, pieces: one.pieces + 1 } : one;
    isFirst = false;
  }
}

function openIfThere(files: Files, file: Parameters<typeof openPlainLog>[1]): OpenLog | undefined {
  try {
    return openPlainLog(files, file);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

/** The first line without its line break; undefined if it is longer than `most`, or has none. */
async function firstLine(chunks: Chunks, most: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const end = chunk.indexOf(NEWLINE);
    parts.push(Buffer.from(end < 0 ? chunk : chunk.subarray(0, end)));
    length += parts.at(-1)?.length ?? 0;
    if (length > most) return undefined;
    if (end >= 0) return Buffer.concat(parts);
  }
  return undefined;
}

async function allBytes(chunks: Chunks): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}
