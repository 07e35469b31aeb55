import { spawn } from 'node:child_process';

/** Writes every file of a file system to disk. */
export interface Syncer {
  /** False if the system cannot. Only one call at a time. */
  sync(): Promise<boolean>;
  close(): void;
}

/** Answers each line with one line. The folder is the script's `$0`. */
const SCRIPT = 'while read -r line; do sync -f "$0" && echo yes || echo no; done';

/**
 * A small process that syncs the file system of `folder` when asked. Start it while this process is still small: to
 * spawn a program, Node forks, which copies its page tables, and every page faults when it is next written to. It ends
 * when we do, however that happens, because its stdin closes.
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
