import { cutIntoBlocks, firstBytes, type Block } from './blocks.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import { toUtf8, type Encoding } from './encoding.ts';

/** The part of OpenLog that is needed to cut it into lines. */
export interface TextSource {
  encoding: Encoding;
  chunks(from: number, memory?: ChunkMemory): AsyncIterable<Buffer> | Iterable<Buffer>;
}

/**
 * The blocks of a log from the offset `from` up to `to`. Their `bytes` are UTF-8, but their offsets count bytes of the
 * log; where the two differ, `raw` has the bytes of the log. For a UTF-8 log this costs no more than cutIntoBlocks.
 * Chunks of a plain log are read into `memory`.
 */
export function textBlocks(
  { encoding, chunks }: TextSource,
  from: number,
  longestLine: number,
  to = Infinity,
  memory?: ChunkMemory,
): AsyncGenerator<Block> {
  const bytes = to === Infinity ? chunks(from, memory) : firstBytes(chunks(from), to - from);
  if (encoding.unit > 1) return cutWide(bytes, from, longestLine * encoding.unit, encoding);
  const blocks = cutIntoBlocks(bytes, from, longestLine);
  return encoding.mark > 0 && from === 0 ? withoutMark(blocks, encoding.mark) : blocks;
}

/** The first line begins after the mark. */
async function* withoutMark(blocks: AsyncIterable<Block>, mark: number): AsyncGenerator<Block> {
  for await (const block of blocks) {
    const isFirst = block.at === 0 && block.kind !== 'oversized';
    if (isFirst && block.kind === 'lines') {
      yield { ...block, bytes: block.bytes.subarray(mark), raw: block.bytes, at: mark };
    } else {
      // A rest is not consumed yet: reading continues at its offset, so that stays.
      yield isFirst ? { ...block, bytes: block.bytes.subarray(mark), raw: block.bytes } : block;
    }
  }
}

const LINE_FEED = '\n';
const NO_TEXT = Buffer.from([0xff]);

/** Yields each line as a block of its own, in UTF-8. `longestLine` is in bytes of the log. */
async function* cutWide(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  from: number,
  longestLine: number,
  encoding: Encoding,
): AsyncGenerator<Block> {
  const { unit, isBigEndian } = encoding;
  const newline = Buffer.alloc(unit);
  newline.write(LINE_FEED, isBigEndian ? unit - 1 : 0);
  const decode = (raw: Buffer, at: number): Buffer =>
    toUtf8(raw.subarray(at === 0 ? encoding.mark : (unit - (at % unit)) % unit), encoding);
  let parts: Buffer[] = [];
  let length = 0;
  let at = from;
  let oversizedAt = -1;
  for await (const chunk of aligned(chunks, from, unit)) {
    for (let start = 0; start < chunk.length;) {
      const end = lineEnd(chunk, start, newline);
      const part = chunk.subarray(start, end < 0 ? chunk.length : end);
      start += part.length;
      if (oversizedAt >= 0 || length + part.length > longestLine) {
        if (oversizedAt < 0) oversizedAt = at;
        const bytes = Buffer.concat([...parts, part]);
        yield { kind: 'oversized', bytes, at: oversizedAt, isEnd: end >= 0 };
        at += bytes.length;
        parts = [];
        length = 0;
        if (end >= 0) oversizedAt = -1;
      } else if (end < 0) {
        parts.push(Buffer.from(part));
        length += part.length;
      } else {
        const whole = Buffer.concat([...parts, part]);
        const narrow = narrowLines(whole);
        if (narrow.length > 0) yield { kind: 'lines', bytes: narrow, raw: narrow, at };
        at += narrow.length;
        const raw = whole.subarray(narrow.length);
        if (raw.length > 0) yield { kind: 'lines', bytes: decode(raw, at), raw, at };
        at += raw.length;
        parts = [];
        length = 0;
      }
    }
  }
  if (length === 0) return;
  const whole = Buffer.concat(parts);
  const narrow = narrowLines(whole);
  if (narrow.length > 0) yield { kind: 'lines', bytes: narrow, raw: narrow, at };
  at += narrow.length;
  const raw = whole.subarray(narrow.length);
  if (raw.length === 0) return;
  const text = decode(raw, at);
  // Half a character means that the line is still being written, even if it looks complete.
  const isHalf = (at + raw.length) % unit !== 0;
  yield { kind: 'rest', bytes: isHalf ? Buffer.concat([text, NO_TEXT]) : text, raw, at };
}

const ASCII_START = /^[\x20-\x7e]{8}/;
const NAME = Buffer.from('ai_log');

/**
 * The lines in UTF-8 at the start of `raw`, which follows a line break: another program may have continued the file in
 * UTF-8. They are recognised by their first bytes, which no client controls, and where UTF-16 and UTF-32 have zeros.
 */
function narrowLines(raw: Buffer): Buffer {
  let length = 0;
  while (ASCII_START.test(raw.toString('latin1', length, length + 8))) {
    const end = raw.indexOf(LINE_FEED, length) + 1;
    if (end === 0 || !raw.subarray(length, end).includes(NAME)) break;
    length = end;
  }
  return raw.subarray(0, length);
}

/** The offset just after the next line break that begins on a character boundary; -1 if there is none. */
function lineEnd(chunk: Buffer, start: number, newline: Buffer): number {
  // A chunk ends on a character boundary, but may begin within a character: so count from its end.
  const odd = chunk.length % newline.length;
  for (let found = start; ; found++) {
    found = chunk.indexOf(newline, found);
    if (found < 0) return -1;
    if ((found - odd) % newline.length === 0) return found + newline.length;
  }
}

/** The same bytes in chunks that end on character boundaries of the log; only the last may end within a character. */
async function* aligned(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  from: number,
  unit: number,
): AsyncGenerator<Buffer> {
  let at = from;
  let carried: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const joined = carried.length > 0 ? Buffer.concat([carried, chunk]) : chunk;
    const over = (at + joined.length) % unit;
    const whole = joined.subarray(0, Math.max(0, joined.length - over));
    carried = Buffer.from(joined.subarray(whole.length));
    at += whole.length;
    if (whole.length > 0) yield whole;
  }
  if (carried.length > 0) yield carried;
}
