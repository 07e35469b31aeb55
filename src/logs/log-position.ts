import type { FileFacts } from '../platform/files.ts';
import type { Compression, Unread } from './compression.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { OpenLine } from './open-line.ts';

/**
 * One log, from its first byte to its last, under whatever names it is met: the live file, its renamed, copied or
 * compressed successors. Rounds name it by its number.
 */
export interface Generation extends Fingerprint {
  id: number;
  /** The --log-path that led to it, and the path at which it was last read. */
  pattern: string;
  path: string;
  /** The greatest size seen: bytes beyond the offset are not read yet, or lost. */
  size: number;
  /** Bytes up to here that are not read were said to be lost. */
  lost?: number;
  /** When it was given up, its files gone: milliseconds since 1970 UTC. Absent in what older versions stored. */
  closed?: number;
  /**
   * Lines of a container's log that were open at the offset: their parts lie before it, and are read again when a line
   * goes on. When the log was rotated in the middle of a line, the line is the next log's.
   */
  open?: OpenLine[];
  /** It is a compressed file of which nothing can be read, and nothing else. Absent of damaged ones in older stores. */
  unread?: UnreadFile;
  /**
   * When the first and the last of its requests ended, in milliseconds since 1970 UTC. Absent in older stores, and where
   * no line said so.
   */
  times?: readonly [first: number, last: number];
  /** Runs in a row that found no file of it. */
  missing: number;
  /** Files that hold it or a part of it, so that an unchanged one need not be opened again. */
  seen: SeenFile[];
}

/** Why nothing can be read of a compressed file. */
export interface UnreadFile {
  /**
   * `damaged`: it is cut, damaged, or still being written. `program`: what undoes it is missing. `foreign`: it is not read.
   * `stopped`: what undoes it was stopped, which says nothing of the file and is not remembered.
   */
  why: 'damaged' | 'program' | 'foreign' | 'stopped';
  /** Its size. */
  bytes: number;
  form: Compression | Unread;
  /** What its program said of it, or the program that is missing; empty where nobody said anything. */
  detail: string;
}

export interface SeenFile {
  path: string;
  dev: number;
  ino: number;
  size: number;
  mtime: number;
  ctime: number;
  /** The change time was young when the file was looked at: it can have changed since without showing it. */
  young: boolean;
  /** For a compressed file: digest of its ends, by which it is known again after a rename. */
  gzip?: string;
}

/** A file system's clock ticks coarsely: a file changed within this time may change again unseen. */
const YOUNG_MS = 2000;

export function seeFile(path: string, facts: FileFacts, now: number, gzip?: string): SeenFile {
  return {
    path,
    dev: facts.dev,
    ino: facts.ino,
    size: facts.size,
    mtime: facts.mtime,
    ctime: facts.ctime,
    young: now - facts.ctime < YOUNG_MS,
    ...(gzip === undefined ? {} : { gzip }),
  };
}

/** Whether a file is certainly what it was when it was last looked at. */
export function isUnchanged(seen: SeenFile, facts: FileFacts): boolean {
  return (
    !seen.young &&
    seen.dev === facts.dev &&
    seen.ino === facts.ino &&
    seen.size === facts.size &&
    seen.mtime === facts.mtime &&
    seen.ctime === facts.ctime
  );
}
