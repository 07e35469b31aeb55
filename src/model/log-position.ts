import { isCount, isRecord } from '../platform/json-checks.ts';

/*
 * What a store knows of the logs that its rounds came from. The state holds the open logs, the index those whose files
 * are gone. Each has a number, its log id, by which rounds refer to it.
 */

/** Where a line begins: the id of its log, and the byte offset in that log. Of an imported file: id and ordinal. */
export type LinePosition = readonly [logId: number, offset: number];

/**
 * What is remembered of a log's first `offset` bytes, to recognise them under any name: a log is identified by its
 * content. The windows are at growing distances because logs can begin alike: ai_log comes first in a line, so the
 * first KiB can be the same prompt, and gateway.log begins with the same banner each time.
 */
export interface Fingerprint {
  /** Bytes that were read: the end of the last complete line. */
  offset: number;
  /** Digests of the first 64, 128, 192 … bytes up to 4 KiB: they identify a file shorter than `offset` too. */
  head: string;
  /** Digests of the KiB that ends at 4 KiB · 2^k, for each of those within `offset`. */
  windows: string[];
  /** Digest of the KiB that ends at `offset`. */
  last: string;
}

/**
 * One log from its first byte to its last, whatever its files are called: the live file, and its renamed, copied or
 * compressed successors.
 */
export interface LogPosition extends Fingerprint {
  id: number;
  /** The --log-path that led to it, and the path at which it was last read. */
  pattern: string;
  path: string;
  /** The greatest size seen: bytes beyond the offset are not read yet, or lost. */
  size: number;
  /** Unread bytes before this offset were reported as lost. */
  lost?: number;
  /** When it was given up because its files were gone: milliseconds since 1970 UTC. Older versions did not store it. */
  closed?: number;
  /**
   * Lines of a container's log that were unfinished at the offset: their parts lie before it, and are read again when
   * the line goes on. If the log was rotated in the middle of a line, the line passes to the next log.
   */
  open?: OpenLine[];
  /** It is a compressed file of which nothing can be read. Older versions did not store it for damaged files. */
  unread?: UnreadFile;
  /**
   * When the first and the last of its requests ended, in milliseconds since 1970 UTC. Absent in older stores, and if no
   * line has a time.
   */
  times?: TimeRange;
  /** Runs in a row that found no file of it. */
  missing: number;
  /** Files that hold it or a part of it, so that an unchanged one need not be opened again. */
  seen: SeenFile[];
}

export type TimeRange = readonly [first: number, last: number];

/** A line whose first parts have been read and whose end is not written yet. */
export interface OpenLine {
  /** `stdout` or `stderr`; followed by `#` and a digest of its source where a shipper has mixed several. */
  stream: string;
  /**
   * Where its parts are, from the first one's first byte to the last one's end. Lines of the other stream can be
   * between them, and are counted; lines of its own cannot. A rotation can put the parts into several logs.
   */
  parts: [logId: number, from: number, to: number][];
  /** It names ai_log. */
  isCall: boolean;
  /** Why it can no longer be read; reported when it ends. */
  reason?: string;
}

/** Why nothing can be read of a compressed file. */
export interface UnreadFile {
  /**
   * `damaged`: it is cut, damaged, or still being written. `program`: the program that decompresses it is missing.
   * `foreign`: its format is not supported. `stopped`: the program was stopped, which says nothing about the file and is
   * not remembered.
   */
  why: 'damaged' | 'program' | 'foreign' | 'stopped';
  /** Its size. */
  bytes: number;
  form: Compression | UnsupportedForm;
  /** The message of the program, or the name of the missing one; empty where there is none. */
  detail: string;
}

/** Forms of compression that are read. */
export type Compression = 'gzip' | 'zstd' | 'xz' | 'lzma' | 'bzip2' | 'compress';

/** Forms that are recognised so that their files can be named, but not read: archives, and what hardly anybody uses. */
export type UnsupportedForm = 'lz4' | 'zip' | '7z' | 'brotli' | 'lzip' | 'lzop' | 'snappy' | 'tar';

/** A file as it was when a run looked at it. */
export interface SeenFile {
  path: string;
  dev: number;
  ino: number;
  size: number;
  mtime: number;
  ctime: number;
  /** The change time was too recent: the file can have changed since without showing it. */
  young: boolean;
  /** For a compressed file: digest of its ends, by which it is recognised after a rename. */
  gzip?: string;
}

/**
 * An imported session file of the Python original. Its rounds have positions in it, `[id, ordinal]`, so that they are
 * counted like any other's, and its content is recognised.
 */
export interface ImportedLog {
  id: number;
  /** Number of rounds, including those left out. */
  offset: number;
  path: string;
  imported: {
    /** Of the whole file, base64. */
    digest: string;
    session: string;
    /** Of its rounds, base64: a later state of the file begins with them. */
    rounds: string;
    /** When the original parsed the last of its rounds, in milliseconds since 1970 UTC. */
    until?: number;
    /** How many of its stored rounds no log has brought yet. Absent, like all that follow, in older stores. */
    left?: number;
    /** Ordinals of those that a log has brought, as ranges without their ends. */
    met?: [from: number, to: number][];
    /** Ordinal of the one that matched the session's last line in a log. */
    last?: number;
  };
}

/** What the index keeps of where rounds came from: logs whose files are gone, and imported files. */
export type ClosedLog = LogPosition | ImportedLog;

export function isImported(log: ClosedLog): log is ImportedLog {
  return 'imported' in log;
}

/** A closed log that was a log. */
export function isLog(log: ClosedLog): log is LogPosition {
  return !isImported(log);
}

function isTimeRange(value: unknown): value is TimeRange {
  return isList(value, isNumber) && value.length === 2;
}

/** Checks what was parsed: every version of this program has written all keys that are not optional. */
export function isLogPosition(value: unknown): value is LogPosition {
  if (!isRecord(value)) return false;
  const { pattern, path, size, missing, seen, head, windows, last, lost, closed, open, unread, times } =
    value;
  return (
    isCount(value['id']) &&
    isCount(value['offset']) &&
    typeof head === 'string' &&
    isList(windows, isText) &&
    typeof last === 'string' &&
    typeof pattern === 'string' &&
    typeof path === 'string' &&
    typeof size === 'number' &&
    typeof missing === 'number' &&
    isList(seen, isSeenFile) &&
    isAbsentOr(lost, isNumber) &&
    isAbsentOr(closed, isNumber) &&
    (open === undefined || isList(open, isOpenLine)) &&
    isAbsentOr(unread, isUnreadFile) &&
    isAbsentOr(times, isTimeRange)
  );
}

export function isClosedLog(value: unknown): value is ClosedLog {
  return isRecord(value) && value['imported'] !== undefined ? isImportedLog(value) : isLogPosition(value);
}

function isImportedLog(value: Record<string, unknown>): value is Record<string, unknown> & ImportedLog {
  const { id, offset, path, imported } = value;
  return isCount(id) && isCount(offset) && typeof path === 'string' && isImport(imported);
}

function isImport(value: unknown): value is ImportedLog['imported'] {
  if (!isRecord(value)) return false;
  const { digest, session, rounds, until, left, met, last } = value;
  return (
    typeof digest === 'string' &&
    typeof session === 'string' &&
    typeof rounds === 'string' &&
    isAbsentOr(until, isNumber) &&
    isAbsentOr(left, isNumber) &&
    (met === undefined || isList(met, (range) => isCounts(range, 2))) &&
    isAbsentOr(last, isNumber)
  );
}

export function isLinePosition(value: unknown): value is LinePosition {
  return isCounts(value, 2);
}

function isOpenLine(value: unknown): value is OpenLine {
  if (!isRecord(value)) return false;
  const { stream, parts, isCall, reason } = value;
  return (
    typeof stream === 'string' &&
    isList(parts, (part) => isCounts(part, 3)) &&
    typeof isCall === 'boolean' &&
    isAbsentOr(reason, isText)
  );
}

function isUnreadFile(value: unknown): value is UnreadFile {
  if (!isRecord(value)) return false;
  const { why, bytes, form, detail } = value;
  return isText(why) && isNumber(bytes) && isText(form) && isText(detail);
}

function isSeenFile(value: unknown): value is SeenFile {
  if (!isRecord(value)) return false;
  const { path, dev, ino, size, mtime, ctime, young, gzip } = value;
  return (
    typeof path === 'string' &&
    [dev, ino, size, mtime, ctime].every(isNumber) &&
    typeof young === 'boolean' &&
    isAbsentOr(gzip, isText)
  );
}

function isList<T>(value: unknown, isElement: (element: unknown) => element is T): value is T[];
function isList(value: unknown, isElement: (element: unknown) => boolean): boolean;
function isList(value: unknown, isElement: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isElement);
}

function isCounts(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length && value.every(isCount);
}

function isAbsentOr(value: unknown, isSound: (value: unknown) => boolean): boolean {
  return value === undefined || isSound(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
