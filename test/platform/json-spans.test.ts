import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { growthOf, LINEAR } from '../growth.ts';
import {
  arrayElements,
  objectMembers,
  parseJson,
  parseString,
  stringEnd,
} from '../../src/platform/json-spans.ts';

/** The JSON texts of a value, with white space wherever JSON allows it. */
function printed(value: unknown, space: () => string): string {
  const list = (items: string[]): string => items.join(`${space()},${space()}`);
  if (Array.isArray(value)) return `[${space()}${list(value.map((item) => printed(item, space)))}${space()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}${space()}:${space()}${printed(item, space)}`,
  );
  return `{${space()}${list(members)}${space()}}`;
}

const spaces = fc.array(fc.constantFrom('', '', ' ', '\n', '\r\n', '\t', ' \t '), { minLength: 1 });
const anyValue = fc.jsonValue({ maxDepth: 4 });

/** Prints a value with white space that goes round in `gaps`. */
function printedWith(value: unknown, gaps: string[]): string {
  let i = 0;
  return printed(value, () => gaps[i++ % gaps.length] ?? '');
}

/** JSON that was cut, or in which characters were swapped or put in. */
const nearlyJson = fc
  .tuple(
    anyValue,
    spaces,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'[]{}",:\\ 1e'))),
    fc.nat(),
    fc.boolean(),
  )
  .map(([value, gaps, edits, cut, isCut]) => {
    const characters = [...printedWith(value, gaps)];
    for (const [at, character] of edits) characters[at % (characters.length + 1)] = character;
    return characters.join('').slice(0, isCut ? cut % (characters.length + 1) : undefined);
  });

describe('objectMembers', () => {
  test('gives the spans of all values, in order', () => {
    const object = fc.dictionary(fc.string({ unit: 'binary' }), anyValue);
    fc.assert(
      fc.property(object, spaces, fc.string(), (value, gaps, behind) => {
        const text = printedWith(value, gaps);
        const found = objectMembers(text + behind, 0);
        expect(found?.end).toBe(text.length);
        const members = found?.members.map(({ key, from, to }) => [key, JSON.parse(text.slice(from, to))]);
        expect(members).toEqual(Object.entries(JSON.parse(text)));
      }),
    );
  });

  test('never throws, and says no more than that a text could be an object', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearlyJson), (text) => {
        const found = objectMembers(text, 0);
        const parsed = parseJson(found ? text.slice(0, found.end) : text);
        if (!found)
          expect(
            typeof parsed !== 'object' || parsed === null || Array.isArray(parsed) || /^\s/.test(text),
          ).toBe(true);
        if (!found || parsed === undefined) return;
        const last = new Map(
          found.members.map(({ key, from, to }) => [key, JSON.parse(text.slice(from, to))]),
        );
        expect(Object.fromEntries(last)).toEqual(parsed);
      }),
      { numRuns: 1000 },
    );
  });

  test('keeps duplicate keys and exact texts', () => {
    const text = '{"a":1.0,"\\u0061" : 9007199254740993,"__proto__":{"x":[ "}" ]}}';
    const members = objectMembers(text, 0)?.members.map(({ key, from, to }) => [key, text.slice(from, to)]);
    expect(members).toEqual([
      ['a', '1.0'],
      ['a', '9007199254740993'],
      ['__proto__', '{"x":[ "}" ]}'],
    ]);
  });

  test('begins where it is told', () => {
    expect(objectMembers('{{"a":1}', 1)).toEqual({ members: [{ key: 'a', from: 6, to: 7 }], end: 8 });
    expect(objectMembers(' {}', 0)).toBeUndefined();
  });

  test.each([
    '',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    '{"a"1}',
    '{"a":1 2}',
    '{"a":[]x"b":2}',
    '{"\\x":1}',
    '{"a":}',
    '{"a":"}',
  ])('finds no object in %s', (text) => expect(objectMembers(text, 0)).toBeUndefined());
});

describe('arrayElements', () => {
  test('gives the text of every element', () => {
    fc.assert(
      fc.property(fc.array(anyValue), spaces, (value, gaps) => {
        const text = printedWith(value, gaps);
        expect(arrayElements(text)?.map((element) => JSON.parse(element))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('never throws, and splits whatever JSON.parse takes for an array', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearlyJson), (text) => {
        const parsed = parseJson(text);
        const elements = arrayElements(text);
        if (Array.isArray(parsed) && text.startsWith('[')) {
          expect(elements?.map((element) => JSON.parse(element))).toEqual(parsed);
        } else if (elements) {
          expect(text.startsWith('[') && parsed === undefined).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('keeps exact texts', () => {
    expect(arrayElements('[ 1.0 ,{"b":1, "a" :2},"\\u003c"\t]')).toEqual([
      '1.0',
      '{"b":1, "a" :2}',
      '"\\u003c"',
    ]);
    expect(arrayElements('[]')).toEqual([]);
    expect(arrayElements('[ ] ')).toEqual([]);
  });

  test.each([
    '',
    '{}',
    ' []',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,]',
    '[1 2]',
    '[[]x2]',
    '[1]2',
    '[[]',
    '["]',
    '[{]',
    '[] ]',
  ])('finds no array in %s', (text) => expect(arrayElements(text)).toBeUndefined());
});

describe('stringEnd', () => {
  test('is the place behind a string literal, whatever follows', () => {
    const anyText = fc.string({ unit: fc.constantFrom('"', '\\', 'a', '\n', '😀') });
    fc.assert(
      fc.property(anyText, anyText, (value, behind) => {
        const literal = JSON.stringify(value);
        expect(stringEnd(` ${literal}${behind}`, 1)).toBe(1 + literal.length);
        expect(parseString(literal)).toBe(value);
      }),
    );
  });

  test('backslashes before a quote count in pairs', () => {
    expect(stringEnd('"\\"', 0)).toBe(-1);
    expect(stringEnd('"\\\\"', 0)).toBe(4);
    expect(stringEnd('"\\\\\\"', 0)).toBe(-1);
    expect(stringEnd(`"${'\\'.repeat(1_000_000)}"`, 0)).toBe(1_000_002);
    expect(stringEnd(`"${'\\'.repeat(1_000_001)}"`, 0)).toBe(-1);
  });
});

test('parseString takes strings only', () => {
  expect(parseString('"a\\n"')).toBe('a\n');
  for (const text of ['1', 'null', '', '"', '"\t"', '"a" b']) expect(parseString(text)).toBeUndefined();
});

describe('hostile sizes take linear time', () => {
  const linear = (size: number, textOf: (size: number) => string, look: (text: string) => void): void =>
    expect(growthOf(size, textOf, look)).toBeLessThan(LINEAR);

  test.each(['[', '{"a":'])('nested %s', (open) => {
    const close = open === '[' ? ']' : '}';
    const nested = (depth: number): string => open.repeat(depth) + 1 + close.repeat(depth);
    linear(15_000, nested, (value) => expect(arrayElements(`[${value}]`)).toEqual([value]));
    linear(15_000, nested, (value) => expect(arrayElements(`[${value.slice(0, -1)}]`)).toBeUndefined());
    linear(15_000, nested, (value) =>
      expect(objectMembers(`{"v":${value}}`, 0)?.members).toEqual([
        { key: 'v', from: 5, to: 5 + value.length },
      ]),
    );
  });

  test.each(['\\"', '\\\\'])('strings of %s', (escape) => {
    const string = (size: number): string => `"${escape.repeat(size)}"`;
    linear(250_000, string, (text) => expect(arrayElements(`[${text},${text}]`)).toEqual([text, text]));
    linear(250_000, string, (text) => expect(arrayElements(`[${text.slice(0, -1)}`)).toBeUndefined());
  });

  test('many small elements', () => {
    const count = (text: string): unknown => arrayElements(text)?.length;
    expect(count(`[${'1,'.repeat(1_000_000)}1]`)).toBe(1_000_001);
    linear(60_000, (size) => `[${'1,'.repeat(size)}1]`, count);
  });
});
