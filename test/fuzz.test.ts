import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SEED } from './seed.ts';

const TARGETS = readdirSync('test/fuzz/targets').map((file) => basename(file, '.ts'));

interface Fuzzed {
  code: number | null;
  out: string;
  /** As it is printed: the number of the case, its message, its files, and the options that repeat it. */
  found: { number: number; message: string; folder: string; repeat: string[] } | undefined;
}

function fuzz(...args: string[]): Fuzzed {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/fuzz.mjs', ...args], {
    encoding: 'utf8',
  });
  const [, number, message = ''] = /, case (\d+): (.*)/.exec(stdout) ?? [];
  const folder = /^Its files: (.*)$/m.exec(stdout)?.[1] ?? '';
  const repeat = /^Repeat it: npm run fuzz -- (.*)$/m.exec(stdout)?.[1] ?? '';
  if (number === undefined) return { code: status, out: stdout + stderr, found: undefined };
  const found = { number: Number(number), message, folder, repeat: repeat.split(' ') };
  return { code: status, out: stdout + stderr, found };
}

const remove = (folder: string): void => rmSync(dirname(dirname(folder)), { recursive: true });

test.each(TARGETS)('the program holds on random %s', (name) => {
  const { code, out } = fuzz('--only', name, '--cases', '20', '--seed', String(SEED));
  expect(out).toMatch(new RegExp(`^${name}: 20 cases in \\d+ s, no finding\\n$`));
  expect(code).toBe(0);
});

describe('a bug that is planted', () => {
  const planted = (name: string): string => `test/fuzz/planted/${name}.ts`;

  test('is found, with the two steps that it takes, and found again by the command printed', () => {
    const { code, out, found } = fuzz('--only', planted('finding'), '--cases', '200');
    expect(code).toBe(1);
    expect(found?.message).toBe('large and small');
    const numbers = readFileSync(join(found?.folder ?? '', 'numbers'), 'utf8')
      .split('\n')
      .map(Number);
    expect(numbers.map((n) => (n > 90 ? 'large' : n < 10 ? 'small' : 'other')).toSorted()).toEqual([
      'large',
      'small',
    ]);
    expect(out).toContain(`numbers: ${numbers.join(' ')}\n`);
    const again = fuzz(...(found?.repeat ?? []));
    expect([again.code, again.found?.message]).toEqual([1, 'large and small']);
    expect(again.out).toContain(`numbers: ${numbers.join(' ')}\n`);
    for (const one of [found, again.found]) remove(one?.folder ?? '');
  });

  test.each([
    ['exception', 'an exception in a callback: Error: large'],
    ['hang', 'it takes longer than 2 s'],
    ['outside', 'a folder outside changed: "file"'],
  ])('is found: %s', (name, message) => {
    const first = fuzz('--only', planted(name), '--cases', '200', '--deadline', '2');
    const again = fuzz(...(first.found?.repeat ?? []), '--deadline', '2');
    for (const { code, found } of [first, again]) {
      expect([code, found?.number, found?.message]).toEqual([1, first.found?.number, message]);
      remove(found?.folder ?? '');
    }
  });
});

test('a target that does not exist, or a number that is none, is refused', () => {
  expect(fuzz('--only', 'nothing')).toMatchObject({
    code: 2,
    out: expect.stringMatching(/^no target nothing\n/),
  });
  expect(fuzz('--cases', 'many')).toMatchObject({
    code: 2,
    out: expect.stringMatching(/^--cases takes a number\n/),
  });
});
