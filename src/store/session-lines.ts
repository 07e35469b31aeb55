import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { readBytes, withFile, type Files } from '../platform/files.ts';
import { headLine, idOfHead, isIntact, markAltered, roundLength } from '../session-format/framing.ts';
import { appendRounds, type SessionEnd } from './session-file.ts';

/** A line of a session file, sound or not. */
export interface SessionLine {
  /** Without the separator. */
  text: string;
  /** Offset after the text. */
  end: number;
  /** False for a round that does not match its checksum. */
  isIntact: boolean;
}

const CHUNK_BYTES = 1 << 20;
/** No round is this long, so it is a hole, or another file's bytes. */
const LONGEST = 256 << 20;

/** The lines of a file that the index cannot vouch for, up to the first that is certainly not text. */
export function* sessionLines(files: Files, path: string): Generator<SessionLine> {
  const fd = files.open(path, 'read');
  try {
    let carried: Buffer[] = [];
    let carriedBytes = 0;
    for (let at = 0; carriedBytes < LONGEST;) {
      const chunk = readBytes(files, fd, at, CHUNK_BYTES);
      let from = 0;
      for (let newline = chunk.indexOf(0x0a); newline >= 0; newline = chunk.indexOf(0x0a, from)) {
        const line = toLine(Buffer.concat([...carried, chunk.subarray(from, newline)]), at + newline);
        if (!line) return;
        yield line;
        carried = [];
        carriedBytes = 0;
        from = newline + 1;
      }
      carried.push(chunk.subarray(from));
      carriedBytes += chunk.length - from;
      at += chunk.length;
      if (chunk.length > 0) continue;
      const rest = toLine(Buffer.concat(carried), at);
      if (rest && rest.text !== '') yield rest;
      return;
    }
  } finally {
    files.close(fd);
  }
}

function toLine(bytes: Buffer, end: number): SessionLine | undefined {
  if (bytes.includes(0) || !isUtf8(bytes)) return undefined;
  const length = roundLength(bytes);
  const round = bytes.subarray(0, length);
  return { text: round.toString(), end: end - bytes.length + length, isIntact: isIntact(round) };
}

/** How much of a copy is in memory at once. */
const COPY_CHARACTERS = 16 << 20;

/** Copies the first rounds of another file into a session's file; those that have changed get a mark. Does not sync. */
export function copyRounds(
  files: Files,
  dir: string,
  from: string,
  to: { id: string; file: string; rounds: number },
  summary: Readonly<Record<string, unknown>>,
): SessionEnd {
  let committed: SessionEnd | undefined;
  let gathered: string[] = [];
  let size = 0;
  const flush = (): SessionEnd => {
    const end = appendRounds(files, dir, { id: to.id, file: to.file, committed }, gathered, summary);
    gathered = [];
    size = 0;
    return end;
  };
  let left = to.rounds;
  let isHead = true;
  for (const line of sessionLines(files, join(dir, from))) {
    if (left === 0) break;
    if (isHead) {
      isHead = false;
      continue;
    }
    const text = line.isIntact ? line.text : markAltered(line.text);
    gathered.push(text);
    size += text.length;
    left--;
    if (size > COPY_CHARACTERS && left > 0) committed = flush();
  }
  return flush();
}

/** Whether a session file has this session's first line. Reads nothing else. */
export function headerOf(files: Files, path: string, id: string): boolean {
  const expected = Buffer.from(headLine(id));
  return withFile(files, path, 'read', (fd) => readBytes(files, fd, 0, expected.length)).equals(expected);
}

/** The session id in a file's first line; undefined if it has none. */
export function readHeaderId(files: Files, path: string): string | undefined {
  for (const { text } of sessionLines(files, path)) return idOfHead(text);
  return undefined;
}
