import { fc } from '../../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { EscapedJson } from '../../../src/ai-log/fast/escaped-json.ts';

/** A text as it stands in a JSON string whose end is there. */
const escape = (text: string): Buffer => Buffer.from(`${text.replaceAll(/["\\]/g, '\\$&')}"`);

function readerOf(text: string): { json: EscapedJson; end: number; written: () => string } {
  const source = escape(text);
  const target = Buffer.alloc(source.length);
  const json = new EscapedJson(source, 0, target);
  return { json, end: source.length - 1, written: () => target.toString('utf8', 0, json.length) };
}

/** What JSON.parse takes; of its white space, only the space stands in a string as it is. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return !/[\n\r\t]/.test(text);
  } catch {
    return false;
  }
}

/** Whether the whole text is one value, space around it left out. */
function isValue(text: string): boolean {
  const trimmed = text.replaceAll(/^ +| +$/g, '');
  const { json, end, written } = readerOf(trimmed);
  if (!json.value() || json.at !== end) return false;
  expect(written()).toBe(trimmed);
  return true;
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
  const ends = ['12,3', 'nullx', '"a"b', '{"a":[]} ', '[1]]', '-0.5e3]'].map((text) => {
    const { json, written } = readerOf(text);
    return json.value() && written();
  });
  expect(ends).toEqual(['12', 'null', '"a"', '{"a":[]}', '[1]', '-0.5e3']);
});

test.each([String.raw`\"a\n\"`, String.raw`\"\/\"`, String.raw`\"\\"`, String.raw`"a"`, String.raw`\"a"`, String.raw`\"\\\"`])(
  'an escape that the plugin does not print, or a quote of the string: %s',
  (source) => {
    const bytes = Buffer.from(`${source}"`);
    const json = new EscapedJson(bytes, 0, Buffer.alloc(bytes.length));
    expect(json.value() && json.at === bytes.length - 1).toBe(false);
  },
); // prettier-ignore

test('members of an object, and elements of a list, are shown as they stand', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
      const { json, end, written } = readerOf(JSON.stringify(plain));
      const members: [string, unknown][] = [];
      const isObject = json.object(({ from, to }) => {
        const key = JSON.parse(cut(written(), from - 1, to + 1)) as string;
        const at = json.length;
        if (!json.value()) return false;
        members.push([key, JSON.parse(cut(written(), at, json.length))]);
        return true;
      });
      expect([isObject, json.at]).toEqual([true, end]);
      expect(members).toEqual(Object.entries(plain));

      const list = readerOf(JSON.stringify(Object.values(plain)));
      const elements: unknown[] = [];
      const isList = list.json.list(() => {
        const at = list.json.length;
        if (!list.json.value()) return false;
        elements.push(JSON.parse(cut(list.written(), at, list.json.length)));
        return true;
      });
      expect([isList, list.json.at]).toEqual([true, list.end]);
      expect(elements).toEqual(Object.values(plain));
    }),
  );
}); // prettier-ignore

/** By bytes. */
function cut(text: string, from: number, to: number): string {
  return Buffer.from(text).toString('utf8', from, to);
}

test.each(['{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":x}', '{"a":1 "b":2}', '{a:1}', '[]', 'null'])('%s is no object', (text) => {
  const { json } = readerOf(text);
  expect(json.object(() => json.value())).toBe(false);
}); // prettier-ignore

test.each(['[', '[1', '[1,', '[x]', '[1 2]', '[1}', '{}', '1'])('%s is no list', (text) => {
  const { json } = readerOf(text);
  expect(json.list(() => json.value())).toBe(false);
});

test('spaces may stand between all of it', () => {
  const object = readerOf('{ "a" : 1 , "b":[ ] }');
  const keys: string[] = [];
  const isObject = object.json.object(({ from, to }) => {
    keys.push(cut(object.written(), from, to));
    return object.json.value();
  });
  expect([isObject, object.json.at, keys]).toEqual([true, object.end, ['a', 'b']]);
  const list = readerOf('[ 1 , 2 ]');
  expect([list.json.list(() => list.json.value()), list.json.at]).toEqual([true, list.end]);
  for (const empty of ['{ }', '[ ]']) {
    const { json, end } = readerOf(empty);
    const isEmpty = empty === '{ }' ? json.object(() => false) : json.list(() => false);
    expect([isEmpty, json.at]).toEqual([true, end]);
  }
});
