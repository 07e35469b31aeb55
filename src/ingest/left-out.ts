import type { LogFile } from '../logs/discover.ts';
import { plural } from '../platform/count-text.ts';
import { errorCode } from '../platform/files.ts';

/** Whether an error means that this user may not read a rotated log. Then the other logs are still read. */
export function isLeftOut({ isRotated }: LogFile, error: unknown): boolean {
  return isRotated === true && errorCode(error) === 'EACCES';
}

/** The message about such a log, of which up to `bytes` are unread; its path comes first. */
export function leftOutText(bytes: number): string {
  return `it cannot be read: permission denied. Up to ${plural(bytes, 'byte')} of it are unread; the other logs were read. Let this user read it`;
}

/** The message about a name that leads to no file. */
export function lostText(reason: string): string {
  return `it is not read: ${reason}. Look where it leads to, or remove it`;
}
