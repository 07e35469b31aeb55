import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aiLine } from '../ingest/make.ts';
import { originalFile, originalRound, pythonFiles, roundsOf, writeOriginals } from '../ingest/original.ts';
import { makeFolder } from '../platform/make.ts';
import { run } from './run.ts';

const FILES = {
  'a.json': originalFile('a', roundsOf(3)),
  'b.json': originalFile('b', [originalRound(1, { reasoning: 'long enough', reasoning_tokens: 2 })]),
};

test('import says what it did, and what to doubt', async () => {
  const folder = makeFolder();
  const from = writeOriginals(folder, FILES);
  const store = join(folder, 'store');
  const dry = await run(['import', from, '--data-dir', store, '--dry-run']);
  expect(dry.out).toMatch(
    /^Nothing was changed\. An import would store 4 rounds of 2 sessions from 2 files\.\n/,
  );
  const { code, out, err } = await run(['import', from, '--data-dir', store]);
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(`Imported 4 rounds of 2 sessions from 2 files.

What is uncertain about them (they have the flag "imported"):
- their times are when the original parsed the log, not when the requests were made:
  days, and prices that changed in between, can be off by that much
- their token counts are as logged, without the total that shows what includes cached and reasoning tokens
- reasoning tokens that the original estimated from the length of a text are left out (1 round)
- their costs are computed from today's prices, not taken from the original
- the original did not keep consumers, APIs, response codes and request ids

No log has been parsed into this store yet. When one is, imported rounds are recognised by their model, token counts
and texts, and not counted twice. But only the log has the times of the requests: parse first, then import.
`);
  expect(await run(['import', from, '--data-dir', store])).toEqual({
    code: 0,
    out: 'Imported 0 rounds of 0 sessions from 0 files.\n2 files already imported.\n',
    err: '',
  });
});

test('a pipe or a link to itself among the files is left out; a link to a file is followed', async () => {
  const folder = makeFolder();
  const from = writeOriginals(folder, { 'a.json': FILES['a.json'] });
  renameSync(join(from, 'a.json'), join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(from, 'a.json'));
  symlinkSync('loop.json', join(from, 'loop.json'));
  spawnSync('mkfifo', [join(from, 'pipe.json')]);
  const { code, out } = await run(['import', from, '--data-dir', join(folder, 'store'), '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    files: [
      { outcome: 'imported' },
      { outcome: 'damaged', problem: 'is a link to itself' },
      { outcome: 'damaged', problem: 'is not a file' },
    ],
  });
});

test('times are of the system’s zone, or of the one that is named', async () => {
  const createdWith = async (...options: string[]): Promise<unknown> => {
    const folder = makeFolder();
    const from = writeOriginals(folder, { 'a.json': FILES['a.json'] });
    const store = join(folder, 'store');
    await run(['import', from, '--data-dir', store, ...options]);
    const { out } = await run(['list', '--data-dir', store, '--json']);
    return JSON.parse(out).sessions[0].created_at;
  };
  expect(await createdWith()).toBe('2026-02-01T02:30:01.123Z');
  expect(await createdWith('--timezone', 'Europe/Berlin')).toBe('2026-02-01T09:30:01.123Z');
});

test('files that are left out are named, and the exit code is 1', async () => {
  const folder = makeFolder();
  const from = writeOriginals(folder, { ...FILES, 'c\u001b[31m.json': '{' });
  mkdirSync(join(from, 'folder.json'));
  const store = join(folder, 'store');
  const first = await run(['import', from, '--data-dir', store, '--json']);
  expect([first.code, first.err]).toEqual([1, 'monitor: 2 files skipped\n']);
  expect(JSON.parse(first.out)).toEqual({
    version: 1,
    dry_run: false,
    sessions: 2,
    rounds: 4,
    files: [
      {
        path: join(from, 'a.json'),
        session_id: 'a',
        outcome: 'imported',
        rounds: 3,
        filtered_rounds: 0,
        estimated_rounds: 0,
        parsed_rounds: 0,
        doubtful_rounds: 0,
        problem: null,
      },
      expect.objectContaining({ session_id: 'b', outcome: 'imported', rounds: 1, estimated_rounds: 1 }),
      expect.objectContaining({
        session_id: null,
        outcome: 'damaged',
        problem: 'is not a complete JSON object: it was truncated, or written by another program',
      }),
      expect.objectContaining({ outcome: 'damaged', problem: 'is not a file' }),
    ],
  });
  writeFileSync(join(from, 'a.json'), originalFile('a', roundsOf(4)));
  const second = await run(['import', from, '--data-dir', store]);
  expect(second.code).toBe(1);
  expect(second.out).toContain(
    `3 files left out:\n  ${join(from, 'a.json')}: the store already has the session a (--force adds the file's rounds to it)\n`,
  );
  expect(second.out).not.toContain('\u001b');
});

const LINES = [0, 1, 2].map((n) => aiLine('a', n));
const PING = aiLine('default', 0);
/** Another request that says the same. */
const PING_AGAIN = PING.replace('"request_id":"default-0"', '"request_id":"default-1"');

test('parse says what was imported before, and counts it once', async () => {
  const folder = makeFolder();
  const from = writeOriginals(folder, pythonFiles(LINES.slice(0, 2)));
  const [store, log] = [join(folder, 'store'), join(folder, 'access.log')];
  const argv = ['parse', '--log-path', log, '--data-dir', store];
  await run(['import', from, '--data-dir', store]);
  writeFileSync(log, LINES.join(''));
  const { code, out, err } = await run(argv);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(
    /^1 round of 1 session from 1 log \([^)]*\); 0 other lines, 0 rejected, 2 rounds already imported and not counted again\n$/,
  );
  writeFileSync(log, [...LINES, PING].join(''));
  const again = await run([...argv, '--json']);
  expect(JSON.parse(again.out)).toMatchObject({ rounds: 1, imported_before: 0, warnings: [] });
  const list = await run(['list', '--data-dir', store, '--json']);
  expect(JSON.parse(list.out).sessions.map((one: { messages_count: number }) => one.messages_count)).toEqual([
    3, 1,
  ]);
});

test('import says what was parsed before, and what it cannot tell', async () => {
  const folder = makeFolder();
  const from = writeOriginals(folder, pythonFiles([...LINES, PING, PING_AGAIN]));
  const [store, log] = [join(folder, 'store'), join(folder, 'access.log')];
  writeFileSync(log, [...LINES, PING, PING_AGAIN].join(''));
  await run(['parse', '--log-path', log, '--data-dir', store]);
  const plain = await run(['import', from, '--data-dir', store]);
  expect([plain.code, plain.err]).toEqual([1, 'monitor: 1 file skipped\n']);
  expect(plain.out).toBe(`Imported 0 rounds of 0 sessions from 0 files.
3 rounds of 1 file skipped: the store already has them from a log.
1 file left out:
  ${join(from, 'default.json')}: the store already has the session default, and 2 rounds may be the same as ones already read from a log
`);
  const forced = await run(['import', from, '--data-dir', store, '--force', '--json']);
  expect(forced.code).toBe(1);
  expect(JSON.parse(forced.out)).toMatchObject({
    rounds: 0,
    files: [
      { session_id: 'a', outcome: 'parsed', rounds: 0, parsed_rounds: 3, doubtful_rounds: 0 },
      { session_id: 'default', outcome: 'doubtful', rounds: 0, parsed_rounds: 0, doubtful_rounds: 2 },
    ],
  });
  expect((await run(['import', from, '--data-dir', store, '--force'])).out).toContain(
    `  ${join(from, 'default.json')}: in the session default, 2 rounds may be the same as ones already read from a log; import it into a separate store\n`,
  );
});

test('a part of a file that was parsed is said, and what --force would add', async () => {
  const folder = makeFolder();
  const from = writeOriginals(folder, pythonFiles(LINES));
  const [store, log] = [join(folder, 'store'), join(folder, 'access.log')];
  writeFileSync(log, LINES.slice(1).join(''));
  await run(['parse', '--log-path', log, '--data-dir', store]);
  expect((await run(['import', from, '--data-dir', store])).out).toContain(
    `  ${join(from, 'a.json')}: the store already has the session a, and 2 rounds of the file from a log (--force adds the others to it)\n`,
  );
  const { code, out } = await run(['import', from, '--data-dir', store, '--force']);
  expect(code).toBe(0);
  expect(out).toContain(
    'Imported 1 round of 1 session from 1 file.\n2 rounds of 1 file skipped: the store already has them from a log.\n',
  );
});
