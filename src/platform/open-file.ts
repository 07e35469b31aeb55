import {
  constants,
  closeSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  statSync,
  unlinkSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, InputOutputError } from './errors.ts';
import { keepOwnerOfFile } from './keep-owner.ts';

/**
 * How a file is opened. All but `given` are for the program's own files, in a store or a site: a link, a pipe or a device
 * with the name of such a file was put there by somebody else, and is refused (NotOurs).
 *
 * - `read`: an existing file. `peek`: the same, without the check: `readWhole` makes it, as it asks for the size anyway.
 * - `write`: an existing file, to change it in place.
 * - `create`: the same, which is made with mode 0600 unless it exists.
 * - `fresh`: an empty file of mode 0600, in place of what a killed run may have left at this name.
 * - `publish`: the same for a file that others may read, as the umask allows.
 * - `probe`: a new file, to see whose it becomes. All others that are new are the folder's owner's if root makes them.
 * - `given`: a file that somebody named, or a log. It may be a link. The caller has seen that it is a file.
 */
export type OpenHow = 'read' | 'peek' | 'write' | 'create' | 'fresh' | 'publish' | 'probe' | 'given';

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
/** Opening a pipe would wait for its other end. For a file, O_NONBLOCK changes nothing. */
const OWN = O_NOFOLLOW | O_NONBLOCK;

export function openFile(path: string, how: OpenHow): number {
  if (how === 'given') return openSync(path, O_RDONLY | O_NONBLOCK);
  if (how === 'peek') return openOwn(path, O_RDONLY);
  if (how === 'fresh') return forOwner(openFresh(path, 0o600));
  if (how === 'publish') return openFresh(path, 0o666);
  if (how === 'probe') return openSync(path, O_RDWR | O_CREAT | O_EXCL | OWN, 0o600);
  if (how === 'read') return checked(path, openOwn(path, O_RDONLY));
  if (how === 'write') return checkedToWrite(path, openOwn(path, O_RDWR));
  try {
    return forOwner(openNew(path, 0o600));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return checkedToWrite(path, openOwn(path, O_RDWR));
  }
}

/** Opens a file to lock it, and makes it if there is none. */
export function openLockFile(path: string): number {
  try {
    return openNew(path, 0o600);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return checked(path, openOwn(path, O_RDWR));
  }
}

/**
 * Opens a folder, to reach the files in it by `throughFolder` whatever happens to its path meanwhile. `own`: it is one of
 * the program's own, and no link.
 */
export function openFolder(path: string, how: 'own' | 'given'): number {
  try {
    return openSync(path, O_RDONLY | O_DIRECTORY | (how === 'own' ? OWN : O_NONBLOCK));
  } catch (error) {
    const stats = how === 'own' ? lstatSync(path, { throwIfNoEntry: false }) : undefined;
    if (!stats || stats.isDirectory()) throw error;
    throw new NotOurs(path, stats, 'folder');
  }
}

/**
 * A path that leads into an open folder. Node has no openat(2), but Linux has a link for each descriptor. Without /proc
 * it is the folder's own path.
 */
export function throughFolder(fd: number, path: string): string {
  const link = `/proc/self/fd/${fd}`;
  return statSync(link, { throwIfNoEntry: false })?.isDirectory() ? link : path;
}

/** Replaces the paths of `throughFolder` in a message by those that people know. */
export function withKnownPaths(message: string, known: ReadonlyMap<string, string>): string {
  return message.replaceAll(/\/proc\/self\/fd\/\d+/g, (link) => known.get(link) ?? link);
}

/** Something else is where a file or folder of the program's own should be. */
export class NotOurs extends InputOutputError {
  constructor(path: string, stats: Stats, expected: 'regular file' | 'folder' = 'regular file') {
    super(
      `${path} is ${kindOf(stats)}, not a ${expected}: monitor did not make it, and does not open it. ` +
        'Find out who put it there, and move it away',
    );
  }
}

/** The error for a descriptor that is not one of a regular file. */
export function notAFile(path: string, fd: number): NotOurs {
  return new NotOurs(path, fstatSync(fd));
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFile()) return 'a file';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function openOwn(path: string, flags: number): number {
  try {
    return openSync(path, flags | OWN, 0o600);
  } catch (error) {
    // ELOOP: a link. ENXIO: a socket, or a device without a driver. EISDIR: a folder, to be written to.
    const isOdd = ['ELOOP', 'ENXIO', 'EISDIR'].includes(errorCode(error));
    const stats = isOdd ? lstatSync(path, { throwIfNoEntry: false }) : undefined;
    if (!stats || stats.isFile()) throw error;
    throw new NotOurs(path, stats);
  }
}

function checked(path: string, fd: number): number {
  const stats = fstatSync(fd);
  if (stats.isFile()) return fd;
  closeSync(fd);
  throw new NotOurs(path, stats);
}

/**
 * Whoever owns a folder can put a second name of somebody else's file there, unless the kernel forbids it
 * (fs.protected_hardlinks). Files under two names of the folder's owner are usual: `cp -al` makes such backups.
 */
function checkedToWrite(path: string, fd: number): number {
  checked(path, fd);
  const { nlink, uid } = fstatSync(fd);
  if (nlink < 2 || uid === statSync(dirname(path)).uid) return fd;
  closeSync(fd);
  throw new InputOutputError(
    `${path} is another name of a file of another user (user id ${uid}): monitor does not write to it. ` +
      'Find out who put it there, and move it away',
  );
}

function openFresh(path: string, mode: number): number {
  try {
    return openNew(path, mode);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  unlinkSync(path);
  return openNew(path, mode);
}

/** Fails if there is anything at this path. */
function openNew(path: string, mode: number): number {
  return keepOwnerOfFile(openSync(path, O_RDWR | O_CREAT | O_EXCL | OWN, mode), path);
}

/** The umask may have taken the owner's permissions away. */
function forOwner(fd: number): number {
  fchmodSync(fd, 0o600);
  return fd;
}
