import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { environment, type Ran } from './make.ts';

/** A program that gets input while it runs. */
export interface Interactive {
  /** Everything that it has printed so far. */
  out: () => string;
  err: () => string;
  /** Waits until the output meets a condition; fails if the process ends first. */
  until: (what: string, isThere: () => boolean) => Promise<void>;
  send: (keys: string) => void;
  kill: (signal: NodeJS.Signals) => void;
  ended: Promise<Ran>;
}

export function startInteractive(program: string, args: string[], cwd: string): Interactive {
  const child = spawn(program, args, { env: environment, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err, isOver] = ['', '', false];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<Ran>((resolve) => {
    child.on('close', (code, signal) => {
      isOver = true;
      resolve({ code, signal, out, err });
    });
  });
  return {
    out: () => out,
    err: () => err,
    async until(what, isThere) {
      while (!isThere()) {
        if (isOver) throw new Error(`it ended before ${what}:\n${out}\n${err}`);
        await sleep(20);
      }
    },
    send: (keys) => void child.stdin.write(keys),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
