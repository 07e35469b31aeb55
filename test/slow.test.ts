import fastGlob from 'fast-glob';
import { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { SLOW } from './slow.ts';

describe('a fast test, such as this one', () => {
  test.each(Object.entries({ exec, execFile, execFileSync, execSync, fork, spawn, spawnSync }))(
    'cannot start a process by %s',
    (name, start) => {
      expect(() => start('true')).toThrow(
        `A fast test must not start a process (${name}). List its file in test/slow.ts.`,
      );
    },
  );

  test('cannot start a browser', async () => {
    await expect(chromium.launch({ executablePath: process.execPath })).rejects.toThrow(
      'A fast test must not start a process (spawn)',
    );
  });
});

/** `a/{b,c}` as `a/b` and `a/c`; so `a/!(b|c)` too, since the files that it leaves out must exist as well. */
function expand(glob: string): string[] {
  const [part, list, exceptions] = /\{([^}]+)\}|!\(([^)]+)\)/.exec(glob) ?? [];
  const names = list?.split(',') ?? exceptions?.split('|');
  if (part === undefined || !names) return [glob];
  return names.flatMap((name) => expand(glob.replace(part, name)));
}

test.each(SLOW.flatMap(expand))('the list of slow tests names files that exist: %s', (glob) => {
  expect(fastGlob.sync(glob)).not.toEqual([]);
});
