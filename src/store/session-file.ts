import { join } from 'node:path';
import { crc32 } from '../platform/digest.ts';
import { InputOutputError } from '../platform/errors.ts';
import { errorCode, isAbsent, readBytes, withFile, type Files } from '../platform/files.ts';
import type { SessionEntry } from './types.ts';

/** Where a session's rounds end, and the checksums by which its file is known to be what the index says. */
export type SessionEnd = Pick<SessionEntry, 'end' | 'last' | 'summary'>;
type Committed = SessionEnd & Pick<SessionEntry, 'file'>;

/**
 * A session file is one JSON document:
 *
 *     {"session_id":"…","rounds":[
 *     {"round":1,…},
 *     {"round":2,…}
 *     ],"created_at":…}
 *
 * New rounds are written at the committed end of the rounds, over the old summary, and a new summary behind them:
 * bytes before that end never change, so readers need no lock. Nothing is synced here.
 */
export function appendRounds(
  files: Files,
  dir: string,
  target: { id: string; file: string; committed: SessionEnd | undefined },
  rounds: readonly string[],
  summary: Readonly<Record<string, unknown>>,
): SessionEnd {
  const { id, file, committed } = target;
  const head = committed ? '' : `{"session_id":${JSON.stringify(id)},"rounds":[\n`;
  const body = Buffer.from(`${head}${committed ? ',\n' : ''}${rounds.join(',\n')}`);
  const tail = Buffer.from(`\n],${JSON.stringify(summary).slice(1)}\n`);
  const start = committed?.end ?? 0;
  withFile(files, join(dir, file), 'create', (fd) => {
    files.write(fd, body, start);
    files.write(fd, tail, start + body.length);
    files.truncate(fd, start + body.length + tail.length);
  });
  const last = Buffer.byteLength(rounds.at(-1) ?? '');
  return {
    end: start + body.length,
    last: { length: last, crc: crc32(body.subarray(body.length - last)) },
    summary: { length: tail.length, crc: crc32(tail) },
  };
}

/** Throws if the file doesn't hold the committed rounds: it was deleted, cut or replaced. */
export function checkSessionFile(files: Files, dir: string, entry: Committed): void {
  useSessionFile(files, dir, entry, () => undefined);
}

/** The summary behind the rounds; undefined where a crashed run wrote over the committed one. */
export function readSummary(files: Files, dir: string, entry: Committed): Record<string, unknown> | undefined {
  const bytes = useSessionFile(files, dir, entry, (fd) => readBytes(files, fd, entry.end, entry.summary.length + 1));
  if (bytes.length !== entry.summary.length || crc32(bytes) !== entry.summary.crc) return undefined;
  return JSON.parse(`{${bytes.toString().slice('\n],'.length)}`) as Record<string, unknown>;
}

/** The committed rounds, each as the JSON text of its line; can be gone through several times. */
export function storedRounds(files: Files, dir: string, entry: Committed): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      const fd = openSessionFile(files, dir, entry);
      try {
        checkLastRound(files, fd, dir, entry);
        yield* roundLines(files, fd, entry.end);
      } finally {
        files.close(fd);
      }
    },
  };
}

const CHUNK_BYTES = 1 << 20;

function* roundLines(files: Files, fd: number, end: number): Generator<string> {
  let carried: Buffer[] = [];
  let isHead = true;
  for (let at = 0; at < end; ) {
    const chunk = readBytes(files, fd, at, Math.min(CHUNK_BYTES, end - at));
    at += chunk.length;
    let from = 0;
    for (let newline = chunk.indexOf(0x0a); newline >= 0; newline = chunk.indexOf(0x0a, from)) {
      const line = Buffer.concat([...carried, chunk.subarray(from, newline)]).toString();
      carried = [];
      from = newline + 1;
      if (!isHead) yield line.slice(0, -1);
      isHead = false;
    }
    carried.push(chunk.subarray(from));
  }
  yield Buffer.concat(carried).toString();
}

function useSessionFile<T>(files: Files, dir: string, entry: Committed, use: (fd: number) => T): T {
  const fd = openSessionFile(files, dir, entry);
  try {
    checkLastRound(files, fd, dir, entry);
    return use(fd);
  } finally {
    files.close(fd);
  }
}

function openSessionFile(files: Files, dir: string, entry: Committed): number {
  try {
    return files.open(join(dir, entry.file), 'read');
  } catch (error) {
    if (isAbsent(error)) throw damaged(dir, entry, 'is missing');
    if (errorCode(error) === 'EACCES') throw damaged(dir, entry, 'is not readable');
    throw error;
  }
}

function checkLastRound(files: Files, fd: number, dir: string, entry: Committed): void {
  const { length, crc } = entry.last;
  const line = readBytes(files, fd, entry.end - length, length);
  if (line.length < length) throw damaged(dir, entry, `is cut: ${entry.end} bytes of rounds were committed`);
  if (crc32(line) !== crc) throw damaged(dir, entry, 'is not the file that was committed');
}

function damaged(dir: string, entry: Committed, problem: string): InputOutputError {
  return new InputOutputError(
    `the session file ${join(dir, entry.file)} ${problem}. Nothing was changed: restore it from a backup of the store`,
  );
}

/**
 * The records beside a long session: what an append must know of the session's past, so that it need not read the
 * session. They only ever grow; those behind the committed number are a crashed run's.
 */
export function recordsPath(dir: string, file: string): string {
  return join(dir, `.memory-${file.slice(0, -'.json'.length)}`);
}

/** The newest `kept` of `count` committed records of `size` bytes; undefined if the file doesn't hold them. */
export function readRecords(
  files: Files,
  path: string,
  records: { count: number; kept: number; size: number; crc: number },
): Buffer | undefined {
  const { count, size } = records;
  const kept = Math.min(count, records.kept);
  if (!files.stat(path)) return undefined;
  const bytes = withFile(files, path, 'read', (fd) => readBytes(files, fd, (count - kept) * size, kept * size));
  return bytes.length === kept * size && crc32(bytes.subarray(-size)) === records.crc ? bytes : undefined;
}
