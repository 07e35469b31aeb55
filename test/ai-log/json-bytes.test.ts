import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { byteElements, byteMembers, valueEnd } from '../../src/ai-log/json-bytes.ts';

/** A text as its callers give it: UTF-8, and a NUL behind it. */
const bytesOf = (text: string): Buffer => Buffer.from(`${text}\0`);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the whole text is one value, white space around it left out. */
function isValue(text: string): boolean {
  const trimmed = text.replaceAll(/^[ \n\r\t]+|[ \n\r\t]+$/g, '');
  return valueEnd(bytesOf(trimmed), 0) === Buffer.byteLength(trimmed);
}

const PIECES = [
  '{', '}', '[', ']', ',', ':', '"', '\\', ' ', '\n', '\t', '\r', '\0', '\x1f', '\x7f', '\v', '\f', '\u00a0', '\ufeff', '0', '00', '1', '-', '-0', '+',
  '.', '.5', '1.', '1.5', 'e', 'E', '1e5', '1E+5', '1e-', '9', '/', ':', ';', 'null', 'true', 'false', 'nul', 'True', 'nulll', 'u', '\\u', '\\u00e', '\\u00E9',
  '\\u00g0', '\\n', '\\/', '\\x', '\\\\', '\\"', '\\ud83d', '"a"', '"a":', '"é天😀"', '"\\"', '[]', '{}', '[1]', '{"a":1}', '"":', "'a'", ',1', '[,', '// c',
]; // prettier-ignore

const random = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(''));

/** JSON with some characters put in, or taken out. */
const nearly = fc
  .tuple(
    fc.jsonValue({ maxDepth: 4 }),
    fc.constantFrom(0, 0, 1, 2),
    fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom('', ...PIECES)), { maxLength: 2 }),
  )
  .map(([value, space, changes]) => {
    let text = JSON.stringify(value, null, space);
    for (const [at, removed, piece] of changes) {
      const place = at % (text.length + 1);
      text = text.slice(0, place) + piece + text.slice(place + removed);
    }
    return text;
  });

describe('a text is JSON if JSON.parse takes it, and only then', () => {
  test.each([
    ['random pieces', random],
    ['JSON, changed a little', nearly],
  ])('%s', (_, texts) => {
    let valid = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const expected = isJson(text);
        if (expected) valid++;
        expect([text, isValue(text)]).toEqual([text, expected]);
      }),
      { numRuns: 20_000 },
    );
    expect(valid).toBeGreaterThan(200);
  });

  test('each byte in a string, and behind a backslash', () => {
    for (let code = 0; code < 0x80; code++) {
      for (const text of [`"${String.fromCharCode(code)}"`, `"\\${String.fromCharCode(code)}"`]) {
        expect([text, isValue(text)]).toEqual([text, isJson(text)]);
      }
    }
  });

  test.each(['-', '-a', '01', '-01', '1.e5', '1e', '1e+', '.1', '0x1', '1_0', 'NaN', 'Infinity', '"\\u12', '"', '"a', '[1', '{"a":1', '{"a"', '{"a" 1}', '{1:2}', '{"a":1,}', '[1,]', '[1}', '{"a":1]', ''])('%s is none', (text) => {
    expect(isValue(text)).toBe(false);
  }); // prettier-ignore

  test('512 levels, and no more: what is deeper is left to JSON.parse', () => {
    const nested = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect([512, 513].map((levels) => isValue(nested(levels)))).toEqual([true, false]);
    expect(isValue(nested(512))).toBe(true);
    expect(isValue(`[${nested(512)}]`)).toBe(false);
    // Nothing is left of the one that was given up.
    expect(isValue(`{"a":[1,{"b":[]}],"c":2}`)).toBe(true);
  });
});

test('a value ends where it ends, whatever follows', () => {
  expect(['12,3', 'nullx', '"a"b', '{"a":[]} ', '[1]]', '-0.5e3]'].map((text) => valueEnd(bytesOf(text), 0))).toEqual(
    [2, 4, 3, 8, 3, 6],
  ); // prettier-ignore
});

const endOf = (bytes: Buffer) => (_: unknown, at: number) => valueEnd(bytes, at);

/** What stands in each of the spans. */
function cut(bytes: Buffer, spans: readonly { from: number; to: number }[]): string[] {
  return spans.map(({ from, to }) => bytes.toString('utf8', from, to));
}

test('members of an object, and elements of a list, are delimited as they stand', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), fc.constantFrom(0, 1), (value, space) => {
      const bytes = bytesOf(JSON.stringify(value, null, space));
      const object = byteMembers(bytes, 0, endOf(bytes));
      expect(object?.end).toBe(bytes.length - 1);
      const keys = cut(bytes, object?.members.map(({ key }) => key) ?? []);
      const values = cut(bytes, object?.members.map(({ value }) => value) ?? []);
      expect(keys.map((key) => JSON.parse(`"${key}"`))).toEqual(Object.keys(value));
      expect(values.map((json) => JSON.parse(json))).toEqual(Object.values(value).map((one) => JSON.parse(JSON.stringify(one))));

      const list = bytesOf(JSON.stringify(Object.values(value), null, space));
      const { elements = [], end } = byteElements(list, 0) ?? {};
      expect(end).toBe(list.length - 1);
      expect(cut(list, elements).map((json) => JSON.parse(json))).toEqual(JSON.parse(list.toString('utf8', 0, end)));
    }),
  ); // prettier-ignore
});

test.each(['{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":x}', '{"a":1 "b":2}', '{a:1}', '[]', 'null'])('%s is no object', (text) => {
  const bytes = bytesOf(text);
  expect(byteMembers(bytes, 0, endOf(bytes))).toBeUndefined();
}); // prettier-ignore

test.each(['[', '[1', '[1,', '[x]', '[1 2]', '[1}'])('%s is no list', (text) => {
  expect(byteElements(bytesOf(text), 0)).toBeUndefined();
});
