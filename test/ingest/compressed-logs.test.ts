// Logs that others than gzip compressed. They need zstd, xz and bzip2, as .ci/run installs them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { aiLine, makeFolder, run, storedRequests } from './make.ts';
import { codesOf, look, type Place } from '../doctor/make.ts';

const FORMS = [
  ['zst', 'zstd', ['-qc']],
  ['zst', 'zstd', ['-qc', '-19', '--long=27']],
  ['xz', 'xz', ['-c']],
  ['lzma', 'xz', ['-c', '--format=lzma']],
  ['bz2', 'bzip2', ['-c']],
] as const;

const compress = (program: string, args: readonly string[], bytes: string | Buffer): Buffer =>
  execFileSync(program, args, { input: bytes, maxBuffer: 1 << 28 });
const zstd = (text: string | Buffer): Buffer => compress('zstd', ['-qc'], text);

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => aiLine('a', from + i)).join('');
const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `a-${from + i}`).toSorted();

const withCommas = (count: number): string => count.toLocaleString('en');

/** Later than any file is young. */
const later = { now: () => Date.now() + 60_000 };

function makePlace(name = 'access.log'): Place {
  const folder = makeFolder();
  mkdirSync(join(folder, 'logs'));
  return { folder, log: join(folder, 'logs', name), dir: join(folder, 'store') };
}

describe.each(FORMS)('.%s by %s %j', (suffix, program, args) => {
  test('is read before the log, once, under whatever name it is met', async () => {
    const { log, dir } = makePlace();
    writeFileSync(`${log}.2.${suffix}`, compress(program, args, lines(0, 30)));
    writeFileSync(`${log}.1.${suffix}`, compress(program, args, lines(30, 60)));
    writeFileSync(log, lines(60, 70));
    const first = await run(dir, log);
    expect(first).toMatchObject({ rounds: 70, rejectedLines: 0, warnings: [], gaps: [] });
    expect(first.logs.map(({ path, to }) => [path, to])).toEqual([
      [`${log}.2.${suffix}`, lines(0, 30).length],
      [`${log}.1.${suffix}`, lines(30, 60).length],
      [log, lines(60, 70).length],
    ]);
    renameSync(`${log}.2.${suffix}`, `${log}.3.${suffix}`);
    renameSync(`${log}.1.${suffix}`, `${log}.2.${suffix}`);
    writeFileSync(`${log}.1.${suffix}`, compress(program, args, readFileSync(log)));
    writeFileSync(log, lines(70, 71));
    expect(await run(dir, log)).toMatchObject({ rounds: 1, bytes: lines(70, 71).length });
    expect(storedRequests(dir)).toEqual(ids(0, 71));
  });

  test('one that is cut is said once, and read when it is whole', async () => {
    const { log, dir } = makePlace();
    const whole = compress(program, args, lines(0, 30));
    writeFileSync(`${log}.1.${suffix}`, whole.subarray(0, whole.length - 20));
    writeFileSync(log, lines(30, 31));
    // While it is young, somebody may be writing it.
    expect((await run(dir, log)).warnings).toEqual([]);
    const { rounds, warnings } = await run(dir, log, later);
    expect(rounds).toBe(0);
    expect(warnings.map(({ path }) => path)).toEqual([`${log}.1.${suffix}`]);
    expect(warnings[0]?.message).toMatch(
      new RegExp(
        `^it is not a complete ${suffix === 'lzma' ? 'lzma' : suffix === 'bz2' ? 'bzip2' : program} file \\(.*\\); it will be read when it changes$`,
      ),
    );
    expect((await run(dir, log, later)).warnings).toEqual([]);
    writeFileSync(`${log}.1.${suffix}`, whole);
    expect(await run(dir, log, later)).toMatchObject({ rounds: 30, warnings: [] });
    expect(storedRequests(dir)).toEqual(ids(0, 31));
  });

  test('junk behind it is no silent loss', async () => {
    const { log, dir } = makePlace();
    const junk = Buffer.concat([compress(program, args, lines(0, 10)), Buffer.from('this is junk')]);
    writeFileSync(`${log}.1.${suffix}`, junk);
    writeFileSync(log, lines(10, 11));
    const { warnings } = await run(dir, log, later);
    expect(warnings.map(({ path }) => path)).toEqual([`${log}.1.${suffix}`]);
  });
});

// lzma alone cannot be put one behind the other.
test.each(FORMS.filter(([suffix]) => suffix !== 'lzma'))(
  '.%s by %s %j of several members, one after the other',
  async (suffix, program, args) => {
    const { log, dir } = makePlace();
    const parts = [lines(0, 10), lines(10, 20), lines(20, 30)].map((text) => compress(program, args, text));
    writeFileSync(`${log}.1.${suffix}`, Buffer.concat(parts));
    writeFileSync(log, '');
    expect(await run(dir, log)).toMatchObject({ rounds: 30, warnings: [] });
  },
);

describe('what a file is, its bytes say', () => {
  test.each<[string, string, (text: string) => Buffer | string]>([
    ['zstd under the name .gz', '.1.gz', zstd],
    ['gzip under the name .zst', '.1.zst', (text) => gzipSync(text)],
    ['xz under the name .bz2', '.1.bz2', (text) => compress('xz', ['-c'], text)],
    ['text under the name .gz', '.1.gz', (text) => text],
    ['text under the name .xz', '.1.xz', (text) => text],
    ['UTF-16 under the name .gz', '.1.gz', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['gzip under the name .1', '.1', (text) => gzipSync(text)],
    ['zstd under the name .old', '.old', zstd],
    ['gzip that was numbered afterwards', '.gz.1', (text) => gzipSync(text)],
    [
      'frames that say nothing before the first',
      '.1.zst',
      (text) => Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]), zstd(text)]),
    ],
    ['compress(1) as gzip undoes it', '.1.Z', () => readFileSync('fixtures/compressed/access.log.1.Z')],
  ])('%s', async (_, ending, make) => {
    const { log, dir } = makePlace();
    const [old, live] = ending === '.1.Z' ? [4, 6] : [30, 32];
    writeFileSync(`${log}${ending}`, make(lines(0, old)));
    writeFileSync(log, lines(old, live));
    expect(await run(dir, log)).toMatchObject({ rounds: live, rejectedLines: 0, warnings: [] });
    expect(storedRequests(dir)).toEqual(ids(0, live));
    expect(await run(dir, log, later)).toMatchObject({ rounds: 0, bytes: 0, warnings: [] });
    renameSync(`${log}${ending}`, `${log}${ending.replace('1', '2')}`);
    expect(await run(dir, log, later)).toMatchObject({ rounds: 0, bytes: 0, warnings: [] });
    expect(await codesOf({ folder: '', log, dir })).toEqual([]);
  });

  test('the log itself can be compressed', async () => {
    const { log, dir } = makePlace();
    writeFileSync(log, zstd(lines(0, 3)));
    expect(await run(dir, log)).toMatchObject({ rounds: 3 });
  });
});

test.each(['-rf', '--help', 'a\nb.log', '$(touch x).log', "a'; b.log", 'a b.log'])(
  'a log called %j is read, and its name is nobody’s argument',
  async (name) => {
    const { log, dir } = makePlace(name);
    writeFileSync(`${log}.1.zst`, zstd(lines(0, 2)));
    writeFileSync(`${log}.2.xz`, compress('xz', ['-c'], lines(2, 4)));
    writeFileSync(log, lines(4, 5));
    expect(await run(dir, log)).toMatchObject({ rounds: 5, warnings: [] });
  },
);

test('a frame that asks for two gigabytes of memory is refused, and said', async () => {
  const { log, dir } = makePlace();
  const text = Buffer.from(lines(0, 1));
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0, 0, 0]);
  head.writeUIntLE((text.length << 3) | 1, 6, 3);
  writeFileSync(`${log}.1.zst`, Buffer.concat([head, text]));
  writeFileSync(log, lines(1, 2));
  const { rounds, warnings } = await run(dir, log, later);
  expect(rounds).toBe(1);
  expect(warnings[0]?.message).toMatch(
    /^it is not a complete zstd file \(.*memory.*\); it will be read when it changes$/,
  );
});

test('a bomb of 100 MB in one line is one rejected line', async () => {
  const { log, dir } = makePlace();
  const bomb = execFileSync('sh', ['-c', 'head -c 100000000 /dev/zero | tr "\\0" x | zstd -qc']);
  writeFileSync(`${log}.1.zst`, Buffer.concat([bomb, zstd('\n'), zstd(lines(0, 1))]));
  writeFileSync(log, lines(1, 2));
  const result = await run(dir, log);
  expect(result).toMatchObject({ rounds: 2, rejectedLines: 1, warnings: [] });
  expect(result.bytes).toBe(100_000_001 + lines(0, 2).length);
});

describe('a program that is missing', () => {
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  /** Only these programs are there. */
  function onlyPrograms(...names: string[]): void {
    const folder = makeFolder();
    for (const name of ['flock', 'sync', 'sh', ...names]) {
      const found = execFileSync('sh', ['-c', 'command -v "$0"', name], {
        encoding: 'utf8',
        env: { PATH: path },
      });
      symlinkSync(found.trim(), join(folder, name));
    }
    process.env['PATH'] = folder;
  }

  test('is said once with the bytes that wait for it; once it is there, the next run reads them', async () => {
    const place = makePlace();
    const { log, dir } = place;
    const waiting = zstd(lines(0, 30));
    const other = compress('xz', ['-c'], lines(30, 60));
    writeFileSync(`${log}.2.zst`, waiting);
    writeFileSync(`${log}.1.xz`, other);
    writeFileSync(log, lines(60, 61));
    onlyPrograms();
    expect(await run(dir, log)).toMatchObject({
      rounds: 1,
      warnings: [
        {
          path: `${log}.2.zst`,
          message: `its ${waiting.length} bytes of zstd are not read: the program zstd is missing. Install it, and the next run reads them`,
        },
        {
          path: `${log}.1.xz`,
          message: `its ${withCommas(other.length)} bytes of xz are not read: the program xz is missing. Install it, and the next run reads them`,
        },
      ],
    });
    expect((await run(dir, log)).warnings).toEqual([]);
    renameSync(`${log}.2.zst`, `${log}.3.zst`);
    expect((await run(dir, log)).warnings).toEqual([]);
    const { findings } = await look(place);
    expect(findings.map(({ code, what, where }) => [code, what, where])).toEqual([
      [
        'unread-compressed',
        `1 compressed log of ${waiting.length} bytes is not read: the program zstd is missing. What was not read before compression is not counted.`,
        `${log}.3.zst`,
      ],
      [
        'unread-compressed',
        `1 compressed log of ${withCommas(other.length)} bytes is not read: the program xz is missing. What was not read before compression is not counted.`,
        `${log}.1.xz`,
      ],
    ]);
    onlyPrograms('zstd');
    expect(await run(dir, log)).toMatchObject({ rounds: 30, warnings: [] });
    onlyPrograms('zstd', 'xz');
    expect(await run(dir, log)).toMatchObject({ rounds: 30, warnings: [] });
    expect(storedRequests(dir)).toEqual(ids(0, 61));
    expect(await codesOf(place)).toEqual([]);
    expect(await run(dir, log)).toMatchObject({ rounds: 0, bytes: 0 });
  });

  test('takes nothing from a log that was read before it was compressed', async () => {
    const { log, dir } = makePlace();
    writeFileSync(`${log}.1`, lines(0, 30));
    writeFileSync(log, lines(30, 31));
    await run(dir, log);
    writeFileSync(`${log}.1.zst`, zstd(lines(0, 30)));
    rmSync(`${log}.1`);
    onlyPrograms();
    expect((await run(dir, log)).warnings).toHaveLength(1);
    expect((await run(dir, log)).gaps).toEqual([]);
    process.env['PATH'] = path;
    expect(await run(dir, log)).toMatchObject({ rounds: 0, bytes: 0 });
    expect(storedRequests(dir)).toEqual(ids(0, 31));
  });
});

test('a program that is stopped says nothing of its file: it is said, and the next run tries again', async () => {
  const { log, dir } = makePlace();
  const waiting = zstd(lines(0, 30));
  writeFileSync(`${log}.1.zst`, waiting);
  writeFileSync(log, lines(30, 31));
  const path = process.env['PATH'];
  const folder = makeFolder();
  writeFileSync(join(folder, 'zstd'), '#!/bin/sh\nkill -9 $$\n', { mode: 0o755 });
  process.env['PATH'] = `${folder}:${path}`;
  const message = `its ${waiting.length} bytes of zstd are not read: the program zstd was stopped by SIGKILL. The next run tries again`;
  try {
    for (const rounds of [1, 0]) {
      expect(await run(dir, log, later)).toMatchObject({
        rounds,
        warnings: [{ path: `${log}.1.zst`, message }],
      });
    }
  } finally {
    process.env['PATH'] = path;
  }
  expect(await run(dir, log, later)).toMatchObject({ rounds: 30, warnings: [] });
  expect(storedRequests(dir)).toEqual(ids(0, 31));
});

test.each([
  ['.1.lz4', Buffer.from([0x04, 0x22, 0x4d, 0x18, 1, 2, 3]), 'lz4'],
  ['.1.zip', Buffer.from('PK\x03\x04 and more'), 'zip'],
  ['.1', Buffer.from('PK\x03\x04 and more'), 'zip'],
  ['.1.tar.gz', gzipSync('a tar archive'), 'tar'],
  ['.1.br', Buffer.from([0x8b, 0x00, 0x80]), 'brotli'],
])('a form that is not read is said once, and found by doctor: %s', async (ending, bytes, form) => {
  const place = makePlace();
  const { log, dir } = place;
  writeFileSync(`${log}${ending}`, bytes);
  writeFileSync(log, lines(0, 1));
  const message = `its ${bytes.length} bytes are not read: it is a ${form} file, which monitor cannot read. Unpack it next to the log, and the next run reads it`;
  expect(await run(dir, log, later)).toMatchObject({
    rounds: 1,
    warnings: [{ path: `${log}${ending}`, message }],
  });
  expect((await run(dir, log, later)).warnings).toEqual([]);
  expect(await codesOf(place)).toEqual(['unread-compressed warning']);
});

test('what is behind the end of a gzip file is said once, and found by doctor until the file is whole or gone', async () => {
  const place = makePlace();
  const { log, dir } = place;
  const whole = Buffer.concat([gzipSync(lines(0, 4)), gzipSync(lines(4, 9))]);
  // The second member has lost its first bytes.
  const first = gzipSync(lines(0, 4)).length;
  const damaged = Buffer.concat([whole.subarray(0, first), whole.subarray(first + 2)]);
  writeFileSync(`${log}.1.gz`, damaged);
  writeFileSync(log, lines(9, 10));
  const bytes = damaged.length - first;
  expect(await run(dir, log, later)).toMatchObject({
    rounds: 5,
    warnings: [{ message: `${bytes} bytes after its end are not gzip and were ignored` }],
  });
  for (const [before, now] of [
    ['.1.gz', '.1.gz'],
    ['.1.gz', '.2.gz'],
    ['.2.gz', '.1.gz'],
  ]) {
    // Under another name it is recognized without being read.
    renameSync(`${log}${before}`, `${log}${now}`);
    expect((await run(dir, log, later)).warnings).toEqual([]);
    const { findings } = await look(place);
    expect(findings.map(({ code, severity, what, where }) => [code, severity, what, where])).toEqual([
      [
        'unread-compressed',
        'warning',
        `${bytes} bytes at the end of 1 compressed log are not read: they are not gzip, as what is left of a damaged part.`,
        `${log}${now}`,
      ],
    ]);
  }
  writeFileSync(`${log}.1.gz`, whole);
  expect(await run(dir, log, later)).toMatchObject({ rounds: 5, warnings: [] });
  expect(await codesOf(place)).toEqual([]);
  writeFileSync(`${log}.1.gz`, damaged);
  rmSync(`${log}.1.gz`);
  expect(await codesOf(place)).toEqual([]);
});

test('doctor names a damaged file that a run has found', async () => {
  const place = makePlace();
  const { log, dir } = place;
  writeFileSync(`${log}.1.gz`, gzipSync(lines(0, 9)).subarray(0, 200));
  writeFileSync(log, lines(9, 10));
  await run(dir, log, later);
  const found = (await look(place)).findings.map(({ code, what, where }) => [code, what, where]);
  expect(found).toEqual([
    [
      'unread-compressed',
      '1 compressed log of 200 bytes is not read: it is cut or damaged. What was not read before compression is not counted.',
      `${log}.1.gz`,
    ],
  ]);
});
