import { spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { BusyError, errorCode, InputOutputError } from './errors.ts';
import { openLockFile } from './open-file.ts';
import { remedyText } from './system-errors.ts';

/**
 * Locks the file `path`, or throws BusyError at once; InputOutputError if it cannot be locked. `holder` names what the
 * lock protects, for the message. Returns a function that releases the lock.
 *
 * Node has no flock(2), so flock(1) locks the open file description that it inherits from us. The kernel releases the
 * lock with the last descriptor of that description, so a killed run leaves no lock behind.
 */
export function takeLock(path: string, holder: string): () => void {
  const fd = openLockFile(path);
  const { status, error } = spawnSync('flock', ['-n', '-x', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  if (status === 0) return () => closeSync(fd);
  closeSync(fd);
  if (error) {
    const why = errorCode(error) === 'ENOENT' ? howToGetFlock() : remedyText(error);
    throw new InputOutputError(`cannot lock ${path}: the program flock did not start: ${why}`, {
      cause: error,
    });
  }
  if (status === 1) throw new BusyError(`another run holds ${holder}; try again later`);
  throw new InputOutputError(
    `cannot lock ${path}: flock exited with code ${status}. Put the store on a file system that supports locks`,
  );
}

function howToGetFlock(): string {
  if (process.platform === 'win32') return 'Windows has none. Run this on Linux, or in WSL';
  if (process.platform === 'linux') return 'it is missing. Install util-linux';
  return 'it is missing. Install it (brew install flock), or run this on Linux';
}

/** Whether the program that `takeLock` needs is installed. */
export function hasFlock(): boolean {
  return spawnSync('flock', ['--version'], { stdio: 'ignore' }).status === 0;
}
