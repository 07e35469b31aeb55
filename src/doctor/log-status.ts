import { readTime } from '../ai-log/time.ts';
import { errorCode, isAbsent, type FileFacts, type Files } from '../platform/files.ts';
import type { LogFile } from '../logs/discover.ts';
import type { LogPosition } from '../model/log-position.ts';
import { identify } from '../logs/identify.ts';
import { isUnreadable, openLog, type OpenLog } from '../logs/open-log.ts';
import { findSeen } from '../ingest/up-to-date.ts';

/** What a log file is to a store, and what of it is unread. */
export interface LogStatus {
  log: LogFile;
  facts: FileFacts;
  /** The log that the store read from it; undefined where it read nothing, or where only a run can tell. */
  generation: LogPosition | undefined;
  unread: Unread | undefined;
  /** Bytes after what was read, without a line break; since: when the file was last written. */
  open: Pick<Unread, 'bytes' | 'since'> | undefined;
  /** This user may not read the file. */
  isUnreadable: boolean;
}

/** Whole lines of a log that no run has read. */
export interface Unread {
  path: string;
  pattern: string;
  bytes: number;
  /** Since when the first of them has been waiting, at the least: milliseconds since 1970 UTC. */
  since: number;
}

/** Undefined where the file is gone. */
export async function logStatus(
  files: Files,
  log: LogFile,
  generations: readonly LogPosition[],
): Promise<LogStatus | undefined> {
  const facts = files.stat(log.path);
  if (!facts) return undefined;
  const nothing = { generation: undefined, unread: undefined, open: undefined, isUnreadable: false };
  const status: LogStatus = { log, facts, ...nothing };
  if (facts.size === 0) return status;
  try {
    const seen = findSeen(files, log, facts, generations);
    if (seen) return { ...status, generation: seen };
    // It may hold what was read under another name: only a run, which unpacks it, can tell.
    if (log.compressed) return { ...status, unread: wholeFile(log, facts) };
    return { ...status, ...(await afterOffset(files, log, facts, generations)) };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    if (errorCode(error) === 'EACCES') return { ...status, isUnreadable: true };
    throw error;
  }
}

function wholeFile({ path, pattern }: LogFile, facts: FileFacts): Unread {
  return { path, pattern, bytes: facts.size, since: facts.ctime };
}

async function afterOffset(
  files: Files,
  file: LogFile,
  facts: FileFacts,
  generations: readonly LogPosition[],
): Promise<Partial<LogStatus>> {
  const log = await openLog(files, file, () => []);
  if (isUnreadable(log)) return { unread: wholeFile(file, facts) };
  try {
    if (log.compressed) return { unread: wholeFile(file, facts) };
    const generation = await identify(files, log, generations);
    const offset = generation?.offset ?? 0;
    const { size } = log.content;
    if (size <= offset) return { generation };
    const first = await firstLine(log.chunks(offset));
    if (first === undefined) return { generation, open: { bytes: size - offset, since: facts.mtime } };
    const before = generation ? [generation] : generations.filter(({ pattern }) => pattern === file.pattern);
    const since = waitingSince(facts, lastRead(before), first, await lastLine(log, offset));
    const { path, pattern } = file;
    return { generation, unread: { path, pattern, bytes: size - offset, since } };
  } finally {
    log.close();
  }
}

/** When the logs had last been written as of the last run: what is unread was written later. */
function lastRead(generations: readonly LogPosition[]): number | undefined {
  const times = generations.flatMap(({ seen }) => seen.map(({ mtime }) => mtime));
  return times.length === 0 ? undefined : Math.max(...times);
}

/**
 * Since when the first unread line has been waiting. The file's times say when the last line was written, and what the
 * first one cannot be older than. The times in the lines only say how much time is between the two, so a wrong clock
 * does no harm; they are ignored if that is more than the file's times allow.
 */
function waitingSince(
  { mtime }: FileFacts,
  earliest: number | undefined,
  first: string,
  last: string | undefined,
): number {
  const [from, to] = [writtenAt(first), last === undefined ? null : writtenAt(last)];
  const span = from === null || to === null ? 0 : Math.max(0, to - from);
  return earliest !== undefined && span <= mtime - earliest ? mtime - span : mtime;
}

const NEWLINE = 0x0a;
const LONGEST = 1 << 20;

/** The first line, or its start if it is long; undefined while its end is not written. */
async function firstLine(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const end = chunk.indexOf(NEWLINE);
    parts.push(Buffer.from(end < 0 ? chunk : chunk.subarray(0, end)));
    length += chunk.length;
    if (end >= 0 || length > LONGEST) return Buffer.concat(parts).toString();
  }
  return undefined;
}

/** The last whole line after an offset; undefined where it is longer than a MiB. */
async function lastLine(log: OpenLog, offset: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  const from = Math.max(offset, log.content.size - LONGEST);
  for await (const chunk of log.chunks(from)) parts.push(Buffer.from(chunk));
  const bytes = Buffer.concat(parts);
  const end = bytes.lastIndexOf(NEWLINE);
  const start = end < 1 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
  const isWhole = start >= 0 || from === offset;
  return end >= 0 && isWhole ? bytes.toString('utf8', start + 1, end) : undefined;
}

/** Kubernetes puts its own time before each line. */
const CRI_TIME = /^(\d{4}-\d\d-\d\dT\S+) std(?:out|err) /;
/** In any other line; Docker's log escapes the quotes. */
const TIME = /"(?:start_time|timestamp|time)\\*":\s*\\*"([^"\\]+)/g;
const DURATION = /"duration\\*":\s*\\*"?(\d{1,12})/g;

/** When a line was written, by its own clock. Docker's time comes last; Envoy's is the start of the request. */
function writtenAt(line: string): number | null {
  const taken = CRI_TIME.exec(line)?.[1];
  if (taken !== undefined) return readTime(taken);
  const matches = [...line.matchAll(TIME)];
  const found = matches.at(-1)?.[1];
  const time = found === undefined ? null : readTime(found);
  const duration = matches.length > 1 ? undefined : [...line.matchAll(DURATION)].at(-1)?.[1];
  return time === null ? null : time + Number(duration ?? 0);
}
