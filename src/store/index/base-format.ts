import type { CellFormat } from './cell-codec.ts';
import { digest } from '../../platform/digest.ts';
import { isClosedLog, isLogPosition, type ClosedLog, type LogPosition } from '../../model/log-position.ts';
import { isIndexCoverage, type IndexCoverage } from '../../model/index-coverage.ts';
import { isCount, isRecord } from '../../platform/json-checks.ts';

/*
 * The base of an index, a file that is written once:
 *
 *     records     one per session, in the order of their keys
 *     table       a row per session: key, offset, length and CRC-32 of its record
 *     files       a row per session: key of its file's name
 *     positions   positions of the logs, as JSON
 *     cells       sums of the usage of all sessions
 *     parts       a row per session, in the order of the records: which of these sums include its usage
 *     footer      JSON: where these sections are, and the names that records refer to by number
 *     trailer     length and CRC-32 of the footer, and a magic mark
 *
 * A key is the start of a digest: of the session's id, or of its file's name in lower case. So one session is found by
 * binary search, and most of a new base is copied from the old one.
 */

/** Log positions as the commit that wrote the base left them. */
export interface BasePositions {
  commit: number;
  logs: LogPosition[];
  next_log: number;
  closed: ClosedLog[];
  /** Absent in bases of format 1. */
  coverage?: IndexCoverage | undefined;
}

export function isBasePositions(value: unknown): value is BasePositions {
  if (!isRecord(value)) return false;
  const { commit, logs, next_log: nextLog, closed, coverage } = value;
  return (
    isCount(commit) &&
    isCount(nextLog) &&
    Array.isArray(logs) &&
    logs.every(isLogPosition) &&
    Array.isArray(closed) &&
    closed.every(isClosedLog) &&
    (coverage === undefined || isIndexCoverage(coverage))
  );
}

export interface Section {
  at: number;
  length: number;
  crc: number;
}

export interface Footer {
  format: CellFormat;
  sessions: number;
  table: Section;
  files: Section;
  positions: Section;
  /** The combined usage of all sessions, and the part of each in it; absent if that saves nothing. */
  cells?: Section;
  parts?: Section;
  names: string[];
}

/** A session's record with its keys. */
export interface RawRecord {
  key: Buffer;
  fileKey: Buffer;
  bytes: Buffer;
}

/** Bases of format 1 are read too. */
export const BASE_FORMAT = 2 satisfies CellFormat;
export const MARK = 'MONINDEX';
export const TRAILER_BYTES = 8 + MARK.length;
export const KEY_BYTES = 8;
/** Offsets of the parts of a table row. */
export const ROW = { at: KEY_BYTES, length: KEY_BYTES + 6, crc: KEY_BYTES + 10, bytes: KEY_BYTES + 14 };

export function keyOf(text: string): Buffer {
  return Buffer.from(digest(text, KEY_BYTES), 'latin1');
}

export function fileKeyOf(file: string): Buffer {
  return keyOf(file.toLowerCase());
}
