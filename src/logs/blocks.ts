/**
 * A piece of a log, which begins at the offset `at`. Its bytes are valid until the next one. There are no gaps between
 * pieces. `raw`: its bytes in the log, if the log has another encoding (`textBlocks`).
 */
export type Block =
  /** Whole lines, and NULs before a line. */
  | { kind: 'lines'; bytes: Buffer; raw?: Buffer; at: number }
  /** Part of a line over the limit, which begins at `at`. It is skipped, and never held in memory as a whole. */
  | { kind: 'oversized'; bytes: Buffer; at: number; isEnd: boolean }
  /** Bytes after the last line break, at the end of the log. */
  | { kind: 'rest'; bytes: Buffer; raw?: Buffer; at: number };

const NEWLINE = 0x0a;
const NUL = 0x00;

/**
 * Cuts chunks that begin at the offset `from` into blocks of whole lines. `longestLine` is in bytes, includes the line
 * break, and bounds the memory.
 */
export async function* cutIntoBlocks(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  from: number,
  longestLine: number,
): AsyncGenerator<Block> {
  let at = from;
  let lineAt = from;
  let carried: Buffer[] = [];
  let carriedLength = 0;
  let isOversized = false;
  for await (const chunk of shorten(chunks, longestLine)) {
    const firstEnd = chunk.indexOf(NEWLINE) + 1;
    let rest = chunk;
    if (isOversized || carriedLength + (firstEnd || chunk.length) > longestLine) {
      rest = firstEnd > 0 ? chunk.subarray(firstEnd) : chunk.subarray(chunk.length);
      const part = Buffer.concat([...carried, chunk.subarray(0, chunk.length - rest.length)]);
      carried = [];
      carriedLength = 0;
      if (!isOversized) lineAt = at;
      isOversized = firstEnd === 0;
      yield { kind: 'oversized', bytes: part, at: lineAt, isEnd: !isOversized };
      at += part.length;
    }
    if (carriedLength > 0 && firstEnd > 0) {
      // In a block of its own, so that the lines after it need not be copied.
      const line = Buffer.concat([...carried, rest.subarray(0, firstEnd)]);
      carried = [];
      carriedLength = 0;
      rest = rest.subarray(firstEnd);
      yield { kind: 'lines', bytes: line, at };
      at += line.length;
    }
    let end = rest.lastIndexOf(NEWLINE) + 1;
    // A writer that keeps its old offset after a truncation leaves a hole, which reads as any number of NULs.
    if (end > 0 || carriedLength === 0) while (rest[end] === NUL) end++;
    if (end > 0) {
      const bytes = rest.subarray(0, end);
      yield { kind: 'lines', bytes, at };
      at += bytes.length;
    }
    if (end < rest.length) {
      carried.push(Buffer.from(rest.subarray(end)));
      carriedLength += rest.length - end;
    }
  }
  if (carriedLength > 0) yield { kind: 'rest', bytes: Buffer.concat(carried), at };
}

/** No chunk may be longer than the limit, so that a line over it always spans chunks, where it is noticed. */
async function* shorten(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  most: number,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += most) yield chunk.subarray(at, at + most);
  }
}

/** The first `length` bytes of the chunks, or all if there are fewer. */
export async function* firstBytes(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  length: number,
): AsyncGenerator<Buffer> {
  let left = length;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
