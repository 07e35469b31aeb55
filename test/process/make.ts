import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, test } from 'vitest';

/** The program as installed: bin/monitor.js with the output of `npm run build`. */
export const BIN = fileURLToPath(new URL('../../bin/monitor.js', import.meta.url));

export interface Ran {
  /** null if a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface Started {
  child: ChildProcess;
  /** Resolves when it has ended and its output has been read. */
  ended: Promise<Ran>;
}

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** logrotate and mount are in sbin, which is only in root's PATH. */
const { MONITOR_DATA_DIR: _dir, MONITOR_PRICES: _prices, ...inherited } = process.env;
export const environment = { ...inherited, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, LC_ALL: 'C' };

/** Starts any program and reads its output. */
export function start(program: string, args: readonly string[], cwd?: string): Started {
  const child = spawn(program, args, { env: environment, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const ran: Ran = { code: null, signal: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ ...ran, code, signal });
    });
  });
  return { child, ended };
}

export function startMonitor(...args: string[]): Started {
  return start(process.execPath, [BIN, ...args]);
}

export function runMonitor(...args: string[]): Promise<Ran> {
  return startMonitor(...args).ended;
}

/** The arguments of a `parse` of one log. */
export function parseArgs(log: string, store: string): string[] {
  return ['parse', '--log-path', log, '--output-dir', store];
}

/** A `parse` that must succeed; returns its JSON document. */
export async function parseWell(log: string, store: string, ...more: string[]): Promise<{ rounds: number }> {
  const ran = await runMonitor(...parseArgs(log, store), '--json', ...more);
  if (ran.code !== 0) throw new Error(`parse ended with ${ran.signal ?? `code ${ran.code}`}: ${ran.err}`);
  return JSON.parse(ran.out) as { rounds: number };
}

/** Whether a program is installed and starts. */
export function canRun(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { env: environment, stdio: 'ignore' }).status === 0;
}

/** `test`, or `test.skip` with a reason, which is printed. */
export function testUnless(reason: string | false): typeof test.skip {
  if (reason === false) return test;
  process.stderr.write(`skipped: ${reason}\n`);
  return test.skip;
}

/** Random numbers from 0 up to, not including, 1; the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
