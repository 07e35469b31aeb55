import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { BusyError, InputOutputError } from '../../src/platform/errors.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { makeFolder } from './make.ts';

/** Runs with no program but a `flock` of ours in reach, or with none. */
function withFlock(script: string | undefined, use: () => void): void {
  const folder = makeFolder();
  if (script !== undefined) {
    writeFileSync(join(folder, 'flock'), script);
    chmodSync(join(folder, 'flock'), 0o755);
  }
  const { PATH } = process.env;
  process.env['PATH'] = folder;
  try {
    use();
  } finally {
    process.env['PATH'] = PATH;
  }
}

describe('takeLock', () => {
  test('a second holder is refused at once; a lock given back can be taken', () => {
    const path = join(makeFolder(), '.lock');
    const release = takeLock(path, 'the store');
    expect(() => takeLock(path, 'the store')).toThrow(BusyError);
    expect(() => takeLock(path, 'the store')).toThrow('another run holds the store; try again later');
    release();
    takeLock(path, 'the store')();
    takeLock(path, 'the store')();
  });

  test('two locks do not hinder each other', () => {
    const folder = makeFolder();
    const releases = ['a', 'b'].map((name) => takeLock(join(folder, name), name));
    for (const release of releases) release();
  });

  test('row 27: a killed holder leaves nothing behind', async () => {
    const folder = makeFolder();
    const path = join(folder, '.lock');
    const program = join(folder, 'hold.mjs');
    const contents =
      `import { takeLock } from ${JSON.stringify(join(process.cwd(), 'src/platform/lock.ts'))};\n` +
      `takeLock(${JSON.stringify(path)}, 'x'); process.stdout.write('held'); setInterval(() => {}, 1000);`;
    buildSync({
      stdin: { contents, resolveDir: process.cwd() },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    });
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(() => takeLock(path, 'x')).toThrow(BusyError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    takeLock(path, 'x')();
  });

  test('says what to do where there is no flock, or no locks', () => {
    const path = join(makeFolder(), '.lock');
    withFlock(undefined, () => {
      expect(() => takeLock(path, 'x')).toThrow(InputOutputError);
      expect(() => takeLock(path, 'x')).toThrow(
        /^cannot lock .*\.lock: .*flock did not start.*it is missing\. Install util-linux$/,
      );
    });
    withFlock('#!/bin/sh\nexit 71\n', () => {
      expect(() => takeLock(path, 'x')).toThrow(InputOutputError);
      expect(() => takeLock(path, 'x')).toThrow(
        /flock exited with code 71\. Put the store on a file system that supports locks$/,
      );
    });
    withFlock('#!/bin/sh\nexit 1\n', () => expect(() => takeLock(path, 'x')).toThrow(BusyError));
  });
});
