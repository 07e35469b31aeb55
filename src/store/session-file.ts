import { join } from 'node:path';
import { crc32 } from '../platform/digest.ts';
import { errorCode, InputOutputError, isSystemError } from '../platform/errors.ts';
import { remedyText } from '../platform/system-errors.ts';
import { isAbsent, readBytes, withFile, type Files } from '../platform/files.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { DamagedSession } from '../session-format/damaged-session.ts';
import { headLine, isIntact, parseSummary, SEPARATOR, summaryBytes } from '../session-format/framing.ts';

/** Where a session's rounds end, and the checksums that identify its file as the one in the index. */
export type SessionEnd = Pick<SessionEntry, 'end' | 'last' | 'summary'>;
export type Rounds = Pick<SessionEntry, 'file' | 'end' | 'last'>;
type Committed = SessionEnd & Pick<SessionEntry, 'file'>;

/**
 * Writes new rounds at the committed end of a session's rounds, over the old summary, and a new summary after them.
 * Bytes before that end never change, so readers need no lock. Does not sync. Throws if the file does not hold the
 * committed rounds, because writing after their end would leave a hole.
 */
export function appendRounds(
  files: Files,
  dir: string,
  target: { id: string; file: string; committed: SessionEnd | undefined },
  rounds: readonly (string | Uint8Array)[],
  summary: Readonly<Record<string, unknown>>,
): SessionEnd {
  const { file, committed } = target;
  const { bytes, start, ...end } = layOut(target, rounds, summary);
  const write = (fd: number): void => writeLast(files, fd, start, bytes);
  if (committed) useSessionFile(files, dir, { file, ...committed }, 'write', write);
  else withFile(files, join(dir, file), 'create', write);
  return end;
}

/** Where the rounds would end if they were appended. */
export function endAfter(
  target: { id: string; committed: SessionEnd },
  rounds: readonly (string | Uint8Array)[],
): SessionEnd {
  const { end, last } = layOut(target, rounds, {});
  return { end, last, summary: { length: 0, crc: 0 } };
}

/** What to write, where, and what the index must know of it. The bytes are valid until the next call. */
function layOut(
  { id, committed }: { id: string; committed: SessionEnd | undefined },
  rounds: readonly (string | Uint8Array)[],
  summary: Readonly<Record<string, unknown>>,
): SessionEnd & { bytes: Buffer; start: number } {
  const head = committed ? '' : headLine(id);
  const lines = rounds.map((line) => (typeof line === 'string' ? Buffer.from(line) : line));
  const tail = summaryBytes(summary);
  const bytes = joined([
    Buffer.from(head),
    ...lines.flatMap((line, i) => (i > 0 || committed ? [SEPARATOR, line] : [line])),
    tail,
  ]);
  const start = committed?.end ?? 0;
  const end = start + bytes.length - tail.length;
  const last = lines.at(-1)?.length ?? 0;
  return {
    bytes,
    start,
    end,
    last: { length: last, crc: crc32(bytes.subarray(end - start - last, end - start)) },
    summary: { length: tail.length, crc: crc32(tail) },
  };
}

const scratch = Buffer.allocUnsafeSlow(1 << 20);

/** Joins the pieces; the result is valid until the next call. */
function joined(pieces: readonly Uint8Array[]): Buffer {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > scratch.length) return Buffer.concat(pieces, length);
  let at = 0;
  for (const piece of pieces) {
    scratch.set(piece, at);
    at += piece.length;
  }
  return scratch.subarray(0, length);
}

/** Writes a summary after the committed rounds, over whatever is there. Does not sync. */
export function replaceSummary(
  files: Files,
  dir: string,
  entry: Rounds,
  summary: Readonly<Record<string, unknown>>,
): SessionEnd['summary'] {
  const tail = summaryBytes(summary);
  useSessionFile(files, dir, entry, 'write', (fd) => writeLast(files, fd, entry.end, tail));
  return { length: tail.length, crc: crc32(tail) };
}

/** Writes the bytes and truncates the file after them. */
function writeLast(files: Files, fd: number, at: number, bytes: Buffer): void {
  files.write(fd, bytes, at);
  files.truncate(fd, at + bytes.length);
}

/**
 * Throws DamagedSession if the file does not hold the committed rounds (it was deleted, truncated or replaced), or cannot
 * be opened so.
 */
export function checkSessionFile(
  files: Files,
  dir: string,
  entry: Committed,
  how: 'read' | 'write' = 'read',
): void {
  useSessionFile(files, dir, entry, how, () => undefined);
}

/** Whether the file holds the committed rounds, judging by the last one. */
export function holdsRounds(files: Files, dir: string, entry: Rounds): boolean {
  const path = join(dir, entry.file);
  if (!files.stat(path)) return false;
  return withFile(files, path, 'read', (fd) => isLastRound(readLastRound(files, fd, entry), entry));
}

/**
 * The summary after the rounds; undefined if a crashed run overwrote the committed one. `write`: the file must be open to
 * an append as well.
 */
export function readSummary(
  files: Files,
  dir: string,
  entry: Committed,
  how: 'read' | 'write' = 'read',
): Record<string, unknown> | undefined {
  const bytes = useSessionFile(files, dir, entry, how, (fd) =>
    readBytes(files, fd, entry.end, entry.summary.length + 1),
  );
  if (bytes.length !== entry.summary.length || crc32(bytes) !== entry.summary.crc) return undefined;
  return parseSummary(bytes);
}

/**
 * The committed rounds, each as the JSON text of its line; with `from`, the end of a round, those after it. Can be iterated
 * more than once.
 */
export function storedRounds(files: Files, dir: string, entry: Committed, from = 0): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      // All its rounds were removed.
      if (entry.end === from) return;
      const fd = openRounds(files, dir, entry);
      try {
        yield* roundLines(files, fd, dir, entry, from);
      } finally {
        files.close(fd);
      }
    },
  };
}

const CHUNK_BYTES = 1 << 20;

function* roundLines(files: Files, fd: number, dir: string, entry: Rounds, from: number): Generator<string> {
  const { end } = entry;
  let carried: Buffer[] = [];
  // The header; after a round, what separates it from the next.
  let isHead = true;
  for (let at = from; at < end;) {
    const chunk = readBytes(files, fd, at, Math.min(CHUNK_BYTES, end - at));
    if (chunk.length === 0) throw cut(dir, entry);
    // JSON has no NULs. They mean that a crash of the machine lost what was written.
    if (chunk.includes(0)) throw damaged(dir, entry, 'holds NUL bytes');
    at += chunk.length;
    let from = 0;
    for (let newline = chunk.indexOf(0x0a); newline >= 0; newline = chunk.indexOf(0x0a, from)) {
      // Every round but the last is followed by a comma.
      const line = Buffer.concat([...carried, chunk.subarray(from, newline)]).subarray(0, -1);
      carried = [];
      from = newline + 1;
      if (!isHead) yield checked(line, dir, entry);
      isHead = false;
    }
    carried.push(chunk.subarray(from));
  }
  yield checked(Buffer.concat(carried), dir, entry);
}

/** The text of a round's line. Throws if it does not match its checksum. */
function checked(line: Buffer, dir: string, entry: Rounds): string {
  checkLine(line, dir, entry);
  return line.toString();
}

/** Throws DamagedSession if a round's line does not match its checksum. */
export function checkLine(line: Buffer, dir: string, entry: Rounds): void {
  if (isIntact(line)) return;
  const round = /^\{"round":(\d{1,15}),/.exec(line.toString('latin1', 0, 30))?.[1];
  throw damaged(
    dir,
    entry,
    `is damaged: ${round ? `round ${round}` : 'a round'} does not match its checksum`,
  );
}

function useSessionFile<T>(
  files: Files,
  dir: string,
  entry: Rounds,
  how: 'read' | 'write',
  use: (fd: number) => T,
): T {
  const fd = openRounds(files, dir, entry, how);
  try {
    return use(fd);
  } finally {
    files.close(fd);
  }
}

/** Opens the file if it holds the committed rounds, judging by the last one; throws DamagedSession otherwise. */
export function openRounds(files: Files, dir: string, entry: Rounds, how: 'read' | 'write' = 'read'): number {
  const fd = openSessionFile(files, dir, entry, how);
  try {
    checkLastRound(files, fd, dir, entry);
    return fd;
  } catch (error) {
    files.close(fd);
    throw error;
  }
}

function openSessionFile(files: Files, dir: string, entry: Rounds, how: 'read' | 'write'): number {
  try {
    return files.open(join(dir, entry.file), how);
  } catch (error) {
    if (isAbsent(error)) throw damaged(dir, entry, 'is missing', error);
    if (!(error instanceof InputOutputError) && !OF_ONE_FILE.has(errorCode(error))) throw error;
    const why = isSystemError(error) ? remedyText(error) : (error as Error).message;
    const path = join(dir, entry.file);
    throw new DamagedSession(
      `cannot be opened to ${how} it: ${why}`,
      `the session file ${path} cannot be opened to ${how} it: ${why}. Nothing was changed`,
      { cause: error },
    );
  }
}

/** Errors that are of this file. Others, such as a lack of memory, would be the same for any. */
const OF_ONE_FILE = new Set(['EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'ENXIO']);

function checkLastRound(files: Files, fd: number, dir: string, entry: Rounds): void {
  const line = readLastRound(files, fd, entry);
  if (line.length < entry.last.length) throw cut(dir, entry);
  if (!isLastRound(line, entry)) throw damaged(dir, entry, 'is not the file that was committed');
}

function readLastRound(files: Files, fd: number, { end, last }: Rounds): Buffer {
  return readBytes(files, fd, end - last.length, last.length);
}

function isLastRound(line: Buffer, { last }: Rounds): boolean {
  return line.length === last.length && crc32(line) === last.crc;
}

export function cut(dir: string, entry: Rounds): DamagedSession {
  return damaged(dir, entry, `is truncated: ${entry.end} bytes of rounds were committed`);
}

export function damaged(dir: string, entry: Rounds, problem: string, cause?: unknown): DamagedSession {
  return new DamagedSession(
    problem,
    `the session file ${join(dir, entry.file)} ${problem}. Nothing was changed. Restore it from a backup, ` +
      'or run monitor repair to see what is left of it and continue with that',
    { cause },
  );
}

/**
 * The records file of a long session: what an append must know of the session's past, so that it does not have to read
 * the session. It only grows; records after the committed number come from a crashed run.
 */
export function recordsPath(dir: string, file: string): string {
  return join(dir, `.memory-${file.slice(0, -'.json'.length)}`);
}

/** The newest `kept` of `count` committed records of `size` bytes; undefined if the file does not hold them. */
export function readRecords(
  files: Files,
  path: string,
  records: { count: number; kept: number; size: number; crc: number },
): Buffer | undefined {
  const { count, size } = records;
  const kept = Math.min(count, records.kept);
  if (!files.stat(path)) return undefined;
  const bytes = withFile(files, path, 'read', (fd) =>
    readBytes(files, fd, (count - kept) * size, kept * size),
  );
  return bytes.length === kept * size && crc32(bytes.subarray(-size)) === records.crc ? bytes : undefined;
}
