import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { BusyError, InputOutputError } from './errors.ts';

/**
 * Takes the lock file, or throws BusyError at once. The kernel drops the lock with the last descriptor of it,
 * so a killed run leaves nothing behind: flock(1) locks the open file description that it inherits from us.
 * Returns the function that gives the lock back.
 */
export function takeLock(path: string, holder: string): () => void {
  const fd = openSync(path, 'a', 0o600);
  const { status, error } = spawnSync('flock', ['-n', '-x', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  if (status === 0) return () => closeSync(fd);
  closeSync(fd);
  if (error) {
    throw new InputOutputError(
      `cannot lock ${path}: the program flock did not start (${error.message}); install util-linux`,
      { cause: error },
    );
  }
  if (status === 1) throw new BusyError(`another run holds ${holder}; try again later`);
  throw new InputOutputError(
    `cannot lock ${path}: flock ended with ${status}. Put the store on a file system that has locks`,
  );
}

/** Whether the program that `takeLock` needs is there. */
export function hasFlock(): boolean {
  return spawnSync('flock', ['--version'], { stdio: 'ignore' }).status === 0;
}
