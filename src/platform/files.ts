import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
  chmodSync,
  type Stats,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { errorCode } from './errors.ts';
import { keepOwnerOfFolders } from './keep-owner.ts';
import { notAFile, openFile, openFolder, throughFolder, type OpenHow } from './open-file.ts';
import { openSyncer, type Syncer } from './syncer.ts';

export { errorCode };

/** What the operating system says about a file. Times are milliseconds since 1970 UTC. */
export interface FileFacts {
  dev: number;
  ino: number;
  size: number;
  mtime: number;
  ctime: number;
  isFile: boolean;
  /** The user it belongs to. */
  uid: number;
}

/**
 * Every file operation on logs and the store goes through this interface, so that a test can fail or kill a run at any
 * of them. Errors are Node's own (`code` is ENOENT, ENOSPC …).
 */
export interface Files {
  open(path: string, how: OpenHow): number;
  /** Opens a folder, so that a link put in its place later is not followed. `own` refuses a link that is there now. */
  openFolder(path: string, how: 'own' | 'given'): number;
  /** A path that leads into an open folder, whose own path is `path`. */
  through(fd: number, path: string): string;
  close(fd: number): void;
  /** Reads from `position` until `target` is full or the file ends; returns the number of bytes read. */
  read(fd: number, target: Uint8Array, position: number): number;
  /** Writes all bytes at `position`. */
  write(fd: number, bytes: Uint8Array, position: number): void;
  truncate(fd: number, length: number): void;
  sync(fd: number): void;
  facts(fd: number): FileFacts;
  /** undefined if there is no such file. */
  stat(path: string): FileFacts | undefined;
  /** The path with all links resolved; undefined if there is no such file. */
  real(path: string): string | undefined;
  /** The names in a folder; undefined if there is no such folder. */
  list(folder: string): string[] | undefined;
  /** Makes a folder and its parents, and sets its mode to 0700. */
  makeFolder(path: string): void;
  /** Makes a folder and its parents, which others may read, as the umask allows. */
  makePublicFolder(path: string): void;
  rename(from: string, to: string): void;
  /** Removes a file. It is not an error if there is none. */
  remove(path: string): void;
  /** Removes a folder if it is empty; returns whether it was. A link is no folder. */
  removeFolder(path: string): boolean;
  syncFolder(path: string): void;
  /** The user who runs the program. */
  user(): number;
  /** Writes every file of the file system that holds `folder` to disk; false if the system cannot. */
  syncAll(folder: string): boolean;
  /** Starts a process that can do the same as `syncAll`, without blocking this one. */
  openSyncer(folder: string): Syncer;
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR']);

export const nodeFiles: Files = {
  open: openFile,
  openFolder,
  through: throughFolder,
  close: closeSync,
  read: (fd, target, position) =>
    named(fd, () => {
      let done = 0;
      while (done < target.length) {
        const n = readSync(fd, target, done, target.length - done, position + done);
        if (n === 0) break;
        done += n;
      }
      return done;
    }),
  write: (fd, bytes, position) =>
    named(fd, () => {
      let done = 0;
      while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
    }),
  truncate: (fd, length) => named(fd, () => ftruncateSync(fd, length)),
  sync: (fd) => named(fd, () => fsyncSync(fd)),
  facts: (fd) => toFacts(fstatSync(fd)),
  stat(path) {
    const stats = absentAsUndefined(() => statSync(path));
    return stats && toFacts(stats);
  },
  real: (path) => absentAsUndefined(() => realpathSync.native(path)),
  list: (folder) => absentAsUndefined(() => readdirSync(folder)),
  makeFolder(path) {
    makeFolders(path, 0o700);
    chmodSync(path, 0o700);
  },
  makePublicFolder: (path) => makeFolders(path, 0o777, (made) => keepOwnerOfFolders(made, made)),
  rename: renameSync,
  remove(path) {
    absentAsUndefined(() => unlinkSync(path));
  },
  removeFolder(path) {
    try {
      rmdirSync(path);
      return true;
    } catch (error) {
      if (isAbsent(error) || ['ENOTEMPTY', 'EEXIST', 'EBUSY'].includes(errorCode(error))) return false;
      throw error;
    }
  },
  syncFolder(path) {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  user: () => process.geteuid?.() ?? 0,
  syncAll: (folder) => spawnSync('sync', ['-f', folder], { stdio: 'ignore' }).status === 0,
  openSyncer,
};

/** Node's own `recursive` never ends where nothing can be made, as in /proc. */
/** `onMade` is called for each folder that did not exist. */
function makeFolders(path: string, mode: number, onMade?: (path: string) => void): void {
  try {
    makeOneFolder(path, mode, onMade);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolders(dirname(path), mode, onMade);
    makeOneFolder(path, mode, onMade);
  }
}

function makeOneFolder(path: string, mode: number, onMade?: (path: string) => void): void {
  try {
    mkdirSync(path, mode);
    onMade?.(path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

function toFacts(stats: Stats): FileFacts {
  return {
    dev: stats.dev,
    ino: stats.ino,
    size: stats.size,
    mtime: stats.mtimeMs,
    ctime: stats.ctimeMs,
    isFile: stats.isFile(),
    uid: stats.uid,
  };
}

function absentAsUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export function isAbsent(error: unknown): boolean {
  return ABSENT.has(errorCode(error));
}

/**
 * Memory to read large files into. The C library starts a large allocation 16 bytes after a page boundary, and some
 * processors (AMD Zen) copy from the page cache four times slower to such an address than to an aligned one. `isShared`:
 * other threads can use it too.
 */
export function allocateForReading(length: number, isShared = false): Buffer {
  const all = isShared
    ? Buffer.from(new SharedArrayBuffer(length + CACHE_LINE))
    : Buffer.allocUnsafeSlow(length + CACHE_LINE);
  return all.subarray(CACHE_LINE - MALLOC_HEAD, length + CACHE_LINE - MALLOC_HEAD);
}

const CACHE_LINE = 64;
const MALLOC_HEAD = 16;

/** Longer reads look at the file's size first. */
const LARGE = 1 << 20;

/** Reads `length` bytes at `position`, or fewer if the file ends. */
export function readBytes(files: Files, fd: number, position: number, length: number): Buffer {
  // A damaged file can claim any length.
  const there = length > LARGE ? Math.min(length, files.facts(fd).size - position) : length;
  const bytes = Buffer.allocUnsafe(Math.max(0, there));
  return bytes.subarray(0, files.read(fd, bytes, position));
}

/** Opens a file, passes it to `use`, and always closes it. */
export function withFile<T>(files: Files, path: string, how: OpenHow, use: (fd: number) => T): T {
  const fd = files.open(path, how);
  try {
    return use(fd);
  } catch (error) {
    throw withPath(error, path);
  } finally {
    files.close(fd);
  }
}

/** Adds the path to an error of the system about an open file. */
function named<T>(fd: number, use: () => T): T {
  try {
    return use();
  } catch (error) {
    const path = absentAsUndefined(() => readlinkSync(`/proc/self/fd/${fd}`));
    throw path === undefined ? error : withPath(error, path);
  }
}

/** Node names a file that it cannot open, but not one that it cannot read or write. */
function withPath(error: unknown, path: string): unknown {
  if (errorCode(error) !== '' && error instanceof Error && !('path' in error))
    Object.assign(error, { path, message: `${error.message} '${path}'` });
  return error;
}

/** The content of a small file; undefined if there is none. Throws NotOurs for anything but a regular file. */
export function readWhole(files: Files, path: string, how: 'peek' | 'given' = 'peek'): Buffer | undefined {
  return absentAsUndefined(() =>
    withFile(files, path, how, (fd) => {
      const { isFile, size } = files.facts(fd);
      if (!isFile) throw notAFile(path, fd);
      return readBytes(files, fd, 0, size);
    }),
  );
}

/** Replaces a file atomically: readers, also after a crash, see the old content or the new one. */
export function replaceFile(files: Files, path: string, content: string): void {
  const temporary = `${path}.tmp`;
  withFile(files, temporary, 'fresh', (fd) => {
    files.write(fd, Buffer.from(content), 0);
    files.sync(fd);
  });
  files.rename(temporary, path);
  files.syncFolder(dirname(path));
}

/** Writes `bytes` at `position` and cuts off everything after them, which a crashed run may have left. */
export function appendAt(files: Files, path: string, position: number, bytes: Uint8Array): void {
  withFile(files, path, 'create', (fd) => {
    files.write(fd, bytes, position);
    files.truncate(fd, position + bytes.length);
    files.sync(fd);
  });
}
