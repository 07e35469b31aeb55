import {
  appendFileSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { aiLine, failAt, makeFolder, otherLine, run, storedRequests } from './make.ts';

/** Rows of the failure matrix in docs/reliability.md, by number. Lines are `a-0`, `a-1` … by their request ids. */

interface Logs {
  folder: string;
  log: string;
  store: string;
}

function makeLogs(): Logs {
  const folder = makeFolder();
  mkdirSync(join(folder, 'logs'));
  return { folder, log: join(folder, 'logs', 'access.log'), store: join(folder, 'sessions') };
}

const lines = (from: number, to: number, session = 'a'): string =>
  Array.from({ length: to - from }, (_, i) => aiLine(session, from + i)).join('');
const ids = (from: number, to: number, session = 'a'): string[] =>
  Array.from({ length: to - from }, (_, i) => `${session}-${from + i}`).toSorted();

function gzip(path: string): void {
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
  rmSync(path);
}

/** Parses until nothing is new, and expects exactly these rounds. */
async function expectRounds({ log, store }: Logs, expected: string[]): Promise<void> {
  await run(store, log);
  expect(storedRequests(store)).toEqual(expected.toSorted());
  expect((await run(store, log)).rounds).toBe(0);
}

describe('appending and rotation', () => {
  test('row 1: lines appended within the same second, run after run', async () => {
    const logs = makeLogs();
    for (let i = 0; i < 20; i++) {
      appendFileSync(logs.log, aiLine('a', i));
      utimesSync(logs.log, 1_770_000_000, 1_770_000_000);
      expect((await run(logs.store, logs.log)).rounds).toBe(1);
    }
    await expectRounds(logs, ids(0, 20));
  });

  test('row 2: tail unread, renamed, and a new file', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 5));
    await run(logs.store, logs.log);
    appendFileSync(logs.log, lines(5, 8));
    renameSync(logs.log, `${logs.log}.1`);
    writeFileSync(logs.log, lines(8, 10));
    await expectRounds(logs, ids(0, 10));
  });

  test('row 3: two rotations between runs', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 5));
    await run(logs.store, logs.log);
    appendFileSync(logs.log, lines(5, 8));
    renameSync(logs.log, `${logs.log}.2`);
    writeFileSync(`${logs.log}.1`, lines(8, 12));
    writeFileSync(logs.log, lines(12, 14));
    await expectRounds(logs, ids(0, 14));
  });

  test('row 4: renamed and compressed at once, tail unread', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 5));
    await run(logs.store, logs.log);
    appendFileSync(logs.log, lines(5, 8));
    renameSync(logs.log, `${logs.log}.1`);
    gzip(`${logs.log}.1`);
    writeFileSync(logs.log, lines(8, 9));
    await expectRounds(logs, ids(0, 9));
  });

  test('row 5: a .1 that was read becomes .2.gz, and is inflated once', async () => {
    const logs = makeLogs();
    // Too random to be compressed below what is read of its ends.
    const noise = Array.from({ length: 400 }, (_, i) =>
      createHash('sha256').update(`${i}`).digest('hex'),
    ).join('');
    writeFileSync(`${logs.log}.1`, lines(0, 4) + aiLine('a', 4, { answer: noise }));
    writeFileSync(logs.log, lines(5, 6));
    await run(logs.store, logs.log);
    renameSync(`${logs.log}.1`, `${logs.log}.2`);
    gzip(`${logs.log}.2`);
    renameSync(logs.log, `${logs.log}.1`);
    writeFileSync(logs.log, lines(6, 7));
    await expectRounds(logs, ids(0, 7));
    // Under a new name it is known by its ends, and no more of it is read.
    renameSync(`${logs.log}.2.gz`, `${logs.log}.3.gz`);
    let compressed = -1;
    let read = 0;
    const files: Files = {
      ...nodeFiles,
      open(path, how) {
        const fd = nodeFiles.open(path, how);
        if (path.endsWith('.gz')) compressed = fd;
        return fd;
      },
      close(fd) {
        if (fd === compressed) compressed = -1;
        nodeFiles.close(fd);
      },
      read(fd, target, at) {
        const length = nodeFiles.read(fd, target, at);
        if (fd === compressed) read += length;
        return length;
      },
    };
    appendFileSync(logs.log, aiLine('a', 7));
    const result = await run(logs.store, logs.log, {}, files);
    expect(result.logs.map(({ path }) => path)).toEqual([logs.log]);
    expect(read).toBeLessThanOrEqual(2 * 2048);
    await expectRounds(logs, ids(0, 8));
  });

  test('row 6: a run while gzip works uses the file beside the unfinished .gz', async () => {
    const logs = makeLogs();
    writeFileSync(`${logs.log}.1`, lines(0, 40));
    writeFileSync(logs.log, lines(40, 41));
    const whole = gzipSync(readFileSync(`${logs.log}.1`));
    for (const part of [0, 1, 10, whole.length >> 1, whole.length - 1]) {
      writeFileSync(`${logs.log}.1.gz`, whole.subarray(0, part));
      await run(logs.store, logs.log);
      expect(storedRequests(logs.store)).toEqual(ids(0, 41));
    }
    writeFileSync(`${logs.log}.1.gz`, whole);
    await expectRounds(logs, ids(0, 41));
    rmSync(`${logs.log}.1`);
    await expectRounds(logs, ids(0, 41));
  });

  test('row 6: an unfinished .gz alone waits until it is whole', async () => {
    const logs = makeLogs();
    const whole = gzipSync(lines(0, 40));
    writeFileSync(logs.log, lines(40, 41));
    writeFileSync(`${logs.log}.1.gz`, whole.subarray(0, whole.length >> 1));
    await run(logs.store, logs.log);
    expect(storedRequests(logs.store)).toEqual(ids(40, 41));
    writeFileSync(`${logs.log}.1.gz`, whole);
    await expectRounds(logs, ids(0, 41));
  });

  test('row 7: two gzip members, padding and junk', async () => {
    const logs = makeLogs();
    const members = [gzipSync(lines(0, 3)), gzipSync(lines(3, 5)), Buffer.alloc(512)];
    writeFileSync(`${logs.log}.2.gz`, Buffer.concat(members));
    writeFileSync(`${logs.log}.1.gz`, Buffer.concat([gzipSync(lines(5, 7)), Buffer.from('junk behind it')]));
    writeFileSync(logs.log, lines(7, 8));
    await expectRounds(logs, ids(0, 8));
  });

  test('row 8: every way of naming a rotated log, oldest first; an olddir as a second path', async () => {
    const { folder, log, store } = makeLogs();
    const names = [
      'access.log-20251101',
      'access-20251102.log',
      'access.log-2025110313',
      'access.log-20251104.gz',
    ];
    names.push('access.3.log', 'access.log.2.gz', 'access.log.1', 'access.log.0', 'access.log');
    for (const [i, name] of names.entries()) {
      const text = lines(i, i + 1);
      writeFileSync(join(folder, 'logs', name), name.endsWith('.gz') ? gzipSync(text) : text);
    }
    mkdirSync(join(folder, 'old'));
    writeFileSync(join(folder, 'old', 'access.log.7'), lines(100, 102));
    const first = await run(store, log);
    expect(first.logs.map(({ path }) => path.slice(join(folder, 'logs/').length))).toEqual(names);
    expect(storedRequests(store)).toEqual(ids(0, 9));
    // A log that moved into the other folder, and one that was only there.
    renameSync(`${log}.1`, join(folder, 'old', 'access.log.6'));
    const paths = { logPaths: [log, join(folder, 'old', 'access.log')] };
    expect((await run(store, log, paths)).rounds).toBe(2);
    expect(storedRequests(store)).toEqual([...ids(0, 9), ...ids(100, 102)].toSorted());
  });

  test('row 9: copied, truncated, and the file is smaller', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 10));
    await run(logs.store, logs.log);
    appendFileSync(logs.log, lines(10, 14));
    copyFileSync(logs.log, `${logs.log}.1`);
    truncateSync(logs.log);
    appendFileSync(logs.log, lines(14, 15));
    await expectRounds(logs, ids(0, 15));
  });

  test.each([
    ['row 10: truncated and grown beyond the old offset', 30],
    ['row 9: truncated, and nothing but a little written since', 1],
  ])('%s', async (_, count) => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 10));
    await run(logs.store, logs.log);
    truncateSync(logs.log);
    appendFileSync(logs.log, lines(100, 100 + count));
    await expectRounds(logs, [...ids(0, 10), ...ids(100, 100 + count)]);
  });

  test('row 11: truncated and grown to exactly the old size', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(10, 20, 'a'));
    await run(logs.store, logs.log);
    const size = statSync(logs.log).size;
    truncateSync(logs.log);
    appendFileSync(logs.log, lines(10, 20, 'b'));
    expect(statSync(logs.log).size).toBe(size);
    await expectRounds(logs, [...ids(10, 20, 'a'), ...ids(10, 20, 'b')]);
  });

  test.each([1, 100])('row 12: truncated and grown with the same first %i lines', async (count) => {
    const logs = makeLogs();
    const same = lines(0, count, 'same');
    writeFileSync(logs.log, same + lines(0, 50, 'a'));
    await run(logs.store, logs.log);
    truncateSync(logs.log);
    appendFileSync(logs.log, same + lines(0, 60, 'b'));
    await expectRounds(logs, [...ids(0, count, 'same'), ...ids(0, 50, 'a'), ...ids(0, 60, 'b')]);
  });

  test('row 13: a copy half written changes nothing', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 30));
    await run(logs.store, logs.log);
    const bytes = readFileSync(logs.log);
    for (const part of [0, 1, 63, 64, 1000, bytes.length >> 1, bytes.length - 1, bytes.length]) {
      writeFileSync(`${logs.log}.1`, bytes.subarray(0, part));
      expect((await run(logs.store, logs.log)).rounds).toBe(0);
    }
    truncateSync(logs.log);
    appendFileSync(logs.log, lines(30, 31));
    await expectRounds(logs, ids(0, 31));
  });

  test.each(['before its last read', 'before it is checked'])(
    'row 13: the log is copied and truncated while a run reads it, %s',
    async (when) => {
      const logs = makeLogs();
      const text = lines(0, 800);
      writeFileSync(logs.log, text);
      expect(text.length).toBeGreaterThan(3 << 20);
      const rotate = (): void => {
        copyFileSync(logs.log, `${logs.log}.1`);
        truncateSync(logs.log);
        appendFileSync(logs.log, lines(5000, 5002));
      };
      let reads = 0;
      const files: Files = {
        ...nodeFiles,
        read(fd, target, at) {
          if (target.length === 1 << 20 && ++reads === 2 && when === 'before its last read') rotate();
          return nodeFiles.read(fd, target, at);
        },
        facts(fd) {
          if (reads > 2 && when === 'before it is checked') {
            reads = -1000;
            rotate();
          }
          return nodeFiles.facts(fd);
        },
      };
      await run(logs.store, logs.log, {}, files);
      await expectRounds(logs, [...ids(0, 800), ...ids(5000, 5002)]);
    },
  );

  test('row 14: copied without truncating is one log', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 10));
    copyFileSync(logs.log, `${logs.log}.1`);
    await expectRounds(logs, ids(0, 10));
    appendFileSync(logs.log, lines(10, 12));
    await expectRounds(logs, ids(0, 12));
    copyFileSync(logs.log, `${logs.log}.1`);
    appendFileSync(logs.log, lines(12, 13));
    await expectRounds(logs, ids(0, 13));
  });

  test('row 15: a truncation is applied once over many runs', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 10));
    await run(logs.store, logs.log);
    truncateSync(logs.log);
    const expected = ids(0, 10);
    for (let i = 0; i < 5; i++) {
      expected.push(`b-${i}`);
      appendFileSync(logs.log, aiLine('b', i));
      await expectRounds(logs, expected);
    }
  });

  test('row 16: removed and made again, whatever its inode', async () => {
    const logs = makeLogs();
    const expected: string[] = [];
    for (const session of ['a', 'b', 'c', 'd']) {
      rmSync(logs.log, { force: true });
      writeFileSync(logs.log, lines(0, 10, session));
      expected.push(...ids(0, 10, session));
      await expectRounds(logs, expected);
    }
  });

  test('row 17: a log removed with bytes unread is a gap, said once', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 10));
    await run(logs.store, logs.log);
    const half = aiLine('a', 10).slice(0, 200);
    appendFileSync(logs.log, half);
    await run(logs.store, logs.log);
    rmSync(logs.log);
    writeFileSync(logs.log, lines(11, 12));
    const gaps = [];
    for (let i = 0; i < 4; i++) gaps.push(...(await run(logs.store, logs.log)).gaps);
    expect(gaps).toEqual([{ path: logs.log, bytes: 200 }]);
    await expectRounds(logs, [...ids(0, 10), 'a-11']);
  });

  test('row 17: a log that was read to its end may go', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 10));
    await run(logs.store, logs.log);
    rmSync(logs.log);
    writeFileSync(logs.log, lines(10, 11));
    for (let i = 0; i < 4; i++) expect((await run(logs.store, logs.log)).gaps).toEqual([]);
  });

  test('row 18: the writer goes on appending to the renamed file', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 5));
    const fd = openSync(logs.log, 'a');
    await run(logs.store, logs.log);
    renameSync(logs.log, `${logs.log}.1`);
    writeSync(fd, lines(5, 8));
    await expectRounds(logs, ids(0, 8));
    writeSync(fd, lines(8, 9));
    writeFileSync(logs.log, lines(9, 10));
    fsyncSync(fd);
    closeSync(fd);
    await expectRounds(logs, ids(0, 10));
  });

  test('row 19: half a last line, finished later, is one round', async () => {
    const logs = makeLogs();
    const line = aiLine('a', 1);
    for (const cut of [1, 20, line.length >> 1, line.length - 2]) {
      const other = makeLogs();
      writeFileSync(other.log, aiLine('a', 0) + line.slice(0, cut));
      await run(other.store, other.log);
      expect(storedRequests(other.store)).toEqual(['a-0']);
      appendFileSync(other.log, line.slice(cut));
      await expectRounds(other, ids(0, 2));
    }
    // Only the line break is missing: nothing can follow but that.
    writeFileSync(logs.log, aiLine('a', 0) + line.slice(0, -1));
    await expectRounds(logs, ids(0, 2));
    appendFileSync(logs.log, `\n${aiLine('a', 2)}`);
    await expectRounds(logs, ids(0, 3));
  });

  test('row 20: half a last line in a renamed file is waited for', async () => {
    const logs = makeLogs();
    const line = aiLine('a', 1);
    writeFileSync(logs.log, aiLine('a', 0) + line.slice(0, 100));
    await run(logs.store, logs.log);
    renameSync(logs.log, `${logs.log}.1`);
    writeFileSync(logs.log, aiLine('a', 2));
    await expectRounds(logs, ['a-0', 'a-2']);
    appendFileSync(`${logs.log}.1`, line.slice(100));
    await expectRounds(logs, ids(0, 3));
  });

  test('row 20: half a last line in a whole .gz is one rejected line', async () => {
    const logs = makeLogs();
    writeFileSync(`${logs.log}.1.gz`, gzipSync(aiLine('a', 0) + aiLine('a', 1).slice(0, 100)));
    writeFileSync(logs.log, aiLine('a', 2));
    expect(await run(logs.store, logs.log)).toMatchObject({ rounds: 2, rejectedLines: 1 });
    await expectRounds(logs, ['a-0', 'a-2']);
  });

  test('row 21: half a line glued to the next is one rejected line', async () => {
    const line = aiLine('a', 1);
    for (const cut of [9, 11, 100, line.indexOf('request_id'), line.length - 4]) {
      const logs = makeLogs();
      writeFileSync(logs.log, aiLine('a', 0) + line.slice(0, cut) + aiLine('a', 2) + aiLine('a', 3));
      expect(await run(logs.store, logs.log), `cut at ${cut}`).toMatchObject({ rounds: 2, rejectedLines: 1 });
      await expectRounds(logs, ['a-0', 'a-3']);
    }
  });

  test('row 37: one content under two paths, by a hard link, by two patterns', async () => {
    const { folder, log, store } = makeLogs();
    writeFileSync(log, lines(0, 10));
    copyFileSync(log, join(folder, 'copy.log'));
    linkSync(log, join(folder, 'link.log'));
    const logPaths = [log, join(folder, '*.log'), join(folder, 'logs', 'access.*'), join(folder, 'copy.log')];
    expect((await run(store, log, { logPaths })).rounds).toBe(10);
    appendFileSync(log, lines(10, 12));
    expect((await run(store, log, { logPaths })).rounds).toBe(2);
    expect(storedRequests(store)).toEqual(ids(0, 12));
  });

  test.each([
    ['shorter', 110, 103],
    ['longer', 103, 110],
  ])('row 37: two files with 100 identical first lines, the second %s', async (_, first, second) => {
    const { folder, log, store } = makeLogs();
    const same = lines(0, 100, 'same');
    const other = join(folder, 'other.log');
    writeFileSync(log, same + lines(100, first, 'a'));
    writeFileSync(other, same + lines(100, second, 'b'));
    await run(store, log, { logPaths: [log, other] });
    await run(store, log, { logPaths: [log, other] });
    expect(storedRequests(store)).toEqual(
      [...ids(0, 100, 'same'), ...ids(100, first, 'a'), ...ids(100, second, 'b')].toSorted(),
    );
  });

  test.each([0, 80])('row 38: a file of %i bytes that grows later', async (size) => {
    const logs = makeLogs();
    const text =
      otherLine(0)
        .slice(0, 79)
        .padEnd(79)
        .slice(0, Math.max(0, size - 1)) + (size > 0 ? '\n' : '');
    expect(text.length).toBe(size);
    writeFileSync(logs.log, text);
    expect(await run(logs.store, logs.log)).toMatchObject({ rounds: 0, bytes: size, rejectedLines: 0 });
    appendFileSync(logs.log, lines(0, 1));
    await expectRounds(logs, ids(0, 1));
  });

  test('row 40: a first run reads old rotated files; --since limits what is stored, not what is read', async () => {
    const logs = makeLogs();
    writeFileSync(`${logs.log}.2.gz`, gzipSync(lines(0, 5)));
    writeFileSync(`${logs.log}.1`, lines(5, 10));
    writeFileSync(logs.log, lines(10, 15));
    const since = new Date(Date.UTC(2026, 1, 1) + 7000).toISOString();
    const result = await run(logs.store, logs.log, { filters: { since } });
    expect(result).toMatchObject({ rounds: 8, filteredRounds: 7 });
    expect((await run(logs.store, logs.log)).filteredRounds).toBe(0);
    await expectRounds(logs, ids(7, 15));
  });

  test('row 28: a backlog is committed batch by batch; a kill loses one batch of work and no data', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 900));
    const commits: number[] = [];
    const counting = failAt(Infinity, 'before');
    await run(logs.store, logs.log, { batchSize: 1 }, counting.files);
    for (const [i, name] of counting.operations.entries()) if (name === 'rename') commits.push(i);
    // Two renames make the store; each MiB of log is a batch.
    expect(commits.length).toBeGreaterThan(4);
    const killed = makeLogs();
    writeFileSync(killed.log, lines(0, 900));
    await run(killed.store, killed.log, { batchSize: 1 }, failAt(commits[3] ?? 0, 'before').files).catch(
      () => {},
    );
    const stored = storedRequests(killed.store).length;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(900);
    expect((await run(killed.store, killed.log)).rounds).toBe(900 - stored);
    await expectRounds(killed, ids(0, 900));
  });

  test('row 9: an older copy beside a truncated log is still a copy', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 20));
    await run(logs.store, logs.log);
    copyFileSync(logs.log, `${logs.log}.1`);
    appendFileSync(logs.log, lines(20, 25));
    await run(logs.store, logs.log);
    renameSync(`${logs.log}.1`, `${logs.log}.2`);
    copyFileSync(logs.log, `${logs.log}.1`);
    truncateSync(logs.log);
    appendFileSync(logs.log, lines(100, 122));
    await expectRounds(logs, [...ids(0, 25), ...ids(100, 122)]);
  });

  test('row 9: a line written between the copy and the truncation, and read, is not read again', async () => {
    const logs = makeLogs();
    writeFileSync(logs.log, lines(0, 20));
    copyFileSync(logs.log, `${logs.log}.1`);
    appendFileSync(logs.log, lines(20, 21));
    await run(logs.store, logs.log);
    truncateSync(logs.log);
    appendFileSync(logs.log, lines(100, 125));
    await expectRounds(logs, [...ids(0, 21), ...ids(100, 125)]);
  });

  test.each([2, 40])(
    'row 12: truncated, and smaller, with the same first line of 5 KB and %i more',
    async (count) => {
      const logs = makeLogs();
      const same = aiLine('same', 0, { answer: 'x'.repeat(5000) });
      writeFileSync(logs.log, same + lines(0, 16));
      await run(logs.store, logs.log);
      truncateSync(logs.log);
      appendFileSync(logs.log, same + lines(100, 100 + count));
      const expected = ['same-0', ...ids(0, 16), ...ids(100, 100 + count)];
      await expectRounds(logs, expected);
      renameSync(logs.log, `${logs.log}.1`);
      writeFileSync(logs.log, same + lines(500, 501));
      await expectRounds(logs, ['a-500', ...expected]);
    },
  );

  test('row 13: the log is truncated between its identification and its reading', async () => {
    const small = async (at: number): Promise<boolean> => {
      const logs = makeLogs();
      writeFileSync(logs.log, lines(0, 4));
      await run(logs.store, logs.log);
      appendFileSync(logs.log, lines(4, 6));
      let operations = 0;
      const rotateAt = (): void => {
        if (operations++ !== at) return;
        copyFileSync(logs.log, `${logs.log}.1`);
        truncateSync(logs.log);
        appendFileSync(logs.log, lines(0, 9, 'b'));
      };
      const files: Files = {
        ...nodeFiles,
        read: (fd, target, position) => (rotateAt(), nodeFiles.read(fd, target, position)),
        facts: (fd) => (rotateAt(), nodeFiles.facts(fd)),
      };
      await run(logs.store, logs.log, {}, files);
      if (operations <= at) return false;
      await expectRounds(logs, [...ids(0, 6), ...ids(0, 9, 'b')]);
      return true;
    };
    let at = 0;
    while (await small(at)) at++;
    expect(at).toBeGreaterThan(20);
  });

  test('row 16: a gap is said once, also of a log that comes and goes', async () => {
    const logs = makeLogs();
    const half = aiLine('a', 10).slice(0, 200);
    writeFileSync(`${logs.log}.1`, lines(0, 10) + half);
    writeFileSync(logs.log, lines(20, 21));
    const gaps = [];
    for (let i = 0; i < 4; i++) {
      gaps.push(...(await run(logs.store, logs.log)).gaps);
      renameSync(`${logs.log}.1`, join(logs.folder, 'away'));
      for (let k = 0; k < 3; k++) gaps.push(...(await run(logs.store, logs.log)).gaps);
      renameSync(join(logs.folder, 'away'), `${logs.log}.1`);
    }
    expect(gaps.map(({ bytes }) => bytes)).toEqual([200]);
    await expectRounds(logs, [...ids(0, 10), 'a-20']);
  });

  test('row 20: half a line in a .gz waits while the log still stands uncompressed', async () => {
    const logs = makeLogs();
    const line = aiLine('a', 2);
    writeFileSync(logs.log, lines(0, 2) + line.slice(0, 150));
    writeFileSync(`${logs.log}-20260201.gz`, gzipSync(readFileSync(logs.log)));
    expect(await run(logs.store, logs.log)).toMatchObject({ rounds: 2, rejectedLines: 0 });
    appendFileSync(logs.log, line.slice(150) + aiLine('a', 3));
    await expectRounds(logs, ids(0, 4));
  });

  test('row 6, 7: a damaged .gz and junk behind a whole one are said once', async () => {
    const logs = makeLogs();
    const whole = gzipSync(lines(0, 5));
    writeFileSync(`${logs.log}.2.gz`, whole.subarray(0, whole.length - 20));
    writeFileSync(`${logs.log}.1.gz`, Buffer.concat([gzipSync(lines(5, 6)), Buffer.from('junk')]));
    writeFileSync(logs.log, lines(6, 7));
    const later = { now: () => Date.now() + 60_000 };
    expect((await run(logs.store, logs.log, later)).warnings).toEqual([
      {
        path: `${logs.log}.2.gz`,
        message: 'it is not a complete gzip file; it will be read when it changes',
      },
      { path: `${logs.log}.1.gz`, message: '4 bytes after its end are not gzip and were ignored' },
    ]);
    expect((await run(logs.store, logs.log, later)).warnings).toEqual([]);
    expect(storedRequests(logs.store)).toEqual(ids(5, 7));
    writeFileSync(`${logs.log}.2.gz`, whole);
    expect((await run(logs.store, logs.log, later)).warnings).toEqual([]);
    await expectRounds(logs, ids(0, 7));
  });

  test('row 37: a compressed log and a shorter one with the same 100 first lines', async () => {
    const logs = makeLogs();
    const same = lines(0, 100, 'same');
    writeFileSync(`${logs.log}.1.gz`, gzipSync(same + lines(100, 110, 'a')));
    await run(logs.store, logs.log);
    writeFileSync(logs.log, same + lines(100, 103, 'b'));
    await expectRounds(logs, [...ids(0, 100, 'same'), ...ids(100, 110, 'a'), ...ids(100, 103, 'b')]);
  });

  test('row 37: a shorter log elsewhere that begins like one whose files are gone', async () => {
    const { folder, log, store } = makeLogs();
    const same = lines(0, 20, 'same');
    writeFileSync(log, same + lines(20, 60, 'a'));
    await run(store, log);
    const other = join(folder, 'other.log');
    writeFileSync(other, same + lines(20, 50, 'b'));
    rmSync(log);
    await run(store, other);
    const expected = [...ids(0, 20, 'same'), ...ids(20, 60, 'a'), ...ids(20, 50, 'b')];
    expect(storedRequests(store)).toEqual(expected.toSorted());
  });

  test('row 38: lines of a few bytes, and a copy that holds one of them', async () => {
    for (const short of ['hi\n', '{}\n', '\r\n', '\n', '{"ai_log":"-"}\n', '{"ai_log":"{}"}\n']) {
      const logs = makeLogs();
      writeFileSync(logs.log, short + lines(0, 1) + short);
      const first = await run(logs.store, logs.log);
      writeFileSync(`${logs.log}.1`, short);
      expect((await run(logs.store, logs.log)).bytes, JSON.stringify(short)).toBe(0);
      expect(first.rounds).toBe(short.includes('{}"') ? 3 : 1);
    }
  });
});
