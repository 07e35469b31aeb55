import { isCount, isRecord } from '../platform/json-checks.ts';

/*
 * What a store knows about the logs that its rounds came from. The state holds the open logs; the index holds those
 * whose files are gone. Each has a number, its log id, by which rounds refer to it.
 */

/** Where a line begins: the id of its log and the byte offset in it. For an imported file: its id and the ordinal. */
export type LinePosition = readonly [logId: number, offset: number];

/**
 * Identifies a log by its first `offset` bytes, whatever its file is called. The windows lie at growing distances
 * because different logs can begin alike: ai_log comes first in a line, so the first KiB can be the same prompt, and
 * gateway.log begins with the same banner every time.
 */
export interface Fingerprint {
  /** Number of bytes read so far: the end of the last complete line. */
  offset: number;
  /** Digests of the first 64, 128, 192 … bytes up to 4 KiB: they identify a file shorter than `offset` too. */
  head: string;
  /** Digests of the KiB that ends at 4 KiB · 2^k, for each k where that is within `offset`. */
  windows: string[];
  /** Digest of the KiB that ends at `offset`. */
  last: string;
}

/**
 * One log from its first byte to its last, whatever its files are called: the live file, and later its renamed, copied
 * or compressed versions.
 */
export interface LogPosition extends Fingerprint {
  id: number;
  /** The --log-path that led to it, and the path at which it was last read. */
  pattern: string;
  path: string;
  /** The greatest size seen. Bytes past the offset are either not read yet or lost. */
  size: number;
  /** Unread bytes before this offset have been reported as lost. */
  lost?: number;
  /** When it was closed because its files were gone: milliseconds since 1970 UTC. Older versions did not store it. */
  closed?: number;
  /**
   * Lines of a container's log that were unfinished at the offset. Their parts lie before it and are read again when
   * the line continues. If the log was rotated in the middle of a line, the line moves to the next log.
   */
  open?: OpenLine[];
  /**
   * Set for a compressed file that cannot be read at all; and, where the offset is not 0, for bytes behind its end that
   * are not gzip. Older versions store neither for damaged files.
   */
  unread?: UnreadFile;
  /**
   * When the first and the last of its requests ended, in milliseconds since 1970 UTC. Absent in older stores, and if no
   * line has a time.
   */
  times?: TimeRange;
  /** How many of its lines were not stored because another log, or another part of this one, had them. Absent: none. */
  known?: number;
  /** Number of consecutive runs that found none of its files. */
  missing: number;
  /** Files that hold all or part of it, so that an unchanged one need not be opened again. */
  seen: SeenFile[];
}

/** Both ends belong to it. */
export type TimeRange = readonly [first: number, last: number];

/** A line whose first parts have been read, but whose end has not been written yet. */
export interface OpenLine {
  /** `stdout` or `stderr`; or `#` and a digest of the line's source, where a shipper has mixed several. */
  stream: string;
  /**
   * Where its parts are, from the start of the first to the end of the last. Lines of other streams may lie between
   * them, and are counted; lines of its own stream cannot. A rotation can spread the parts over several logs.
   */
  parts: [logId: number, from: number, to: number][];
  /** It contains ai_log. */
  isCall: boolean;
  /** Why it can no longer be read; reported when it ends. */
  reason?: string;
}

/** Why a compressed file cannot be read at all. */
export interface UnreadFile {
  /**
   * `damaged`: it is truncated, damaged, or still being written. `program`: the program that decompresses it is
   * missing. `foreign`: its format is not supported. `stopped`: the program was stopped, which says nothing about the
   * file, so this one is not stored.
   */
  why: 'damaged' | 'program' | 'foreign' | 'stopped';
  /** Its compressed size, or how many bytes are behind its end. */
  bytes: number;
  form: Compression | UnsupportedForm;
  /** The program's message, or the name of the missing program; otherwise empty. */
  detail: string;
}

/** Compression formats that we read. */
export type Compression = 'gzip' | 'zstd' | 'xz' | 'lzma' | 'bzip2' | 'compress';

/** Formats that we recognise, to report their files, but do not read: archives and rare formats. */
export type UnsupportedForm = 'lz4' | 'zip' | '7z' | 'brotli' | 'lzip' | 'lzop' | 'snappy' | 'tar';

/** A file as a run last saw it. Times are milliseconds since 1970 UTC. */
export interface SeenFile {
  path: string;
  dev: number;
  ino: number;
  size: number;
  mtime: number;
  ctime: number;
  /** Its change time was so recent that it may have changed since without a new one. */
  young: boolean;
  /** For any compressed file: a digest of its two ends, which recognises it after a rename. */
  gzip?: string;
}

/**
 * An imported session file of the Python original. Its rounds have positions, `[id, ordinal]`, so that they are counted
 * like rounds from a log, and its content is recognised if it is imported again.
 */
export interface ImportedLog {
  id: number;
  /** Number of rounds, including those left out. */
  offset: number;
  path: string;
  imported: {
    /** Digest of the whole file, base64. */
    digest: string;
    session: string;
    /** Digest of its rounds, base64. A later version of the file begins with the same rounds. */
    rounds: string;
    /** When the original parsed the last of its rounds, in milliseconds since 1970 UTC. */
    until?: number;
    /** How many of its stored rounds have not been read from a log. Older stores lack this and the fields below. */
    left?: number;
    /** Ordinals of the rounds that have been read from a log too, as half-open ranges. */
    met?: [from: number, to: number][];
    /** Ordinal of the round that matched the last line of the session read from a log. */
    last?: number;
    /** The lines from which these rounds were read, as far as they have an identity. Older versions did not store it. */
    lines?: MetRun[];
  };
}

/**
 * Lines of one log from which consecutive rounds of an imported file were read: the log's id, the ordinal of the first
 * round, and digests of the lines' identities, 12 characters each.
 */
export type MetRun = [logId: number, from: number, digests: string];

/** A source of rounds that the index keeps: a log whose files are gone, or an imported file. */
export type ClosedLog = LogPosition | ImportedLog;

export function isImported(log: ClosedLog): log is ImportedLog {
  return 'imported' in log;
}

/** True for a log, false for an imported file. */
export function isLog(log: ClosedLog): log is LogPosition {
  return !isImported(log);
}

function isTimeRange(value: unknown): value is TimeRange {
  return isList(value, isNumber) && value.length === 2;
}

/** Checks a parsed JSON value. Every version of this program has written all keys that are not optional. */
export function isLogPosition(value: unknown): value is LogPosition {
  if (!isRecord(value)) return false;
  const {
    pattern,
    path,
    size,
    missing,
    seen,
    head,
    windows,
    last,
    lost,
    closed,
    open,
    unread,
    times,
    known,
  } = value;
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
    isAbsentOr(times, isTimeRange) &&
    isAbsentOr(known, isCount)
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
  const { digest, session, rounds, until, left, met, last, lines } = value;
  return (
    typeof digest === 'string' &&
    typeof session === 'string' &&
    typeof rounds === 'string' &&
    isAbsentOr(until, isNumber) &&
    isAbsentOr(left, isNumber) &&
    (met === undefined || isList(met, (range) => isCounts(range, 2))) &&
    isAbsentOr(last, isNumber) &&
    (lines === undefined || isList(lines, isMetRun))
  );
}

function isMetRun(value: unknown): value is MetRun {
  return Array.isArray(value) && value.length === 3 && isCounts(value.slice(0, 2), 2) && isText(value[2]);
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
