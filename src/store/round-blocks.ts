import { join } from 'node:path';
import { readBytes, withFile, type Files } from '../platform/files.ts';
import type { SessionHead } from '../model/session-entry.ts';
import { openRounds } from './session-file.ts';

/** Bytes of a session's file: whole lines. */
export interface RoundBlock {
  bytes: Buffer;
  /** Their offset in the file. */
  at: number;
}

const BLOCK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/**
 * The bytes of a session's file between two offsets, in blocks of whole lines. `from` is 0 or the end of a round, `to`
 * the end of a round. Throws InputOutputError unless the file holds the committed rounds.
 */
export function* roundBlocks(
  files: Files,
  dir: string,
  entry: SessionHead,
  from: number,
  to: number,
): Generator<RoundBlock> {
  const fd = openRounds(files, dir, entry);
  try {
    let size = BLOCK_BYTES;
    for (let at = from; at < to;) {
      const bytes = readBytes(files, fd, at, Math.min(size, to - at));
      const isLast = bytes.length < size || at + size >= to;
      const length = isLast ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
      if (length > 0) yield { bytes: bytes.subarray(0, length), at };
      if (isLast) return;
      at += length;
      // A line is longer than the block.
      size = length > 0 ? BLOCK_BYTES : size * 2;
    }
  } finally {
    files.close(fd);
  }
}

/** Reads some bytes of a session's file. */
export function readRoundBytes(files: Files, dir: string, file: string, from: number, to: number): Buffer {
  return withFile(files, join(dir, file), 'read', (fd) => readBytes(files, fd, from, to - from));
}
