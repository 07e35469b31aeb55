import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Readable, pipeline } from 'node:stream';
import { errorCode } from './files.ts';

/** The program is not installed, or this user may not run it. */
export class MissingProgram extends Error {
  readonly program: string;

  constructor(program: string, cause: Error) {
    super(`the program ${program} is missing`, { cause });
    this.program = program;
  }
}

/** The program rejected its input. The message is the first line that it printed, or its exit code. */
export class RefusedInput extends Error {}

/** A signal ended the program (Ctrl-C, out of memory), which says nothing about its input. */
export class StoppedProgram extends Error {}

/** How many characters of a program's messages are kept. */
const MOST_WORDS = 2000;
/** A memory limit for xz, set here because BusyBox's xz has no such option. xz refuses larger dictionaries. */
const ENVIRONMENT = { LC_ALL: 'C', XZ_DEFAULTS: '--memlimit-decompress=256MiB', XZ_OPT: '' };

/**
 * Passes `input` through a program's stdin and yields its stdout. No shell is involved, and no file name. The program
 * is gone when this ends, however it ends; if we are killed, its pipes close and it exits. Throws MissingProgram,
 * RefusedInput, StoppedProgram, and whatever reading the input throws.
 */
export async function* throughProgram(
  program: string,
  args: readonly string[],
  input: Iterable<Buffer>,
): AsyncGenerator<Buffer> {
  const child = startProgram(program, args);
  let words = '';
  child.stderr.on('data', (bytes: Buffer) => {
    if (words.length < MOST_WORDS) words += bytes.toString();
  });
  const ended = new Promise<{ error?: Error; code: number | null; signal: string | null }>((resolve) => {
    child.on('error', (error) => resolve({ error, code: null, signal: null }));
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  let inputError: unknown;
  const iterator = input[Symbol.iterator]();
  // Only what the input itself throws is an input error: a broken pipe is thrown in at the yield.
  const watched = function* (): Generator<Buffer> {
    for (;;) {
      let next: IteratorResult<Buffer>;
      try {
        next = iterator.next();
      } catch (error) {
        inputError = error;
        throw error;
      }
      if (next.done) return;
      yield next.value;
    }
  };
  // If the program stops reading, its exit says why.
  pipeline(Readable.from(watched()), child.stdin, () => {});
  try {
    try {
      for await (const bytes of child.stdout as AsyncIterable<Buffer>) yield bytes;
    } catch (error) {
      // If the program did not start, the error in `ended` says why.
      if (!(await ended).error) throw error;
    }
    const { error, code, signal } = await ended;
    if (inputError !== undefined) throw inputError;
    if (error) throw cannotStart(program, error);
    if (signal !== null) throw new StoppedProgram(`the program ${program} was stopped by ${signal}`);
    if (code === 0 && !words.includes('trailing garbage')) return;
    const [line = ''] = words.trim().split('\n');
    throw new RefusedInput(line === '' ? `it exited with code ${code}` : line);
  } finally {
    child.kill('SIGKILL');
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function startProgram(program: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  try {
    return spawn(program, args, { stdio: 'pipe', env: { ...process.env, ...ENVIRONMENT } });
  } catch (error) {
    // Node throws some errors and emits others.
    throw error instanceof Error ? cannotStart(program, error) : error;
  }
}

function cannotStart(program: string, error: Error): Error {
  if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes(errorCode(error))) return error;
  return new MissingProgram(program, error);
}

/** Whether a program starts. */
export function hasProgram(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
