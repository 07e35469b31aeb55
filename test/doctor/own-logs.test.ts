import { appendFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { aiLine, makeFolder, run } from '../ingest/make.ts';
import { codesOf, LINES, look, makePlace } from './make.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const NONE = { logPaths: undefined };

const touch = (path: string, ms: number): void => utimesSync(path, ms / 1000, ms / 1000);
const refuse = (code: string) => Object.assign(new Error(code), { code, syscall: 'open' });

describe('without a --log-path the store’s own logs are looked at', () => {
  test('and nothing is wrong', async () => {
    const place = await makePlace();
    const { findings, logs } = await look(place, NONE);
    expect([findings, logs.paths, logs.rounds]).toEqual([[], [place.log], 3]);
  });

  test('bytes that wait', async () => {
    const place = await makePlace();
    appendFileSync(place.log, aiLine('a', 2));
    const now = statSync(place.log).mtimeMs + 11 * MINUTE;
    const { findings, logs } = await look(place, { ...NONE, now });
    expect(findings).toMatchObject([{ code: 'unread-log', where: place.log }]);
    expect(logs.unreadBytes).toBe(aiLine('a', 2).length);
    expect(findings[0]?.setting).toContain(`--log-path ${place.log} `);
  });

  test('one that is gone', async () => {
    const place = await makePlace();
    rmSync(place.log);
    expect(await codesOf(place, NONE)).toEqual(['log-missing error']);
  });

  test('one that is gone with bytes that were seen', async () => {
    const place = await makePlace([...LINES, aiLine('a', 2).slice(0, 50)]);
    rmSync(place.log);
    writeFileSync(`${place.log}.1`, aiLine('z', 0));
    await run(place.dir, place.log);
    const { findings } = await look(place, NONE);
    expect(findings).toMatchObject([{ code: 'log-gone', severity: 'warning', where: place.log }]);
    expect(findings[0]?.what).toContain('50 bytes of a log were unread after the last run');
  });

  test('one of several: an error, and after a month a note, for it may have been given up', async () => {
    const place = await makePlace();
    const second = join(place.folder, 'logs/second.log');
    writeFileSync(second, aiLine('c', 0));
    await run(place.dir, place.log, { logPaths: [place.log, second] });
    expect((await look(place, NONE)).logs.paths).toEqual([place.log, second]);
    const written = statSync(second).mtimeMs;
    rmSync(second);
    const { findings } = await look(place, NONE);
    expect(findings).toMatchObject([{ code: 'log-missing', severity: 'error', where: second }]);
    expect(findings[0]?.fix).toContain('The store was built from this log.');
    expect(findings[0]?.fix).toContain(
      'If this log is no longer used, name only the others with --log-path.',
    );
    const later = { ...NONE, now: written + 30 * DAY + 1 };
    expect(await codesOf(place, later)).toEqual(['log-missing note', 'log-idle note']);
  });

  test('one that this user may not read', async () => {
    const place = await makePlace();
    const files: Files = {
      ...nodeFiles,
      open(path, how) {
        if (path === place.log) throw refuse('EACCES');
        return nodeFiles.open(path, how);
      },
    };
    expect((await look(place, NONE, files)).findings).toMatchObject([
      { code: 'log-unreadable', where: place.log },
    ]);
  });

  test('one whose folder this user may not list', async () => {
    const place = await makePlace();
    const files: Files = {
      ...nodeFiles,
      list(folder) {
        if (folder === join(place.folder, 'logs')) throw refuse('EACCES');
        return nodeFiles.list(folder);
      },
    };
    const { findings } = await look(place, NONE, files);
    expect(findings).toMatchObject([{ code: 'log-unreadable', severity: 'error', where: place.log }]);
    expect(findings[0]?.what).toContain('could not be read: permission denied (EACCES)');
  });

  test('a store that knows none: that is said, and where was looked instead', async () => {
    const place = await makePlace(['']);
    const { findings } = await look(place, NONE);
    const said = findings.find(({ code }) => code === 'no-own-logs');
    expect(said).toMatchObject({ severity: 'note', where: '/var/log/higress/access.log' });
  });
});

test('a compressed log that is not whole, and is all there is, is said', async () => {
  const place = await makePlace(LINES, false);
  rmSync(place.log);
  writeFileSync(`${place.log}.1.gz`, gzipSync(LINES.join('')).subarray(0, -9));
  const { findings } = await look(place);
  expect(findings).toMatchObject([
    { code: 'log-damaged', severity: 'warning', where: `${place.log}.1.gz` },
    { code: 'store-missing' },
  ]);
});

describe('a log that does not grow', () => {
  test('is a note after two days', async () => {
    const place = await makePlace();
    const written = statSync(place.log).mtimeMs;
    expect(await codesOf(place, { now: written + 2 * DAY - 1 })).toEqual([]);
    expect(await codesOf(place, { now: written + 2 * DAY })).toEqual(['log-idle note']);
  });

  test('while its renamed file does is a warning', async () => {
    const place = await makePlace();
    renameSync(place.log, `${place.log}.1`);
    writeFileSync(place.log, aiLine('d', 0));
    const rotated = Date.now();
    touch(place.log, rotated);
    touch(`${place.log}.1`, rotated + 10 * MINUTE);
    await run(place.dir, place.log);
    expect(await codesOf(place)).toEqual([]);
    touch(`${place.log}.1`, rotated + 12 * MINUTE);
    await run(place.dir, place.log);
    const { findings } = await look(place);
    expect(findings).toMatchObject([{ code: 'log-renamed', severity: 'warning', where: `${place.log}.1` }]);
    expect(findings[0]?.what).toContain('written 12 minutes later');
  });
});

describe('ages are the files’, whatever the lines’ clocks say', () => {
  const at = (time: string, n: number): string =>
    aiLine('a', n).replace(/"start_time":"[^"]*"/, `"start_time":"${time}"`);

  test.each([
    ['a year ago', '2025-01-01T00:00:00Z', []],
    ['in a year', '2028-01-01T00:00:00Z', []],
    ['no time at all', 'yesterday', ['unread-times warning']],
  ])('a fresh line that says %s', async (_, time, codes) => {
    const place = await makePlace();
    appendFileSync(place.log, at(time, 2));
    const now = statSync(place.log).mtimeMs;
    expect(await codesOf(place, { now: now + 9 * MINUTE })).toEqual(codes);
    const { findings } = await look(place, { now: now + 15 * MINUTE });
    const waiting = findings.find(({ code }) => code === 'unread-log');
    expect(waiting?.what).toContain('have been waiting for at least 15 minutes');
  });

  test('fresh lines of which one claims more time than there was', async () => {
    const place = await makePlace();
    appendFileSync(place.log, at('2025-01-01T00:00:00Z', 2) + at('2026-11-01T00:00:00Z', 3));
    expect(await codesOf(place, { now: statSync(place.log).mtimeMs })).toEqual([]);
  });

  test('a busy log that nobody reads: its lines say how long, though their clock is wrong', async () => {
    const place = await makePlace();
    const read = Date.UTC(2026, 5, 1, 12);
    touch(place.log, read);
    await run(place.dir, place.log, { logPaths: [place.log, `${place.log}.none`] });
    appendFileSync(place.log, aiLine('c', 0));
    touch(place.log, read);
    await run(place.dir, place.log);
    // Eight hours ahead, as a wrong zone makes it: 40 minutes lie between them.
    appendFileSync(place.log, at('2026-06-01T20:10:00Z', 2) + at('2026-06-01T20:50:00Z', 3));
    const written = read + 50 * MINUTE;
    touch(place.log, written);
    const { findings } = await look(place, { now: written + MINUTE });
    expect(findings).toMatchObject([{ code: 'unread-log', severity: 'warning' }]);
    expect(findings[0]?.what).toContain('have been waiting for at least 41 minutes');
  });
});

test('a log of which the store has read nothing, however fresh', async () => {
  const place = await makePlace();
  const other = join(makeFolder(), 'other.log');
  writeFileSync(other, aiLine('c', 0));
  const { findings } = await look(place, { logPaths: [other], now: statSync(other).mtimeMs });
  expect(findings).toMatchObject([{ code: 'unread-log', where: other }]);
  expect(findings[0]?.what).toBe(
    `${aiLine('c', 0).length} bytes of 1 log are unread: this store has never read it.`,
  );
});
