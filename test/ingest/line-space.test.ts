import { expect, test } from 'vitest';
import { LineSpace } from '../../src/ingest/line-space.ts';

const MIB = 1 << 20;

test('lines of any length are read back from their places, in both encodings, until they are given up', () => {
  const space = new LineSpace();
  // None but the first and the last two share a chunk; the longest that one holds, and one byte more.
  const lines = ['a', 'b'.repeat(MIB - 4), 'c'.repeat(MIB - 3), '', 'é'];
  for (const encoding of ['utf8', 'latin1'] as const) {
    const places = lines.map((line) => space.write(line, encoding));
    expect(
      places.map((place) => space.read(place).equals(Buffer.from(lines[places.indexOf(place)]!, encoding))),
    ).toEqual(lines.map(() => true));
    expect(new Set(places).size).toBe(lines.length);
    space.reset();
  }
  const again = space.write('new', 'utf8');
  expect([again, space.read(again).toString()]).toEqual([0, 'new']);
});
