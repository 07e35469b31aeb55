import { closeSync, constants, fchownSync, fstatSync, openSync, statSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, InputOutputError } from './errors.ts';

/**
 * Run by root, the program gives what it creates to the owner of the folder that it creates it in. One `sudo monitor parse`
 * would otherwise leave files in a user's store that the user's cron can never open again.
 *
 * Call it right after the file of this descriptor was created at `path`, exclusively: to give away a file that was there
 * before would give away whatever somebody linked to.
 */
function keepOwner(fd: number, path: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  // A file server may have made it somebody else's.
  if (uid === 0 || fstatSync(fd).uid !== 0) return;
  fchownSync(fd, uid, gid);
}

/** The same for a new file, which is removed again if root may not give it away. */
export function keepOwnerOfFile(fd: number, path: string): number {
  try {
    keepOwner(fd, path);
    return fd;
  } catch (error) {
    closeSync(fd);
    unlinkSync(path);
    const { uid } = statSync(dirname(path));
    throw new InputOutputError(
      `cannot give ${path} to user ${uid}, who owns its folder (${errorCode(error)}). ` +
        `Run the command as that user: sudo -u '#${uid}' monitor …`,
      { cause: error },
    );
  }
}

/** The same for new folders: from `first`, the outermost, to `last`; undefined: none is new. */
export function keepOwnerOfFolders(first: string | undefined, last: string): void {
  if (first === undefined || process.geteuid?.() !== 0) return;
  if (last !== first && dirname(last) !== last) keepOwnerOfFolders(first, dirname(last));
  const fd = openSync(last, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    keepOwner(fd, last);
  } finally {
    closeSync(fd);
  }
}
