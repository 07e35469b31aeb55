import { appendFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { lockPath } from '../../src/store/store.ts';
import { run as monitor } from '../cli/run.ts';
import { look } from '../doctor/make.ts';
import { aiLine, makeFolder, run, storedRequests } from './make.ts';

let folder: string;
let dir: string;
let log: string;
/** Paths that this user may not read. */
let locked: Set<string>;
let files: Files;

const lines = (session: string, from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => aiLine(session, from + i)).join('');
const requests = (session: string, to: number): string[] =>
  Array.from({ length: to }, (_, n) => `${session}-${n}`);

beforeEach(() => {
  folder = makeFolder();
  [dir, log, locked] = [join(folder, 'store'), join(folder, 'access.log'), new Set()];
  files = {
    ...nodeFiles,
    open(path, how) {
      if (!locked.has(path)) return nodeFiles.open(path, how);
      throw Object.assign(new Error(`EACCES: permission denied, open '${path}'`), {
        code: 'EACCES',
        syscall: 'open',
      });
    },
  };
  writeFileSync(log, lines('live', 0, 2));
});

const parse = () => run(dir, log, {}, files);
const leftOut = (bytes: number): string =>
  `it cannot be read: permission denied. Up to ${bytes.toLocaleString('en')} bytes of it are unread; the other logs were read. Let this user read it`;

/** A run that would do anything needs the lock. */
async function expectIdle(warnings: object[]): Promise<void> {
  const unlock = takeLock(lockPath(dir), 'the store');
  try {
    expect(await parse()).toMatchObject({ rounds: 0, gaps: [], warnings });
  } finally {
    unlock();
  }
}

describe('a rotated log that this user may not read', () => {
  test.each(['access.log.1', 'access.log.1.gz', 'access.log-20260101'])(
    '%s: the live one is',
    async (name) => {
      const rotated = join(folder, name);
      const text = lines('old', 0, 3);
      const bytes = name.endsWith('.gz') ? gzipSync(text) : Buffer.from(text);
      writeFileSync(rotated, bytes);
      locked.add(rotated);
      const warnings = [{ path: rotated, message: leftOut(bytes.length) }];
      expect(await parse()).toMatchObject({ rounds: 2, gaps: [], warnings });
      await expectIdle(warnings);
      appendFileSync(log, lines('live', 2, 3));
      expect(await parse()).toMatchObject({ rounds: 1, gaps: [], warnings });
      locked.clear();
      expect(await parse()).toMatchObject({ rounds: 3, warnings: [] });
      expect(storedRequests(dir)).toEqual([...requests('live', 3), ...requests('old', 3)]);
    },
  );

  test('and of which all was read before is not mentioned, and not gone', async () => {
    await parse();
    const rotated = join(folder, 'access.log.1');
    renameSync(log, rotated);
    writeFileSync(log, lines('next', 0, 1));
    locked.add(rotated);
    expect(await parse()).toMatchObject({ rounds: 1, gaps: [], warnings: [] });
    await expectIdle([]);
    for (let n = 1; n < 4; n++) {
      appendFileSync(log, lines('next', n, n + 1));
      expect(await parse()).toMatchObject({ rounds: 1, gaps: [], warnings: [] });
    }
    rmSync(rotated);
    for (let n = 4; n < 7; n++) {
      appendFileSync(log, lines('next', n, n + 1));
      expect(await parse()).toMatchObject({ rounds: 1, gaps: [], warnings: [] });
    }
  });

  test('that was away for a run is there again', async () => {
    await parse();
    const rotated = join(folder, 'access.log.1');
    renameSync(log, rotated);
    writeFileSync(log, lines('next', 0, 1));
    await parse();
    renameSync(rotated, join(folder, 'away'));
    appendFileSync(log, lines('next', 1, 2));
    expect(await parse()).toMatchObject({ rounds: 1, gaps: [], warnings: [] });
    renameSync(join(folder, 'away'), rotated);
    locked.add(rotated);
    expect(await parse()).toMatchObject({ rounds: 0, gaps: [], warnings: [] });
    await expectIdle([]);
  });

  test.each([
    ['grows', 'access.log.1'],
    ['grows and is renamed', 'access.log.2'],
  ])('and still %s: what is known of it is kept up to date', async (_, name) => {
    await parse();
    const [first, last] = [join(folder, 'access.log.1'), join(folder, name)];
    renameSync(log, first);
    writeFileSync(log, lines('next', 0, 1));
    for (const path of [first, last]) locked.add(path);
    expect(await parse()).toMatchObject({ rounds: 1, warnings: [] });
    const tail = lines('live', 2, 3);
    const message = leftOut(tail.length);
    appendFileSync(first, tail);
    expect(await parse()).toMatchObject({ rounds: 0, warnings: [{ path: first, message }] });
    renameSync(first, last);
    expect(await parse()).toMatchObject({ rounds: 0, warnings: [{ path: last, message }] });
    rmSync(last);
    await parse();
    expect((await parse()).gaps).toEqual([{ path: last, bytes: tail.length }]);
  });

  test('because it leads into a locked folder is left out; the log itself is not', async () => {
    const rotated = join(folder, 'access.log.1');
    symlinkSync('/none', rotated);
    const refuse = (locked: string): Files => ({
      ...files,
      stat(path) {
        if (path !== locked) return nodeFiles.stat(path);
        throw Object.assign(new Error('EACCES: locked'), { code: 'EACCES', syscall: 'stat' });
      },
    });
    expect(await run(dir, log, {}, refuse(rotated))).toMatchObject({
      rounds: 2,
      missing: [],
      warnings: [
        { path: rotated, message: 'it is not read: EACCES: locked. Look where it leads to, or remove it' },
      ],
    });
    await expect(run(dir, log, {}, refuse(log))).rejects.toThrow('EACCES: locked');
  });

  test('and is shorter than what was read of it is another log', async () => {
    await parse();
    const text = lines('x', 0, 1);
    writeFileSync(log, text);
    const rotated = join(folder, 'access.log.1');
    renameSync(log, rotated);
    writeFileSync(log, lines('next', 0, 1));
    locked.add(rotated);
    const warnings = [{ path: rotated, message: leftOut(text.length) }];
    expect(await parse()).toMatchObject({ rounds: 1, warnings });
  });

  test('and whose end is unread: its bytes are reported, and read or missed later', async () => {
    await parse();
    const end = lines('live', 2, 4);
    const rotated = join(folder, 'access.log.1');
    for (const isRead of [true, false]) {
      const session = isRead ? 'live' : 'second';
      const tail = isRead ? end : lines('second', 2, 4);
      if (!isRead) {
        rmSync(rotated);
        rmSync(log);
        writeFileSync(log, lines('second', 0, 2));
        await parse();
      }
      appendFileSync(log, tail);
      renameSync(log, rotated);
      writeFileSync(log, lines(`after-${session}`, 0, 1));
      locked.add(rotated);
      const warnings = [{ path: rotated, message: leftOut(tail.length) }];
      expect(await parse()).toMatchObject({ rounds: 1, warnings });
      await expectIdle(warnings);
      for (let n = 1; n < 4; n++) {
        appendFileSync(log, lines(`after-${session}`, n, n + 1));
        expect(await parse()).toMatchObject({ rounds: 1, gaps: [], warnings });
      }
      locked.clear();
      if (isRead) {
        expect(await parse()).toMatchObject({ rounds: 2, gaps: [], warnings: [] });
        expect(storedRequests(dir).filter((id) => id.startsWith('live'))).toEqual(requests('live', 4));
      } else {
        rmSync(rotated);
        await parse();
        appendFileSync(log, lines(`after-${session}`, 4, 5));
        expect((await parse()).gaps).toEqual([{ path: rotated, bytes: tail.length }]);
      }
    }
  });

  test('the log itself stays an error, and so does a rotated one that was named', async () => {
    const rotated = join(folder, 'access.log.1');
    writeFileSync(rotated, lines('old', 0, 3));
    locked.add(log);
    await expect(parse()).rejects.toThrow(`cannot read the log ${log}: permission denied`);
    locked = new Set([rotated]);
    await expect(run(dir, rotated, {}, files)).rejects.toThrow(/permission denied/);
  });

  test('is a warning of doctor; the log itself is an error', async () => {
    await parse();
    const rotated = join(folder, 'access.log.1');
    writeFileSync(rotated, lines('old', 0, 3));
    locked.add(rotated);
    const { findings } = await look({ folder, log, dir }, {}, files);
    expect(findings).toMatchObject([{ code: 'log-unreadable', severity: 'warning', where: rotated }]);
    expect(findings[0]?.what).toBe(
      'This user may not read this rotated log, so parse leaves it out and reads the others.',
    );
  });
});

describe('a link to itself', () => {
  const message = (path: string): string =>
    `it is not read: ELOOP: too many symbolic links encountered, stat '${path}'. Look where it leads to, or remove it`;

  test('in the place of a rotated log: the others are read', async () => {
    const loop = join(folder, 'access.log.2');
    symlinkSync(loop, loop);
    writeFileSync(join(folder, 'access.log.1'), lines('old', 0, 1));
    const warnings = [{ path: loop, message: message(loop) }];
    expect(await parse()).toMatchObject({ rounds: 3, warnings });
    await expectIdle(warnings);
    expect(await monitor(['parse', '--log-path', log, '--output-dir', dir, '--quiet'])).toEqual({
      code: 0,
      out: '',
      err: `monitor: ${loop}: ${message(loop)}\n`,
    });
    const { findings } = await look({ folder, log, dir });
    expect(findings).toMatchObject([{ code: 'log-lost', severity: 'warning', where: loop }]);
    expect(findings[0]?.what).toContain('leads to no file: ELOOP');
    const glob = await run(dir, join(folder, 'access.lo*'));
    expect(glob).toMatchObject({ rounds: 0, missing: [] });
  });

  test('in the place of the log: its rotated ones are read, and it is missing', async () => {
    rmSync(log);
    symlinkSync(log, log);
    await expect(parse()).rejects.toThrow(`no access log at ${log}`);
    writeFileSync(join(folder, 'access.log.1'), lines('old', 0, 1));
    expect(await parse()).toMatchObject({ rounds: 1, missing: [log] });
    const { code, err } = await monitor(['parse', '--log-path', log, '--output-dir', dir]);
    expect([code, err]).toEqual([
      74,
      `monitor: ${log}: ${message(log)}\nmonitor: no log at ${log}; the other logs were read\n`,
    ]);
  });

  test('is told by repair, which looks for logs too', async () => {
    await parse();
    const loop = join(folder, 'access.log.2');
    symlinkSync(loop, loop);
    rmSync(join(dir, 'live.json'));
    const { out } = await monitor(['repair', '--data-dir', dir, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      recovered_rounds: 2,
      unread_logs: [`${loop}: ELOOP: too many symbolic links encountered, stat '${loop}'`],
    });
  });
});
