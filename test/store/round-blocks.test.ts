import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputOutputError } from '../../src/platform/errors.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { readRoundBytes, roundBlocks } from '../../src/store/round-blocks.ts';
import { addition, commitTo, entryOf, newStore } from './make.ts';

/** Lines of one byte more than a block, of several blocks, and short ones around them. */
const LENGTHS = [10, 1 << 20, 20, 3_500_000, 30, 40, (1 << 20) - 1, 50];

function makeSession(): { dir: string; entry: ReturnType<typeof entryOf>; middle: number } {
  const store = newStore();
  const lines = LENGTHS.map((length, n) => `{"round":${n + 1},"x":"${'y'.repeat(length)}"}`);
  commitTo(store, [{ ...addition('a'), rounds: lines.slice(0, 4) }]);
  const middle = entryOf(store, 'a').end;
  commitTo(store, [{ ...addition('a'), rounds: lines.slice(4) }]);
  return { dir: store.dir, entry: entryOf(store, 'a'), middle };
}

test('the blocks are the bytes of the file, in whole lines', () => {
  const { dir, entry, middle } = makeSession();
  const file = readFileSync(join(dir, entry.file)).subarray(0, entry.end);
  for (const [from, to] of [
    [0, entry.end],
    [0, middle],
    [middle, entry.end],
    [entry.end, entry.end],
  ] as const) {
    const blocks = [...roundBlocks(nodeFiles, dir, entry, from, to)];
    expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).equals(file.subarray(from, to))).toBe(true);
    let next = from;
    for (const { bytes, at } of blocks) {
      expect(at).toBe(next);
      next += bytes.length;
      if (next < to) expect(bytes.at(-1)).toBe(0x0a);
    }
  }
  expect(readRoundBytes(nodeFiles, dir, entry.file, 3, 9)).toEqual(file.subarray(3, 9));
});

test('a file that is cut is an error', () => {
  const { dir, entry } = makeSession();
  truncateSync(join(dir, entry.file), 100);
  expect(() => [...roundBlocks(nodeFiles, dir, entry, 0, entry.end)]).toThrow(InputOutputError);
});
