import { Buffer as NodeBuffer } from 'node:buffer';
import { isDeepStrictEqual as nodesEqual } from 'node:util';
import { expect, test } from 'vitest';
import { Buffer } from '../../assets/lib/node/buffer.ts';
import { isDeepStrictEqual } from '../../assets/lib/node/util.ts';
import { fc } from '../fast-check.ts';

// What stands in for Node in a browser says what Node says.

test('values of JSON are equal, or not', () => {
  const near = fc.jsonValue({ maxDepth: 3 }).chain((value) => {
    const text = JSON.stringify(value);
    const copy = fc.constantFrom(
      text,
      text.replace('"', '"a'),
      text.replace('[', '[null,'),
      text.replace('0', '1'),
    );
    return fc.tuple(fc.constant(value), copy);
  });
  fc.assert(
    fc.property(near, ([value, text]) => {
      let other: unknown;
      try {
        other = JSON.parse(text);
      } catch {
        other = text;
      }
      expect(isDeepStrictEqual(value, other)).toBe(nodesEqual(value, other));
    }),
  );
  for (const [a, b] of [
    [[], {}],
    [{ a: 1 }, { b: 1 }],
    [
      { __proto__: null, a: undefined },
      { a: undefined, b: 1 },
    ],
    [null, {}],
    [NaN, NaN],
  ] as const)
    expect(isDeepStrictEqual(a, b)).toBe(Number.isNaN(a));
});

test('bytes of base64', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 4 }),
      fc.constantFrom('base64', 'base64url'),
      (bytes, encoding) => {
        const node = NodeBuffer.from(bytes);
        const text = node.toString(encoding as 'base64');
        const ours = Buffer.from(`${text.slice(0, 2)}\n${text.slice(2)}`);
        expect([ours.length, ours.toString('latin1', 1, 4), ours.readUInt32LE(0)]).toEqual([
          node.length,
          node.toString('latin1', 1, 4),
          node.readUInt32LE(0),
        ]);
      },
    ),
  );
  // Cut in the middle: what is whole counts.
  expect(Buffer.from('QUJDR').length).toBe(NodeBuffer.from('QUJDR', 'base64').length);
  expect(Buffer.byteLength('aß中😀')).toBe(10);
});
