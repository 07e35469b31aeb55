import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
  chmodSync,
  type Stats,
} from 'node:fs';
import { openSyncer, type Syncer } from './syncer.ts';
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';

/** What the operating system says of a file; times in milliseconds since 1970 UTC. */
export interface FileFacts {
  dev: number;
  ino: number;
  size: number;
  mtime: number;
  ctime: number;
  isFile: boolean;
}

/**
 * Every file operation of reading logs and keeping the store goes through this port, so that a test can fail
 * or kill a run at each of them. Errors are Node's own (`code` is ENOENT, ENOSPC …).
 */
export interface Files {
  /**
   * `read` an existing file, `write` one in place, or `create` it with mode 0600 unless it exists; `publish` makes
   * an empty one that others may read, as the umask allows.
   */
  open(path: string, how: 'read' | 'write' | 'create' | 'publish'): number;
  close(fd: number): void;
  /** Fills `target` from `position` as far as the file goes; returns the number of bytes. */
  read(fd: number, target: Uint8Array, position: number): number;
  /** Writes all bytes at `position`. */
  write(fd: number, bytes: Uint8Array, position: number): void;
  truncate(fd: number, length: number): void;
  sync(fd: number): void;
  facts(fd: number): FileFacts;
  /** undefined where there is no such file. */
  stat(path: string): FileFacts | undefined;
  /** The path without links; undefined where there is no such file. */
  real(path: string): string | undefined;
  /** Names in a folder; undefined where there is no such folder. */
  list(folder: string): string[] | undefined;
  /** Makes a folder, and those above it, and sets its mode to 0700. */
  makeFolder(path: string): void;
  /** Makes a folder, and those above it, that others may look into, as the umask allows. */
  makePublicFolder(path: string): void;
  rename(from: string, to: string): void;
  /** Removes a file; one that is not there is no error. */
  remove(path: string): void;
  syncFolder(path: string): void;
  /** Writes every file of the file system that holds `folder` to disk; false where the system cannot. */
  syncAll(folder: string): boolean;
  /** Starts what can do the same later, and meanwhile. */
  openSyncer(folder: string): Syncer;
}

const FLAGS = { read: 'r', write: 'r+', publish: 'w' } as const;
const ABSENT = new Set(['ENOENT', 'ENOTDIR']);

export const nodeFiles: Files = {
  open(path, how) {
    if (how !== 'create') return openSync(path, FLAGS[how]);
    try {
      const fd = openSync(path, 'wx+', 0o600);
      fchmodSync(fd, 0o600);
      return fd;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      return openSync(path, 'r+');
    }
  },
  close: closeSync,
  read(fd, target, position) {
    let done = 0;
    while (done < target.length) {
      const n = readSync(fd, target, done, target.length - done, position + done);
      if (n === 0) break;
      done += n;
    }
    return done;
  },
  write(fd, bytes, position) {
    let done = 0;
    while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  },
  truncate: ftruncateSync,
  sync: fsyncSync,
  facts: (fd) => toFacts(fstatSync(fd)),
  stat(path) {
    const stats = absentAsUndefined(() => statSync(path));
    return stats && toFacts(stats);
  },
  real: (path) => absentAsUndefined(() => realpathSync.native(path)),
  list: (folder) => absentAsUndefined(() => readdirSync(folder)),
  makeFolder(path) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  },
  makePublicFolder(path) {
    mkdirSync(path, { recursive: true });
  },
  rename: renameSync,
  remove(path) {
    absentAsUndefined(() => unlinkSync(path));
  },
  syncFolder(path) {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  syncAll: (folder) => spawnSync('sync', ['-f', folder], { stdio: 'ignore' }).status === 0,
  openSyncer,
};

function toFacts(stats: Stats): FileFacts {
  return {
    dev: stats.dev,
    ino: stats.ino,
    size: stats.size,
    mtime: stats.mtimeMs,
    ctime: stats.ctimeMs,
    isFile: stats.isFile(),
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

/** Node's error code (`ENOSPC`, `EACCES` …), or `''`. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * Memory to read large files into. The C library begins a large piece 16 bytes behind a page's start, and into such a
 * place some processors (AMD Zen) copy from the page cache four times slower than into an aligned one.
 */
export function allocateForReading(length: number): Buffer {
  return Buffer.allocUnsafeSlow(length + CACHE_LINE).subarray(
    CACHE_LINE - MALLOC_HEAD,
    length + CACHE_LINE - MALLOC_HEAD,
  );
}

const CACHE_LINE = 64;
const MALLOC_HEAD = 16;

/** Reads `length` bytes at `position`; fewer where the file ends before. */
export function readBytes(files: Files, fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, length));
  return bytes.subarray(0, files.read(fd, bytes, position));
}

/** Opens a file, hands it to `use`, and closes it whatever happens. */
export function withFile<T>(
  files: Files,
  path: string,
  how: 'read' | 'write' | 'create' | 'publish',
  use: (fd: number) => T,
): T {
  const fd = files.open(path, how);
  try {
    return use(fd);
  } catch (error) {
    throw withPath(error, path);
  } finally {
    files.close(fd);
  }
}

/** Node names the file that it can't open, but not the one that it can't read or write. */
function withPath(error: unknown, path: string): unknown {
  if (errorCode(error) !== '' && error instanceof Error && !('path' in error))
    Object.assign(error, { path, message: `${error.message} '${path}'` });
  return error;
}

/** The whole of a small file; undefined where there is none. */
export function readWhole(files: Files, path: string): Buffer | undefined {
  return absentAsUndefined(() =>
    withFile(files, path, 'read', (fd) => readBytes(files, fd, 0, files.facts(fd).size)),
  );
}

/** Replaces a file so that a reader, and a crash, sees the old content or the new one and nothing else. */
export function replaceFile(files: Files, path: string, content: string): void {
  const temporary = `${path}.tmp`;
  withFile(files, temporary, 'create', (fd) => {
    const bytes = Buffer.from(content);
    files.write(fd, bytes, 0);
    files.truncate(fd, bytes.length);
    files.sync(fd);
  });
  files.rename(temporary, path);
  files.syncFolder(dirname(path));
}

/** Writes `bytes` at `position` and cuts off what lay behind: a crashed run's leftovers. */
export function appendAt(files: Files, path: string, position: number, bytes: Uint8Array): void {
  withFile(files, path, 'create', (fd) => {
    files.write(fd, bytes, position);
    files.truncate(fd, position + bytes.length);
    files.sync(fd);
  });
}
