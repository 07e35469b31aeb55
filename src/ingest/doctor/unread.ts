import { readTime } from '../../ai-log/time.ts';
import { isAbsent, type FileFacts, type Files } from '../../platform/files.ts';
import type { LogFile } from '../../logs/discover.ts';
import type { Generation } from '../../logs/generation.ts';
import { identify } from '../../logs/identify.ts';
import { isUnreadable, openLog, type OpenLog } from '../../logs/open-log.ts';
import { findSeen } from '../quiet.ts';

/** Whole lines of a log that no run has read. */
export interface Unread {
  path: string;
  bytes: number;
  /** When the first of them was written, in milliseconds since 1970 UTC. */
  since: number;
}

/** What is unread of one log; undefined where nothing is, or where it cannot be opened. */
export async function findUnread(
  files: Files,
  log: LogFile,
  generations: readonly Generation[],
): Promise<Unread | undefined> {
  const facts = files.stat(log.path);
  if (!facts || facts.size === 0) return undefined;
  try {
    if (findSeen(files, log, facts, generations)) return undefined;
    // It may hold what was read under another name: to know, a run inflates it.
    if (log.compressed) return { path: log.path, bytes: facts.size, since: facts.ctime };
    return await behindOffset(files, log, facts, generations);
  } catch (error) {
    if (isAbsent(error) || (error instanceof Error && 'code' in error && error.code === 'EACCES'))
      return undefined;
    throw error;
  }
}

async function behindOffset(
  files: Files,
  file: LogFile,
  facts: FileFacts,
  generations: readonly Generation[],
): Promise<Unread | undefined> {
  const log = await openLog(files, file, () => []);
  if (isUnreadable(log)) return { path: file.path, bytes: facts.size, since: facts.ctime };
  try {
    if (log.compressed) return { path: file.path, bytes: facts.size, since: facts.ctime };
    const offset = (await identify(files, log, generations))?.offset ?? 0;
    if (log.content.size <= offset) return undefined;
    const line = await firstLine(log, offset);
    if (line === undefined) return undefined;
    return { path: file.path, bytes: log.content.size - offset, since: timeOf(line) ?? facts.mtime };
  } finally {
    log.close();
  }
}

const NEWLINE = 0x0a;
const LONGEST = 1 << 20;

/** The line behind an offset, or its start; undefined while its end is not written. */
async function firstLine(log: OpenLog, offset: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of log.chunks(offset)) {
    const end = chunk.indexOf(NEWLINE);
    parts.push(Buffer.from(end < 0 ? chunk : chunk.subarray(0, end)));
    length += chunk.length;
    if (end >= 0 || length > LONGEST) return Buffer.concat(parts).toString();
  }
  return undefined;
}

/** Kubernetes puts its own time before each line. */
const CRI_TIME = /^(\d{4}-\d\d-\d\dT\S+) std(?:out|err) /;
/** A line of any other form: in Docker's log its quotes are escaped. */
const TIME = /"(?:start_time|timestamp|time)\\*":\s*\\*"([^"\\]+)/g;

function timeOf(line: string): number | null {
  const found = CRI_TIME.exec(line)?.[1] ?? [...line.matchAll(TIME)].at(-1)?.[1];
  return found === undefined ? null : readTime(found);
}
