import { Readable, pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { crc32 } from '../platform/digest.ts';

/** A compressed file's bytes: at most `length` of them from `position`. */
export type ReadAt = (position: number, length: number) => Buffer;

const READ_BYTES = 1 << 18;
const INFLATED_BYTES = 1 << 20;
/** A header holds a file's name and hardly more; one that is longer is none. */
const LONGEST_HEADER = 1 << 17;
const TRAILER_BYTES = 8;

/**
 * Inflates a gzip file of `size` bytes, member by member, and calls `onJunk` with the number of bytes behind the last
 * member, unless they are the zeros that tapes pad with. Throws when a member is cut or not what its checksum says.
 * Node's own gunzip fails on junk, and drops the last chunk of what stands before it.
 */
export async function* gunzip(
  readAt: ReadAt,
  size: number,
  onJunk: (bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  let at = 0;
  while (at < size) {
    const header = headerLength(readAt(at, LONGEST_HEADER));
    if (header === undefined) break;
    at = yield* inflateMember(readAt, at + header, size);
  }
  if (at === 0) throw new Error('no gzip file');
  if (hasContent(readAt, at, size)) onJunk(size - at);
}

/** Inflates one member, whose compressed bytes begin at `from`; returns the offset after its trailer. */
async function* inflateMember(readAt: ReadAt, from: number, size: number): AsyncGenerator<Buffer, number> {
  const inflate = createInflateRaw({ chunkSize: INFLATED_BYTES });
  pipeline(Readable.from(chunksOf(readAt, from, size)), inflate, () => {});
  let crc = 0;
  let length = 0;
  for await (const chunk of inflate as AsyncIterable<Buffer>) {
    crc = crc32(chunk, crc);
    length += chunk.length;
    yield chunk;
  }
  const end = from + inflate.bytesWritten;
  const trailer = readAt(end, TRAILER_BYTES);
  if (trailer.length < TRAILER_BYTES) throw new Error('the gzip file is cut');
  if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== length % 2 ** 32) {
    throw new Error('the gzip file is damaged');
  }
  return end + TRAILER_BYTES;
}

export function* chunksOf(readAt: ReadAt, from: number, size: number): Generator<Buffer> {
  for (let at = from; at < size; at += READ_BYTES) yield readAt(at, Math.min(READ_BYTES, size - at));
}

function hasContent(readAt: ReadAt, from: number, size: number): boolean {
  for (const chunk of chunksOf(readAt, from, size)) if (chunk.some((byte) => byte !== 0)) return true;
  return false;
}

/** Length of a member's header (RFC 1952); undefined where there is none. Throws when it is cut. */
function headerLength(bytes: Buffer): number | undefined {
  const isMember = bytes[0] === 0x1f && (bytes.length === 1 || bytes[1] === 0x8b);
  if (!isMember) return undefined;
  const flags = bytes[3] ?? 0;
  let end = 10;
  if (flags & 4) end += 2 + (bytes.length >= end + 2 ? bytes.readUInt16LE(end) : 0);
  for (const text of [8, 16]) if (flags & text) end = bytes.indexOf(0, end) + 1 || Infinity;
  if (flags & 2) end += 2;
  if (end > bytes.length) throw new Error('the gzip file is cut');
  return end;
}
