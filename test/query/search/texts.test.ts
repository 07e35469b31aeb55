import { expect, test } from 'vitest';
import { innerTexts } from '../../../src/query/search/inner-texts.ts';
import { literalScan } from '../../../src/query/search/literal-scan.ts';
import { regexPattern } from '../../../src/query/search/regex-pattern.ts';
import { requiredLiteral } from '../../../src/query/search/required-literal.ts';
import { snippetOf } from '../../../src/query/search/snippet.ts';
import { fc } from '../../fast-check.ts';

test.each([
  ['kubectl', 'kubectl'],
  ['kube.tl', 'kube'],
  ['^error: .*timeout$', 'error: '],
  ['colou?r', 'colo'],
  ['ab+c', 'ab'],
  ['xab{0,2}c', 'xa'],
  ['a|bcd', ''],
  ['(a|b)cde', 'cde'],
  ['(?:long literal)?ab', 'ab'],
  ['(?-i)AbC', 'AbC'],
  ['[abc]def[^]x]gh', 'def'],
  ['[[:alpha:]x]yz', 'yz'],
  ['a\\.b', 'a.b'],
  ['a\\d+bc', 'bc'],
  ['a\\wbcd', 'bcd'],
  ['\\Qa.b\\E', ''],
  ['\\x{41}bc', ''],
  ['😀😀?x', '😀'],
  ['.*', ''],
  ['', ''],
])('every match of %s contains %j', (expression, literal) => {
  expect(requiredLiteral(expression)).toBe(literal);
});

test('a regular expression is scanned for only by what each match contains', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    'ab',
    'é',
    '.',
    '\\.',
    'a?',
    'b*',
    'a+',
    '(a|b)',
    '(?:ab)?',
    '[ab]',
    '[^a]',
    'a{2}',
    'b{0,1}',
    '|',
    '\\w',
    '^',
    '$',
    '日',
    '(x(a)y)',
    '{',
    '(?i)',
    'K',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 5 }),
      fc.array(fc.constantFrom(...'aAbBxykK\u212aéÉ日.{ '), { maxLength: 12 }),
      (pieces, letters) => {
        const text = letters.join('').normalize('NFC');
        let pattern;
        try {
          pattern = regexPattern(pieces.join(''));
        } catch {
          return;
        }
        if (!pattern.find(text)) return;
        expect(
          pattern.scan?.(Buffer.from(text)).next(0) ?? 0,
          `${pieces.join('')} in ${text}`,
        ).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 3000 },
  );
  expect(literalScan('')).toBeUndefined();
});

test('the texts in a text that is JSON', () => {
  const inner = (text: string): string[] => [...innerTexts(text)].toSorted();
  expect(inner('plain')).toEqual([]);
  expect(inner('{}')).toEqual([]);
  const values = ' {"a": "b\\n", "n": [1e3, true, null, 2.5]}';
  expect(inner(values)).toEqual(['a', 'b\n', 'n']);
  expect([...innerTexts(values, true)].toSorted()).toEqual(['1000', '2.5', 'a', 'b\n', 'n', 'true']);
  expect(inner(JSON.stringify({ x: JSON.stringify(['ü"']) }))).toEqual(['["ü\\""]', 'x', 'ü"']);
  // What the gateway cut.
  expect(inner('{"a": "b\\u00fc", "c": "cut of')).toEqual(['a', 'bü', 'c']);
  expect(inner('[{"a": "x\\"')).toEqual(['a']);
});

test('JSON in JSON is read four levels deep', () => {
  let text = 'deep';
  const depths: boolean[] = [];
  for (let depth = 0; depth < 6; depth++) {
    text = JSON.stringify([text]);
    depths.push([...innerTexts(text)].includes('deep'));
  }
  expect(depths).toEqual([true, true, true, true, false, false]);
});

test('hostile JSON takes linear time and no stack', () => {
  expect([...innerTexts(`${'['.repeat(100_000)}"x"${']'.repeat(100_000)}`)]).toEqual(['x']);
  expect([...innerTexts(`{"${'\\'.repeat(2_000_000)}`)]).toEqual([]);
  expect([...innerTexts(`{"a${'b'.repeat(5_000_000)}", `)].map(({ length }) => length)).toEqual([5_000_001]);
});

test('a snippet is cut between words', () => {
  const words = 'word '.repeat(100);
  const text = `${words}needle ${words}`;
  const at = text.indexOf('needle');
  const { before, match, after, startsLater, endsEarlier } = snippetOf(text, { from: at, to: at + 6 });
  expect([match, startsLater, endsEarlier]).toEqual(['needle', true, true]);
  expect(before).toBe('word '.repeat(32));
  expect(after).toBe(` ${'word '.repeat(31)}word`);
});

test('a snippet of a text without spaces is cut between characters', () => {
  const text = `${'😀'.repeat(100)}x${'😀'.repeat(100)}`;
  const { before, after } = snippetOf(text, { from: 200, to: 201 });
  expect([before, after]).toEqual(['😀'.repeat(80), '😀'.repeat(80)]);
  const odd = snippetOf(`y${text}z`, { from: 202, to: 203 });
  expect([odd.before, odd.after].map((one) => one.isWellFormed())).toEqual([true, true]);
  expect(odd.before).toBe(`${'😀'.repeat(79)}x`);
});

test('a short text is whole, and a long match is cut', () => {
  expect(snippetOf('a needle here', { from: 2, to: 8 })).toEqual({
    before: 'a ',
    match: 'needle',
    after: ' here',
    startsLater: false,
    endsEarlier: false,
  });
  expect(snippetOf('m'.repeat(3000), { from: 0, to: 3000 })).toMatchObject({
    match: 'm'.repeat(1000),
    endsEarlier: true,
  });
});
