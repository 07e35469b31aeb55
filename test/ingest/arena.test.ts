import { expect, test } from 'vitest';
import { LineArena } from '../../src/ingest/arena.ts';

const MIB = 1 << 20;

test('lines of any length, in pieces of either kind, are read back from their places until they are given up', () => {
  const space = new LineArena();
  // None but the first and the last two share a chunk; the longest that one holds, and one byte more.
  const lines = ['a', 'b'.repeat(MIB - 4), 'c'.repeat(MIB - 3), '', 'é天😀'];
  const half = (line: string): number => Math.floor(line.length / 3);
  const inPieces = (line: string): (string | Uint8Array)[] => [
    line.slice(0, half(line)),
    Buffer.from(line.slice(half(line))),
  ];
  const places = lines.map((line) => space.write(inPieces(line)));
  expect(places.map((place) => space.read(place).toString())).toEqual(lines);
  expect(new Set(places).size).toBe(lines.length);
  space.reset();
  const again = space.write(['new']);
  expect([again, space.read(again).toString()]).toEqual([0, 'new']);
});
