import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { cutIntoBlocks } from '../../src/logs/blocks.ts';

/** Hands out the pieces of `bytes` one after another in the same buffer, as a file is read. */
function* chunksOf(bytes: Uint8Array, lengths: readonly number[]): Generator<Buffer> {
  const buffer = Buffer.alloc(Math.max(...lengths));
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const piece = bytes.subarray(at, at + (lengths[i % lengths.length] ?? 1));
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    buffer.fill(0xff);
    at += piece.length;
  }
}

interface Cut {
  kind: string;
  at: number;
  text: string;
  isEnd?: boolean;
}

async function cut(bytes: Uint8Array, lengths: readonly number[], limit: number, from = 0): Promise<Cut[]> {
  const cuts: Cut[] = [];
  for await (const block of cutIntoBlocks(chunksOf(bytes, lengths), from, limit)) {
    cuts.push({ ...block, text: block.bytes.toString('latin1') });
  }
  return cuts.map(({ kind, at, text, isEnd }) => ({ kind, at, text, ...(isEnd !== undefined && { isEnd }) }));
}

/** What must come out, line by line. */
function expectedLines(bytes: Uint8Array, limit: number, from: number): Cut[] {
  let at = from;
  return (
    Buffer.from(bytes)
      .toString('latin1')
      .match(/[^\n]*\n|[^\n]+$/g) ?? []
  ).map((text) => {
    const isEnd = text.endsWith('\n');
    const line = { at, text };
    at += text.length;
    if (text.length > limit) return { kind: 'oversized', ...line, isEnd };
    return { kind: isEnd ? 'lines' : 'rest', ...line };
  });
}

/** Blocks of lines taken apart, parts of one line put together. */
function toLines(cuts: readonly Cut[]): Cut[] {
  const lines: Cut[] = [];
  for (const cut of cuts) {
    const last = lines.at(-1);
    if (cut.kind === 'lines') lines.push(...expectedLines(Buffer.from(cut.text, 'latin1'), Infinity, cut.at));
    else if (last?.kind === 'oversized' && !last.isEnd) {
      expect(cut).toMatchObject({ kind: 'oversized', at: last.at });
      Object.assign(last, { text: last.text + cut.text, isEnd: cut.isEnd });
    } else lines.push({ ...cut });
  }
  return lines;
}

function* endless(): Generator<Buffer> {
  for (let i = 0; i < 300; i++) yield Buffer.alloc(1 << 20, 'x');
  yield Buffer.from('\nnext\n');
}

describe('cutIntoBlocks', () => {
  test('gives back every byte in its place as whole lines, however they were cut', async () => {
    const byte = fc.oneof(
      { weight: 1, arbitrary: fc.constant(0x0a) },
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 255 }) },
    );
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(byte, { maxLength: 300 }),
        lengths,
        fc.integer({ min: 1, max: 60 }),
        fc.nat(2 ** 40),
        async (array, lengths, limit, from) => {
          const bytes = Uint8Array.from(array);
          const cuts = await cut(bytes, lengths, limit, from);
          expect(toLines(cuts)).toEqual(expectedLines(bytes, limit, from));
          for (const { kind, text } of cuts) {
            expect(text.length).toBeGreaterThan(0);
            if (kind === 'oversized') expect(text.length).toBeLessThanOrEqual(2 * limit);
            else expect(text.length).toBeLessThan(limit + 40);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('takes NULs before a line for themselves: a hole can be longer than any line', async () => {
    const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.alloc(50), Buffer.from('b\0c\nd')]);
    for (const lengths of [[100], [10], [3], [1]]) {
      const cuts = await cut(bytes, lengths, 12);
      expect(cuts.map(({ text }) => text).join('')).toBe(bytes.toString('latin1'));
      expect(cuts.map(({ kind }) => kind)).not.toContain('oversized');
      for (const { text } of cuts.slice(0, -1)) expect(text).toMatch(/^([^\n]*\n)*\0*$/);
      expect(cuts.at(-1)).toEqual({ kind: 'rest', at: 56, text: 'd' });
    }
  });

  test('keeps the lines of a chunk together', async () => {
    expect(await cut(Buffer.from('a\nbb\nccc\nd'), [20], 100, 7)).toEqual([
      { kind: 'lines', at: 7, text: 'a\nbb\nccc\n' },
      { kind: 'rest', at: 16, text: 'd' },
    ]);
  });

  test('the limit counts the line break', async () => {
    for (const [text, kind] of [
      ['abc\n', 'lines'],
      ['abcd\n', 'oversized'],
      ['abcd', 'rest'],
      ['abcde', 'oversized'],
    ] as const) {
      expect((await cut(Buffer.from(text), [100], 4)).map((block) => block.kind)).toContain(kind);
    }
  });

  test('every part of a line over the limit says where the line began, the last that it ends there', async () => {
    expect(await cut(Buffer.from('a\nxxxxxxxxxxx\nb\n'), [5], 6, 100)).toEqual([
      { kind: 'lines', at: 100, text: 'a\n' },
      { kind: 'oversized', at: 102, text: 'xxxxxxxx', isEnd: false },
      { kind: 'oversized', at: 102, text: 'xxx\n', isEnd: true },
      { kind: 'lines', at: 114, text: 'b\n' },
    ]);
    expect((await cut(Buffer.from('xxxxxxxxxxx'), [5], 6)).at(-1)).toMatchObject({ at: 0, isEnd: false });
  });

  test('holds no more than a chunk of a line that does not end', async () => {
    let longest = 0;
    let total = 0;
    const kinds = new Set<string>();
    for await (const block of cutIntoBlocks(endless(), 0, 4 << 20)) {
      longest = Math.max(longest, block.bytes.length);
      total += block.bytes.length;
      kinds.add(block.kind);
    }
    expect(total).toBe((300 << 20) + 6);
    expect(longest).toBe(5 << 20);
    expect([...kinds]).toEqual(['oversized', 'lines']);
  });
});
