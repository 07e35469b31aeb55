import { spawn } from 'node:child_process';

/** Writes every file of a file system to disk. */
export interface Syncer {
  /** False where the system cannot. One at a time. */
  sync(): Promise<boolean>;
  close(): void;
}

/** A line in, a line out. The folder is the script's `$0`. */
const SCRIPT = 'while read -r line; do sync -f "$0" && echo yes || echo no; done';

/**
 * A small process that syncs the file system of `folder` whenever it is asked to. It is to be started while this one is
 * small too: to start a program, Node copies its own memory's map, and each page is looked at again when it is next
 * written to. It ends when we do, whatever happens to us: nobody writes to it any more.
 */
export function openSyncer(folder: string): Syncer {
  const child = spawn('sh', ['-c', SCRIPT, folder], { stdio: ['pipe', 'pipe', 'ignore'] });
  let answer: ((isSynced: boolean) => void) | undefined;
  let hasEnded = false;
  const say = (isSynced: boolean): void => {
    answer?.(isSynced);
    answer = undefined;
  };
  const end = (): void => {
    hasEnded = true;
    say(false);
  };
  child.on('error', end).on('exit', end);
  child.stdin.on('error', end);
  child.stdout.on('data', (line: Buffer) => say(line.toString() === 'yes\n'));
  return {
    sync: () =>
      new Promise((resolve) => {
        if (hasEnded) resolve(false);
        else {
          answer = resolve;
          child.stdin.write('\n');
        }
      }),
    close: () => {
      child.stdin.end();
      child.stdout.destroy();
      child.unref();
    },
  };
}
