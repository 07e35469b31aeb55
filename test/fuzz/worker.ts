import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CaseRunner, type Failure, type Target } from './case.ts';

/** What to do, as scripts/fuzz.mjs asks for it. */
export interface Work {
  seed: number;
  first: number;
  /** How many cases; and the time after which no other begins, in milliseconds since 1970. */
  cases: number;
  until: number;
  /** Only these steps. */
  steps?: number[];
  folder: string;
}

/** What a worker says: which case begins (also when it is repeated), what failed, and when all is done. */
export type Said =
  | { kind: 'begin'; number: number; folder: string }
  | { kind: 'failed'; number: number; failure: Failure }
  | { kind: 'done'; cases: number };

/** Runs cases until one fails. Another process watches, since a case that hangs cannot be ended from within. */
export async function work(target: Target, asked: Work): Promise<void> {
  const { seed, first, cases, until, steps, folder } = asked;
  let number = first;
  let current = '';
  const say = (said: Said): void => void process.send?.(said);
  const begin = (): string => {
    current = mkdtempSync(join(folder, `case-${number}-`));
    say({ kind: 'begin', number, folder: current });
    return current;
  };
  process.on('uncaughtException', (error) => {
    const message = `an exception in a callback: ${error.stack ?? error.message}`;
    say({ kind: 'failed', number, failure: { message, steps: [], notes: [], folder: current } });
    process.disconnect();
    process.exitCode = 1;
  });
  const prepared = join(folder, 'prepared');
  mkdirSync(prepared);
  await target.prepare(prepared);
  const remove = (path: string): void => rmSync(path, { recursive: true, force: true });
  const runner = new CaseRunner(target, prepared, { make: begin, remove });
  for (; number < first + cases && Date.now() < until; number++) {
    const failure = await runner.run(seed, number, steps);
    // Lets callbacks that are due throw while the case is known.
    await new Promise((resolve) => void setImmediate(resolve));
    if (!failure) continue;
    const shrunk = steps ? failure : await runner.shrink(seed, number, failure);
    say({ kind: 'failed', number, failure: shrunk });
    process.disconnect();
    return;
  }
  say({ kind: 'done', cases: number - first });
  process.disconnect();
}
