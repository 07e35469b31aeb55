import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  hasProgram,
  MissingProgram,
  RefusedInput,
  StoppedProgram,
  throughProgram,
} from '../../src/platform/filter-program.ts';
import { makeFolder } from './make.ts';

async function all(program: string, args: string[], input: Iterable<Buffer> = []): Promise<string> {
  const parts: Buffer[] = [];
  for await (const bytes of throughProgram(program, args, input)) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts).toString();
}

/** Whether a process is there, a dead one that nobody has asked after included. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 500 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  return !isAlive(pid);
}

const endless = function* (): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536);
};

test('gives what a program makes of its input, whatever its size', async () => {
  expect(await all('cat', [], [Buffer.from('a'), Buffer.from('b\n')])).toBe('ab\n');
  expect(await all('cat', [])).toBe('');
  const long = await all(
    'cat',
    [],
    Array.from({ length: 40 }, () => Buffer.alloc(100_000, 'x')),
  );
  expect(long).toBe('x'.repeat(4_000_000));
});

test('arguments are nobody’s shell', async () => {
  expect(await all('printf', ['%s', '$(echo no); `echo no`'])).toBe('$(echo no); `echo no`');
});

test('xz is told how much memory it may take, and all speak English', async () => {
  const said = await all('sh', ['-c', 'echo "$XZ_DEFAULTS $XZ_OPT $LC_ALL"']);
  expect(said).toBe('--memlimit-decompress=256MiB  C\n');
});

test('a program that ends before its input does is no error by itself', async () => {
  expect(
    await all(
      'head',
      ['-c', '3'],
      [Buffer.from('abcdef'), ...Array.from({ length: 50 }, () => Buffer.alloc(100_000))],
    ),
  ).toBe('abc');
});

test('a program that refuses its input is an error with its own words, or how it ended', async () => {
  const refusal = (script: string): Promise<unknown> =>
    all('sh', ['-c', script]).then(
      (text) => text,
      (error: unknown) => [error instanceof RefusedInput, String((error as Error).message)],
    );
  expect(await refusal('echo out; echo "not mine" >&2; echo more >&2; exit 1')).toEqual([true, 'not mine']);
  expect(await refusal('exit 3')).toEqual([true, 'it exited with code 3']);
  expect(await refusal('yes | head -c 10000000 >&2; exit 1')).toEqual([true, 'y']);
  expect(await refusal('echo words >&2')).toBe('');
});

test('a program that a signal ends has not refused its input', async () => {
  const stopped = all('sh', ['-c', 'echo some; kill -9 $$']);
  await expect(stopped).rejects.toBeInstanceOf(StoppedProgram);
  await expect(stopped).rejects.toThrow('the program sh was stopped by SIGKILL');
});

test('a program that is not there, or may not be run, is missing', async () => {
  const file = join(makeFolder(), 'program');
  writeFileSync(file, '#!/bin/sh\necho no\n', { mode: 0o644 });
  for (const program of ['no-such-program-here', file, join(file, 'x')]) {
    await expect(all(program, [], [Buffer.from('x')])).rejects.toBeInstanceOf(MissingProgram);
    expect(hasProgram(program)).toBe(false);
  }
  await expect(all('no-such-program-here', [])).rejects.toMatchObject({ program: 'no-such-program-here' });
  expect(hasProgram('cat')).toBe(true);
});

test('what reading the input throws is thrown', async () => {
  const input = function* (): Generator<Buffer> {
    yield Buffer.from('x');
    throw new Error('the disk is gone');
  };
  await expect(all('cat', [], input())).rejects.toThrow('the disk is gone');
});

test.each([
  ['left in the middle of its output', 'echo $$; exec cat'],
  ['one that ignores its pipes', 'trap "" PIPE TERM INT; echo $$; while :; do sleep 0.05; done'],
])('the program is gone when nobody reads on: %s', async (_, script) => {
  let pid = 0;
  for await (const bytes of throughProgram('sh', ['-c', script], endless())) {
    pid = Number.parseInt(bytes.toString(), 10);
    break;
  }
  expect(pid).toBeGreaterThan(0);
  expect(await gone(pid)).toBe(true);
});
