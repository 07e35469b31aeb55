import { appendFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { agrees } from '../../src/logs/fingerprint.ts';
import { openPlainLog, type OpenLog } from '../../src/logs/open-log.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { makeFolder, noise } from '../platform/make.ts';
import { changeByte, contentOf, openAny, printOf, writeLog } from './make.ts';

const ONE = noise(3_000_000);
const TWO = Buffer.from('second member\n'.repeat(5000));
const BOTH = Buffer.concat([ONE, TWO]);
const MEMBERS = Buffer.concat([gzipSync(ONE), gzipSync(TWO)]);

function openGz(bytes: Uint8Array, ends: number[] = []): Promise<OpenLog | undefined> {
  return openAny(writeLog(join(makeFolder(), 'a.gz'), bytes), ends);
}

function openPlain(bytes: Uint8Array): OpenLog {
  return openPlainLog(nodeFiles, writeLog(join(makeFolder(), 'a'), bytes));
}

async function read(log: OpenLog | undefined, from = 0): Promise<Buffer | undefined> {
  if (!log) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of log.chunks(from)) chunks.push(Buffer.from(chunk));
  log.close();
  return Buffer.concat(chunks);
}

const digestOf = async (bytes: Buffer): Promise<string | undefined> => (await openGz(bytes))?.gzipDigest;

const equals = (bytes: Buffer | undefined, expected: Buffer): boolean => bytes?.equals(expected) ?? false;

describe('a compressed log', () => {
  const junk = Buffer.from('this is no gzip');
  test.each([
    ['whole', gzipSync(BOTH), 0],
    ['of two members', MEMBERS, 0],
    ['padded with zeros', Buffer.concat([MEMBERS, Buffer.alloc(5000)]), 0],
    ['with junk behind it', Buffer.concat([MEMBERS, junk]), junk.length],
    ['with a byte of junk', Buffer.concat([MEMBERS, Buffer.from('x')]), 1],
    ['with much junk', Buffer.concat([MEMBERS, Buffer.alloc(3 << 20, 'x')]), 3 << 20],
    ['with junk behind padding', Buffer.concat([MEMBERS, Buffer.alloc(10), junk]), 10 + junk.length],
  ])('%s: every byte is read', async (_, bytes, junkBytes) => {
    const log = await openGz(bytes);
    expect(log?.content.size).toBe(BOTH.length);
    expect(log?.junkBytes).toBe(junkBytes);
    expect(equals(await read(log), BOTH)).toBe(true);
  });

  test.each([
    ['no header', MEMBERS.subarray(0, 5)],
    ['no content', MEMBERS.subarray(0, 10)],
    ['half of its content', MEMBERS.subarray(0, 1_000_000)],
    ['half of its checksum', gzipSync(BOTH).subarray(0, -5)],
    ['all but its last byte', gzipSync(BOTH).subarray(0, -1)],
    ['a byte of the second member', MEMBERS.subarray(0, gzipSync(ONE).length + 1)],
    ['half of the second member', MEMBERS.subarray(0, -50)],
  ])('with %s waits: gzip is at work', async (_, bytes) => {
    expect(await openGz(bytes)).toBeUndefined();
  });

  test.each([
    ['content', 1_500_000],
    ['checksum', gzipSync(ONE).length - 6],
    ['length', gzipSync(ONE).length - 2],
  ])('with a changed byte in its %s is not read', async (_, at) => {
    expect(await openGz(changeByte(MEMBERS, at))).toBeUndefined();
  });

  test.each([[''], ['\0\0\0\0'], ['\u001f']])('%j is no gzip file', async (text) => {
    expect(await openGz(Buffer.from(text))).toBeUndefined();
  });

  test('without content is an empty log', async () => {
    const log = await openGz(gzipSync(''));
    expect(log?.content.size).toBe(0);
    expect(await read(log)).toEqual(Buffer.alloc(0));
  });

  test('may carry every optional field in its header', async () => {
    const [body, head] = [gzipSync(TWO).subarray(10), Buffer.from(gzipSync(TWO).subarray(0, 10))];
    for (const [flags, fields] of [
      [4, '\u0003\0abc'],
      [8, 'access.log\0'],
      [16, 'a comment\0'],
      [2, 'hh'],
      [31, '\u0003\0a\0caccess.log\0a comment\0hh'],
    ] as const) {
      head[3] = flags;
      expect(equals(await read(await openGz(Buffer.concat([head, Buffer.from(fields), body]))), TWO)).toBe(
        true,
      );
      expect(await openGz(Buffer.concat([head, Buffer.from(fields.slice(0, -1))]))).toBeUndefined();
    }
  });

  test('is the same log as its plain bytes, at every place that is looked at', async () => {
    const sizes = [0, 63, 64, 80, 1023, 1024, 1025, 4095, 4096, 4097, 8192, 1 << 20, BOTH.length];
    for (const size of sizes) {
      const bytes = BOTH.subarray(0, size);
      const ends = [1, 64, 1000, 1024, 5000, 70_000, 1 << 20, (1 << 20) + 1, size].filter(
        (end) => end <= size,
      );
      const log = await openGz(gzipSync(bytes), ends);
      const plain = contentOf(bytes);
      expect(log?.content.size).toBe(size);
      expect(log?.content.head()).toBe(plain.head());
      for (const end of ends) {
        expect(log?.content.window(end)).toBe(plain.window(end));
        const print = printOf(bytes.subarray(0, end));
        expect(log && agrees(print, log.content)).toBe(true);
        const builder = log?.fingerprint(print);
        builder?.pass(bytes.subarray(end));
        expect(builder?.take()).toEqual(printOf(bytes));
      }
      log?.close();
    }
  });

  test('is read from any place on', async () => {
    for (const from of [0, 1, 1 << 20, (1 << 20) + 1, ONE.length, BOTH.length - 1, BOTH.length]) {
      expect(equals(await read(await openGz(MEMBERS), from), BOTH.subarray(from))).toBe(true);
    }
  });

  test('is known again by its size and ends', async () => {
    const log = gzipSync(ONE);
    expect(await digestOf(log)).toBe(await digestOf(Buffer.from(log)));
    const others = [gzipSync(TWO), gzipSync(changeByte(ONE, 9)), Buffer.concat([log, Buffer.alloc(1)])];
    const digests = await Promise.all([log, ...others].map(digestOf));
    expect(new Set(digests).size).toBe(4);
  });
});

describe('a plain log', () => {
  test('is read from any place up to where it ended when it was opened', async () => {
    const log = openPlain(BOTH);
    appendFileSync(log.path, 'later');
    expect(log.facts.size).toBe(BOTH.length);
    expect(equals(await read(log), BOTH)).toBe(true);
    for (const from of [1, 1 << 20, (1 << 20) + 1, BOTH.length - 1, BOTH.length]) {
      expect(equals(await read(openPlain(BOTH), from), BOTH.subarray(from))).toBe(true);
    }
  });

  test('shows the same as its bytes do, and a fingerprint goes on in it', () => {
    fc.assert(
      fc.property(fc.nat(9000), fc.nat(9000), (size, end) => {
        fc.pre(end <= size);
        const bytes = noise(size);
        const log = openPlain(bytes);
        expect(log.content.window(end)).toBe(contentOf(bytes).window(end));
        const builder = log.fingerprint(printOf(bytes.subarray(0, end)));
        builder.pass(bytes.subarray(end));
        expect(builder.take()).toEqual(printOf(bytes));
        expect(log.fingerprint(undefined).take()).toEqual(printOf(Buffer.alloc(0)));
        log.close();
      }),
    );
  });

  test('that is truncated meanwhile ends there, and shows it when looked at again', async () => {
    const log = openPlain(BOTH);
    const print = printOf(BOTH);
    expect(agrees(print, log.again())).toBe(true);
    truncateSync(log.path, 10);
    expect(log.again().size).toBe(10);
    expect(await read(log)).toEqual(BOTH.subarray(0, 10));
  });
});
