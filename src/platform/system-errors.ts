import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './errors.ts';

/** What an error of the operating system means, and what to do about it. */
interface Trouble {
  what: string;
  advice: string | ((path: string | undefined) => string);
}

const PERMISSION: Trouble = { what: 'permission denied', advice: permissionAdvice };
const SPACE = 'Free some space there, then run the command again';
const RETRY = 'Run the command again; if it happens again, check the disk and the system log';
const MOUNT = 'Check that the disk or the network share is there, then run the command again';

const TROUBLES: Readonly<Record<string, Trouble>> = {
  EACCES: PERMISSION,
  EPERM: { what: 'operation not permitted', advice: permissionAdvice },
  ENOSPC: { what: 'no space left on device', advice: SPACE },
  EDQUOT: { what: 'the disk quota is used up', advice: SPACE },
  EFBIG: {
    what: 'the file is larger than is allowed',
    advice: 'Raise the limit (ulimit -f), or use a file system that allows larger files',
  },
  EROFS: {
    what: 'the file system is read-only',
    advice: 'Mount it so that it can be written to, or name another folder',
  },
  ENOENT: { what: 'no such file or folder', advice: 'Check the path' },
  EEXIST: { what: 'something of this name exists', advice: 'Move it away, or name another path' },
  EISDIR: { what: 'it is a folder', advice: 'Name a file, or move the folder away' },
  ENOTDIR: {
    what: 'a part of the path is not a folder',
    advice: 'Name another path, or move away what is in the place of the folder',
  },
  ENOTEMPTY: { what: 'the folder is not empty', advice: 'Move away what is in it' },
  ENAMETOOLONG: { what: 'the name is too long', advice: 'Name a shorter path' },
  ELOOP: {
    what: 'its symbolic links lead in a circle, or are not followed here',
    advice: 'Name the file that is meant, or move the link away',
  },
  ENXIO: { what: 'it is not a regular file', advice: 'Name a regular file, or move it away' },
  EMFILE: {
    what: 'too many files are open in this process',
    advice: 'Raise the limit (ulimit -n), then run the command again',
  },
  ENFILE: { what: 'too many files are open in the system', advice: RETRY },
  ENOMEM: { what: 'not enough memory', advice: 'Free some memory, then run the command again' },
  EAGAIN: { what: 'the system is short of resources', advice: RETRY },
  EBUSY: { what: 'it is in use', advice: RETRY },
  ETXTBSY: { what: 'it is in use', advice: RETRY },
  EIO: { what: 'i/o error', advice: RETRY },
  ESTALE: { what: 'the network share was changed', advice: MOUNT },
  ENODEV: { what: 'no such device', advice: MOUNT },
  ENOTCONN: { what: 'the network share is not connected', advice: MOUNT },
  ETIMEDOUT: { what: 'the network share does not answer', advice: MOUNT },
  EXDEV: {
    what: 'the two paths are on different file systems',
    advice: 'Put them on one file system',
  },
};

/** What Node calls the operations, and what people call them. */
const VERBS: Readonly<Record<string, string>> = {
  open: 'open',
  read: 'read',
  write: 'write',
  ftruncate: 'write',
  fsync: 'write',
  rename: 'rename',
  unlink: 'remove',
  mkdir: 'make the folder',
  scandir: 'list the folder',
  realpath: 'find',
  chmod: 'set the permissions of',
  fchmod: 'set the permissions of',
};

/** What an error of the operating system means; its own message if the table does not have it. */
export function troubleText(error: Error): string {
  const code = errorCode(error);
  const trouble = TROUBLES[code];
  return trouble ? `${trouble.what} (${code})` : error.message;
}

/**
 * The message for an error of the operating system: what could not be done, where, why, and what to do. It has no full
 * stop at its end.
 */
export function systemErrorText(error: Error): string {
  const { path, dest, syscall = '' } = error as { path?: string; dest?: string; syscall?: string };
  if (path === undefined || !TROUBLES[errorCode(error)]) return remedyText(error);
  const what = syscall.startsWith('spawn') ? 'start' : (VERBS[syscall] ?? 'look at');
  const where = dest === undefined ? path : `${path} to ${dest}`;
  return `cannot ${what} ${where}: ${remedyText(error)}`;
}

/** The second half of it: why, and what to do. For messages that say themselves what could not be done. */
export function remedyText(error: Error): string {
  const { advice } = TROUBLES[errorCode(error)] ?? { advice: RETRY };
  const { path } = error as { path?: string };
  return `${troubleText(error)}. ${typeof advice === 'string' ? advice : advice(path)}`;
}

/** Who may use a path, and the command that changes it. */
function permissionAdvice(path: string | undefined): string {
  if (path === undefined) return 'Run the command as a user who may do this';
  const me = process.geteuid?.() ?? 0;
  const found = nearest(path);
  if (!found || found.uid === me) return `Give ${nameOf(me)} permission to use ${found?.path ?? path}`;
  const whose = `${found.path} belongs to ${nameOf(found.uid)}, and this is ${nameOf(me)}`;
  const parent = dirname(found.path);
  if (lookAt(parent)?.uid !== me)
    return `${whose}: run the command as that user, or give this one permission`;
  // One run by root leaves such files in the folder of another user.
  const all = shellWord(found.isFolder ? found.path : parent);
  return `${whose}: give it back with: sudo chown -R ${me}:${process.getegid?.() ?? 0} ${all}`;
}

/** The path, or the innermost of its folders that can be looked at. */
function nearest(path: string): ReturnType<typeof lookAt> {
  return lookAt(path) ?? (dirname(path) === path ? undefined : nearest(dirname(path)));
}

function lookAt(path: string): { path: string; uid: number; isFolder: boolean } | undefined {
  try {
    const stats = lstatSync(path);
    return { path, uid: stats.uid, isFolder: stats.isDirectory() };
  } catch {
    return undefined;
  }
}

function nameOf(uid: number): string {
  return uid === 0 ? 'root' : `user ${uid}`;
}

/** A word of a command for a shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
