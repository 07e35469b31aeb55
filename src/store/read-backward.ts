import { readBytes, type Files } from '../platform/files.ts';
import { roundLength } from '../session-format/framing.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { openRounds } from './session-file.ts';

/** A stored round's line, and its place in the session's file. */
export interface PlacedLine {
  text: string;
  start: number;
  /** Offset after its last byte. */
  end: number;
}

const CHUNK_BYTES = 1 << 18;
const NEWLINE = 0x0a;

/**
 * The rounds of a session's file between two offsets, last one first, because the newest rounds are needed most and a
 * file can be gigabytes. `from` is 0 or the end of a round, `to` the end of a round. Throws InputOutputError unless the
 * file holds the committed rounds.
 */
export function* roundsBackward(
  files: Files,
  dir: string,
  entry: SessionEntry,
  from: number,
  to: number,
): Generator<PlacedLine> {
  const fd = openRounds(files, dir, entry);
  try {
    let end = to;
    /** The line that ends at `end`, as far as it has been read: pieces from right to left. */
    let pieces: Buffer[] = [];
    for (let at = to; at > from;) {
      const start = Math.max(from, at - CHUNK_BYTES);
      const chunk = readBytes(files, fd, start, at - start);
      let right = chunk.length;
      for (;;) {
        const newline = right === 0 ? -1 : chunk.lastIndexOf(NEWLINE, right - 1);
        if (newline < 0) break;
        const line = lineOf(
          [chunk.subarray(newline + 1, right), ...pieces.toReversed()],
          start + newline + 1,
          end,
        );
        if (line) yield line;
        pieces = [];
        right = newline;
        end = start + newline;
      }
      pieces.push(chunk.subarray(0, right));
      at = start;
    }
    // At the start of the file this is the header; elsewhere it is the separator of two rounds.
  } finally {
    files.close(fd);
  }
}

function lineOf(pieces: readonly Buffer[], start: number, end: number): PlacedLine | undefined {
  const bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  if (!bytes || bytes.length === 0) return undefined;
  const length = roundLength(bytes);
  return { text: bytes.toString('utf8', 0, length), start, end: end - (bytes.length - length) };
}
