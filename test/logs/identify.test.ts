import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { LogPosition } from '../../src/model/log-position.ts';
import { seeFile } from '../../src/logs/seen-file.ts';
import { identify } from '../../src/logs/identify.ts';
import { openPlainLog } from '../../src/logs/open-log.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { makeFolder, noise } from '../platform/make.ts';
import { changeByte, openAny, readLog, writeLog } from './make.ts';

async function identified(
  path: string,
  bytes: Uint8Array,
  known: LogPosition[],
): Promise<number | undefined> {
  const log = openPlainLog(nodeFiles, writeLog(path, bytes));
  try {
    return (await identify(nodeFiles, log, known))?.id;
  } finally {
    log.close();
  }
}

/** Lines of one length; those from the `differsAt`-th on carry `mark`. */
function lines(count: number, differsAt = Infinity, mark = ''): Buffer {
  const line = (i: number): string => `${i >= differsAt ? mark : ''}line ${i}`.padEnd(699, '.');
  return Buffer.from(Array.from({ length: count }, (_, i) => `${line(i)}\n`).join(''));
}

describe('identify', () => {
  test('knows a log again when it grew, and a copy of it, whole or half', async () => {
    const folder = makeFolder();
    const bytes = lines(300);
    const read = readLog(1, join(folder, 'access.log'), bytes.subarray(0, 140_000));
    expect(await identified(join(folder, 'grown'), bytes, [read])).toBe(1);
    expect(await identified(join(folder, 'copy'), bytes.subarray(0, 140_000), [read])).toBe(1);
    expect(await identified(join(folder, 'half'), bytes.subarray(0, 70_001), [read])).toBe(1);
    expect(await identified(join(folder, 'other'), noise(300), [read])).toBeUndefined();
  });

  test.each([[1], [100], [101]])('tells logs apart that begin with the same %d lines', async (same) => {
    const folder = makeFolder();
    const read = readLog(1, join(folder, 'a'), lines(200));
    for (const count of [same + 1, same + 50, 200, 300]) {
      expect(await identified(join(folder, 'b'), lines(count, same, 'other '), [read])).toBeUndefined();
    }
  });

  test('of logs that both agree, the one read furthest', async () => {
    const folder = makeFolder();
    const bytes = lines(200);
    const short = readLog(1, join(folder, 'a'), bytes, 70_000);
    const long = readLog(2, join(folder, 'b'), bytes, 140_000);
    for (const known of [
      [short, long],
      [long, short],
    ]) {
      expect(await identified(join(folder, 'c'), bytes, known)).toBe(2);
      expect(await identified(join(folder, 'c'), bytes.subarray(0, 100_000), known)).toBe(2);
    }
  });

  test('compares every byte of a shorter log where the longer one is at hand', async () => {
    const folder = makeFolder();
    const bytes = noise(700_000);
    const read = readLog(1, join(folder, 'a'), bytes);
    for (const at of [5000, 262_143 + 1000, 262_144, 524_288, 599_999]) {
      expect(
        await identified(join(folder, 'b'), changeByte(bytes, at).subarray(0, 600_000), [read]),
      ).toBeUndefined();
    }
    expect(await identified(join(folder, 'b'), changeByte(bytes, 600_000).subarray(0, 600_000), [read])).toBe(
      1,
    );
  });

  test('takes no shorter log for a copy where the longer one is gone', async () => {
    const folder = makeFolder();
    const bytes = noise(20_000);
    const shorter = bytes.subarray(0, 15_000);
    const read = readLog(1, join(folder, 'a'), bytes);
    expect(await identified(join(folder, 'b'), shorter, [read])).toBe(1);
    renameSync(join(folder, 'a'), join(folder, 'renamed'));
    expect(await identified(join(folder, 'b'), shorter, [read])).toBeUndefined();
    // Another file has taken its name.
    writeFileSync(join(folder, 'a'), noise(20_000, 2));
    expect(await identified(join(folder, 'b'), shorter, [read])).toBeUndefined();
  });

  test('a log that was truncated is compared with its copy, and not with itself', async () => {
    const folder = makeFolder();
    const path = join(folder, 'a');
    const bytes = noise(20_000);
    const read = readLog(1, path, bytes);
    const almost = changeByte(bytes, 5000).subarray(0, 15_000);
    expect(await identified(path, almost, [read])).toBeUndefined();
    const copy = readLog(1, join(folder, 'copy'), bytes);
    expect(await identified(path, almost, [{ ...read, seen: [...read.seen, ...copy.seen] }])).toBeUndefined();
    expect(await identified(path, bytes.subarray(0, 15_000), [copy])).toBe(1);
  });

  test('a copy half written is not compared with the log that was truncated behind it', async () => {
    const folder = makeFolder();
    const bytes = noise(20_000);
    const read = readLog(1, join(folder, 'a'), bytes);
    writeFileSync(join(folder, 'a'), 'new');
    expect(await identified(join(folder, 'copy'), bytes.subarray(0, 15_000), [read])).toBeUndefined();
  });

  test('a file that was rewritten in place says nothing of what it held', async () => {
    const folder = makeFolder();
    const bytes = noise(20_000);
    const read = readLog(1, join(folder, 'a'), bytes);
    writeFileSync(join(folder, 'a'), noise(30_000, 2));
    expect(await identified(join(folder, 'copy'), bytes.subarray(0, 15_000), [read])).toBeUndefined();
  });

  test('compares with a compressed log too, and a compressed one', async () => {
    const folder = makeFolder();
    const bytes = noise(20_000);
    const almost = changeByte(bytes, 5000);
    const read = readLog(1, join(folder, 'a'), bytes);
    const { path } = writeLog(join(folder, 'a.gz'), gzipSync(bytes));
    const facts = nodeFiles.stat(path);
    const compressed = { ...read, seen: facts ? [seeFile(path, facts, Date.now(), 'x')] : [] };
    expect(await identified(join(folder, 'b'), almost.subarray(0, 15_000), [compressed])).toBeUndefined();
    expect(await identified(join(folder, 'b'), bytes.subarray(0, 15_000), [compressed])).toBe(1);
    for (const [log, id] of [
      [almost, undefined],
      [bytes, 1],
    ] as const) {
      const gzip = writeLog(join(folder, 'b.gz'), gzipSync(log.subarray(0, 15_000)));
      const open = await openAny(gzip, [read.offset]);
      expect(open && (await identify(nodeFiles, open, [read]))?.id).toBe(id);
      open?.close();
    }
  });
});
