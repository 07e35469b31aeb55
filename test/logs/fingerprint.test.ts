import { createHash } from 'node:crypto';
import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { FingerprintBuilder, agrees } from '../../src/logs/fingerprint.ts';
import { noise } from '../platform/make.ts';
import { changeByte, contentOf, printOf } from './make.ts';

const EDGES = [0, 1, 63, 64, 65, 80, 1023, 1024, 1025, 4095, 4096, 4097, 5120, 8191, 8192, 8193, 20_000];
const size = fc.oneof(fc.nat(20_000), fc.constantFrom(...EDGES));

function base64(bytes: Uint8Array, length: number): string {
  return createHash('sha256').update(bytes).digest().subarray(0, length).toString('base64');
}

/** Where a fingerprint at `offset` looks at a log of `length` bytes. */
function isWatched(at: number, offset: number, length: number): boolean {
  const shared = Math.min(offset, length);
  const inWindow = (end: number): boolean => at >= end - 1024 && at < end;
  const ends = [4096, 8192, 16_384].filter((end) => end <= shared);
  return (
    at < Math.floor(Math.min(shared, 4096) / 64) * 64 ||
    ends.some(inWindow) ||
    (length >= offset && inWindow(offset))
  );
}

describe('a fingerprint', () => {
  test('holds digests of the head, of the KiB before 4 KiB · 2^k, and of the last KiB', () => {
    const bytes = noise(20_000);
    const print = printOf(bytes);
    expect(print.offset).toBe(20_000);
    expect(print.windows).toEqual(
      [4096, 8192, 16_384].map((end) => base64(bytes.subarray(end - 1024, end), 12)),
    );
    expect(print.last).toBe(base64(bytes.subarray(20_000 - 1024), 12));
    expect(print.head).toHaveLength(64 * 8);
    expect(print.head.slice(0, 8)).toBe(base64(bytes.subarray(0, 64), 6));
  });

  test('taken piece by piece, and by several runs, is the one taken at once', () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.array(fc.tuple(fc.nat(20_000), fc.boolean())), (length, seed, cuts) => {
        const bytes = noise(length, seed);
        const readAt = (position: number, count: number): Buffer =>
          bytes.subarray(position, position + count);
        let taker = new FingerprintBuilder();
        for (const [cut, isNextRun] of cuts.toSorted(([a], [b]) => a - b)) {
          // A chunk is valid until the next one only.
          const chunk = Buffer.from(bytes.subarray(taker.offset, cut));
          taker.pass(chunk);
          chunk.fill(0);
          if (isNextRun) taker = FingerprintBuilder.resume(taker.take(), readAt);
        }
        taker.pass(bytes.subarray(taker.offset));
        expect(taker.take()).toEqual(printOf(bytes));
      }),
    );
  });

  test('does not change when the taker goes on', () => {
    const taker = new FingerprintBuilder();
    taker.pass(noise(4096));
    const print = taker.take();
    taker.pass(noise(4096));
    expect(print).toEqual(printOf(noise(4096)));
    FingerprintBuilder.resume(print, () => noise(4096)).pass(noise(4096));
    expect(print).toEqual(printOf(noise(4096)));
  });

  test.each(EDGES)('of %d bytes agrees with the log, and with what grew from it', (length) => {
    const bytes = noise(20_000);
    const print = printOf(bytes.subarray(0, length));
    for (const longer of [length, length + 1, 20_000]) {
      expect(agrees(print, contentOf(bytes.subarray(0, longer)))).toBe(true);
    }
  });

  test.each(EDGES)('agrees with a copy of %d bytes', (length) => {
    const bytes = noise(30_000);
    expect(agrees(printOf(bytes), contentOf(bytes.subarray(0, length)))).toBe(true);
  });

  test.each(EDGES.slice(1))('of %d bytes disagrees with another log', (length) => {
    const print = printOf(noise(length));
    for (const other of [length, 20_000]) {
      expect(agrees(print, contentOf(noise(other, 2)))).toBe(false);
    }
  });

  test.each([[4096], [8192], [16_384]])('looks at the last byte of a copy of %d bytes', (length) => {
    const bytes = noise(20_000);
    const copy = contentOf(changeByte(bytes, length - 1).subarray(0, length));
    expect(agrees(printOf(bytes), copy)).toBe(false);
  });

  test('notices one changed byte wherever it looks, in a longer log and in a shorter one', () => {
    fc.assert(
      fc.property(size, size, fc.nat(), fc.nat(19_999), (offset, length, seed, at) => {
        fc.pre(at < length && (length >= 64 || length >= offset));
        const bytes = noise(20_000, seed);
        const log = contentOf(changeByte(bytes, at).subarray(0, length));
        expect(agrees(printOf(bytes.subarray(0, offset)), log)).toBe(!isWatched(at, offset, length));
      }),
      { numRuns: 1000 },
    );
  });
});
