import type { Compression, Fingerprint, UnreadFile, UnsupportedForm } from '../model/log-position.ts';
import { allocateForReading, readBytes, type FileFacts, type Files } from '../platform/files.ts';
import { isSystemError } from '../platform/errors.ts';
import { MissingProgram, RefusedInput, StoppedProgram } from '../platform/filter-program.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import { compressionOf, isRead, MAGIC_BYTES } from './compression.ts';
import { decompress } from './decompress.ts';
import type { LogFile } from './discover.ts';
import { encodingOf, toUtf8, type Encoding } from './encoding.ts';
import {
  FingerprintBuilder,
  HEAD_BYTES,
  WINDOW_BYTES,
  headDigests,
  windowDigest,
  windowEnds,
  type Content,
} from './fingerprint.ts';
import { LOOKED_AT_BYTES } from './wrapped-line.ts';

/** A log file, opened once: it is identified, read and checked again through the same descriptor. */
export interface OpenLog extends LogFile {
  facts: FileFacts;
  content: Content;
  /** For a compressed file: a digest of its two ends. */
  gzipDigest?: string;
  encoding: Encoding;
  /** For a gzip file: number of bytes after its last member that are neither gzip nor padding. */
  junkBytes?: number;
  /** Its first bytes in UTF-8, enough to tell its form (`formOf`). */
  start(): Buffer;
  /**
   * The bytes from `from` to where the file ended when it was opened. A chunk is valid until the next one. Those of a
   * plain log are read into `memory`.
   */
  chunks(from: number, memory?: ChunkMemory): AsyncIterable<Buffer> | Iterable<Buffer>;
  /** A fingerprint builder that continues after the bytes of `known`, with which the log agrees; else a new one. */
  fingerprint(known: Fingerprint | undefined): FingerprintBuilder;
  /** The content as it is now: the file may have been truncated since it was opened. */
  again(): Content;
  close(): void;
}

/** A compressed file that cannot be read at all. */
export interface UnreadableFile extends UnreadFile {
  /** Digest of its two ends, by which the next run recognises it. */
  digest: string;
}

export function isUnreadable(log: OpenLog | UnreadableFile): log is UnreadableFile {
  return 'why' in log;
}

const CHUNK_BYTES = 1 << 20;

/** Opens a log. Its first bytes say whether it is compressed. `ends` returns the offsets at which known logs ended. */
export async function openLog(
  files: Files,
  log: LogFile,
  ends: () => readonly number[],
): Promise<OpenLog | UnreadableFile> {
  const fd = files.open(log.path, 'given');
  let opened: OpenLog | UnreadableFile | undefined;
  try {
    const form = compressionOf(log.path, readBytes(files, fd, 0, MAGIC_BYTES));
    opened =
      form === undefined ? plainLog(files, log, fd) : await compressedLog(files, log, fd, form, ends());
    return opened;
  } finally {
    if (!opened || isUnreadable(opened)) files.close(fd);
  }
}

/** Opens a log that is known not to be compressed. */
export function openPlainLog(files: Files, log: LogFile): OpenLog {
  return plainLog(files, log, files.open(log.path, 'given'));
}

function plainLog(files: Files, log: LogFile, fd: number): OpenLog {
  const facts = files.facts(fd);
  const readAt = (position: number, length: number): Buffer => readBytes(files, fd, position, length);
  const contentOf = (size: number): Content => {
    let head: string | undefined;
    return {
      size,
      head: () => (head ??= headDigests(readAt(0, Math.min(size, HEAD_BYTES)))),
      window: (end) => windowDigest(readAt(Math.max(0, end - WINDOW_BYTES), Math.min(end, WINDOW_BYTES))),
    };
  };
  let encoding: Encoding | undefined;
  return {
    ...log,
    compressed: false,
    facts,
    content: contentOf(facts.size),
    get encoding() {
      return (encoding ??= encodingOf(readAt(0, Math.min(facts.size, ENCODING_BYTES))));
    },
    start() {
      return textOf(readAt(0, Math.min(facts.size, LOOKED_AT_BYTES)), this.encoding);
    },
    chunks: (from, memory) => readChunks(files, fd, from, facts.size, memory),
    fingerprint: (known) => (known ? FingerprintBuilder.resume(known, readAt) : new FingerprintBuilder()),
    again: () => contentOf(files.facts(fd).size),
    close: () => files.close(fd),
  };
}

/** Reads a compressed log once, to verify its checksums and to identify it. */
async function compressedLog(
  files: Files,
  log: LogFile,
  fd: number,
  form: Compression | UnsupportedForm,
  ends: readonly number[],
): Promise<OpenLog | UnreadableFile> {
  const facts = files.facts(fd);
  const digest = gzipDigest(files, fd, facts.size);
  const unreadable = (why: UnreadableFile['why'], detail: string): UnreadableFile => {
    return { digest, bytes: facts.size, form, why, detail };
  };
  if (!isRead(form)) return unreadable('foreign', '');
  let junkBytes = 0;
  const inflate = (): AsyncIterable<Buffer> =>
    decompress(
      form,
      (position, length) => readBytes(files, fd, position, length),
      facts.size,
      (bytes) => (junkBytes = bytes),
    );
  let content: SurveyedContent;
  try {
    content = await survey(inflate(), ends);
  } catch (error) {
    if (error instanceof MissingProgram) return unreadable('program', error.program);
    if (error instanceof StoppedProgram) return unreadable('stopped', error.message);
    // A program that cannot be started now may start later. That says nothing about the file.
    if (isSystemError(error) && String(error.syscall).startsWith('spawn')) throw error;
    return unreadable('damaged', error instanceof RefusedInput ? error.message : '');
  }
  const encoding = encodingOf(content.start);
  return {
    ...log,
    compressed: true,
    facts,
    content,
    encoding,
    gzipDigest: digest,
    junkBytes,
    start: () => textOf(content.start, encoding),
    chunks: (from) => skip(inflate(), from),
    fingerprint: (known) =>
      known
        ? FingerprintBuilder.resume(known, (position, length) => content.kept(position, length))
        : new FingerprintBuilder(),
    again: () => content,
    close: () => files.close(fd),
  };
}

/** A digest that recognises a compressed file under another name, without inflating it: its end has a checksum. */
export function gzipDigest(files: Files, fd: number, size: number): string {
  const ends = Buffer.concat([
    readBytes(files, fd, 0, WINDOW_BYTES),
    readBytes(files, fd, Math.max(0, size - WINDOW_BYTES), WINDOW_BYTES),
  ]);
  return `${size}:${windowDigest(ends)}`;
}

const ENCODING_BYTES = 256;

/** The first bytes of a log in UTF-8, without the byte order mark. */
function textOf(start: Buffer, encoding: Encoding): Buffer {
  return toUtf8(start.subarray(encoding.mark), encoding);
}

function* readChunks(
  files: Files,
  fd: number,
  from: number,
  to: number,
  memory: ChunkMemory = new OneChunk(),
): Generator<Buffer> {
  const most = Math.min(CHUNK_BYTES, Math.max(0, to - from));
  for (let at = from; at < to;) {
    const buffer = memory.take(most);
    const length = files.read(fd, buffer.subarray(0, Math.min(most, to - at)), at);
    if (length === 0) return;
    yield buffer.subarray(0, length);
    at += length;
  }
}

/** The same memory each time. */
class OneChunk implements ChunkMemory {
  #buffer: Buffer | undefined;

  take(length: number): Buffer {
    return (this.#buffer ??= allocateForReading(length));
  }
}

async function* skip(chunks: AsyncIterable<Buffer>, from: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of chunks) {
    if (at + chunk.length > from) yield chunk.subarray(Math.max(0, from - at));
    at += chunk.length;
  }
}

/** Content that was read once. Only its start and the KiB before each of the given ends were kept. */
interface SurveyedContent extends Content {
  kept(position: number, length: number): Uint8Array;
  start: Buffer;
}

async function survey(chunks: AsyncIterable<Buffer>, ends: readonly number[]): Promise<SurveyedContent> {
  const wanted = [...new Set([...ends, ...windowEnds(Number.MAX_SAFE_INTEGER)])].toSorted((a, b) => a - b);
  const kept = new Map<number, Buffer>();
  let start: Buffer = Buffer.alloc(0);
  let tail: Buffer = Buffer.alloc(0);
  let at = 0;
  let next = 0;
  for await (const chunk of chunks) {
    if (start.length < LOOKED_AT_BYTES) {
      start = Buffer.concat([start, chunk.subarray(0, LOOKED_AT_BYTES - start.length)]);
    }
    const joined = Buffer.concat([tail, chunk]);
    const base = at - tail.length;
    at += chunk.length;
    for (; (wanted[next] ?? Infinity) <= at; next++) {
      const end = (wanted[next] ?? 0) - base;
      kept.set(wanted[next] ?? 0, Buffer.from(joined.subarray(Math.max(0, end - WINDOW_BYTES), end)));
    }
    tail = Buffer.from(joined.subarray(-WINDOW_BYTES));
  }
  const head = start.subarray(0, HEAD_BYTES);
  const digests = headDigests(head);
  return {
    size: at,
    start,
    head: () => digests,
    window: (end) => windowDigest(kept.get(end) ?? Buffer.alloc(0)),
    kept: (position, length) =>
      position === 0 && length <= head.length
        ? head.subarray(0, length)
        : (kept.get(position + length) ?? Buffer.alloc(0)),
  };
}
