import { allocateForReading, type Files } from '../platform/files.ts';
import { checkLine, cut, damaged, type Rounds } from './session-file.ts';

/** Memory that a reader uses again and again. */
export interface ReadMemory {
  bytes: Buffer;
}

/** Whole lines of a session's file. Valid until the next ones are asked for. */
export interface LineBlock {
  bytes: Buffer;
  /** Where its rounds are, without the comma that follows a round. Each is checked when it is asked for. */
  rounds: Iterable<Span>;
}

interface Span {
  from: number;
  to: number;
}

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

export function newMemory(): ReadMemory {
  return { bytes: allocateForReading(2 * CHUNK_BYTES) };
}

/**
 * The committed rounds as bytes, from a file that was opened with openRounds: for a search, which looks at all of them and
 * reads few. Throws DamagedSession as storedRounds does.
 */
export function* roundBytes(
  files: Files,
  fd: number,
  dir: string,
  entry: Rounds,
  memory: ReadMemory,
): Generator<LineBlock> {
  const { end } = entry;
  const check = (line: Buffer): void => checkLine(line, dir, entry);
  /** The start of a line whose end has not been read. */
  let kept = 0;
  let isHead = true;
  for (let at = 0; at < end;) {
    const length = Math.min(CHUNK_BYTES, end - at);
    if (memory.bytes.length < kept + length) enlarge(memory, kept, kept + length);
    const filled = memory.bytes.subarray(0, kept + length);
    if (files.read(fd, filled.subarray(kept), at) < length) throw cut(dir, entry);
    // JSON has no NULs. They mean that a crash of the machine lost what was written.
    if (filled.includes(0, kept)) throw damaged(dir, entry, 'holds NUL bytes');
    at += length;
    const whole = at === end ? filled.length : filled.lastIndexOf(NEWLINE) + 1;
    if (whole > 0) {
      const bytes = filled.subarray(0, whole);
      yield { bytes, rounds: roundsIn(bytes, isHead, check) };
      isHead = false;
    }
    kept = filled.length - whole;
    memory.bytes.copyWithin(0, whole, filled.length);
  }
}

function enlarge(memory: ReadMemory, kept: number, length: number): void {
  const larger = allocateForReading(2 * length);
  memory.bytes.copy(larger, 0, 0, kept);
  memory.bytes = larger;
}

function* roundsIn(bytes: Buffer, isHead: boolean, check: (line: Buffer) => void): Generator<Span> {
  for (let from = isHead ? bytes.indexOf(NEWLINE) + 1 : 0; from < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, from);
    const to = newline < 0 ? bytes.length : newline - 1;
    check(bytes.subarray(from, to));
    yield { from, to };
    from = newline < 0 ? bytes.length : newline + 1;
  }
}
