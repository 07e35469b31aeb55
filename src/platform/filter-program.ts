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

/** The program refused its input; the message is its own first line, or how it ended. */
export class RefusedInput extends Error {}

/** A signal ended the program (Ctrl-C, a lack of memory): that says nothing of its input. */
export class StoppedProgram extends Error {}

/** So much of what a program says of its input is kept. */
const MOST_WORDS = 2000;
/** xz takes it from here, so that the same arguments suit the small xz of BusyBox. Larger dictionaries are refused. */
const ENVIRONMENT = { LC_ALL: 'C', XZ_DEFAULTS: '--memlimit-decompress=256MiB', XZ_OPT: '' };

/**
 * What a program makes of `input`, read from its standard input: it gets no shell, and no name of a file. It is gone when
 * this ends, however it ends; where we are killed, its pipes close and it ends itself. Throws MissingProgram, RefusedInput,
 * StoppedProgram, and what reading the input throws.
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
  // An error is the input's own only where the input throws it: a pipe that breaks is thrown in at the yield.
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
  // That it reads no further is no error of ours: how it ended says why.
  pipeline(Readable.from(watched()), child.stdin, () => {});
  try {
    try {
      for await (const bytes of child.stdout as AsyncIterable<Buffer>) yield bytes;
    } catch (error) {
      // A program that did not start has no output to read; `ended` says so better.
      if (!(await ended).error) throw error;
    }
    const { error, code, signal } = await ended;
    if (inputError !== undefined) throw inputError;
    if (error) throw cannotStart(program, error);
    if (signal !== null) throw new StoppedProgram(`the program ${program} was stopped by ${signal}`);
    if (code === 0 && !words.includes('trailing garbage')) return;
    const [line = ''] = words.trim().split('\n');
    throw new RefusedInput(line === '' ? `it ended with ${code}` : line);
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
    // Node throws some errors, and tells of others by an event.
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
