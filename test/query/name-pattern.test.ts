import { expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { nameMatcher, rememberedMatcher } from '../../src/query/name-pattern.ts';

test.each([
  ['Search', 'seARCH', true],
  ['search', 'search2', false],
  ['se*', 'search', true],
  ['*ch', 'search', true],
  ['se*ch', 'sech', true],
  ['se*ech', 'sech', false],
  ['*a*r*', 'search', true],
  ['*r*a*', 'search', false],
  ['*', '', true],
  ['', '', true],
  ['', 'x', false],
  ['a.c', 'abc', false],
  ['**', 'x', true],
])('the glob %j and %j: %j', (pattern, name, answer) => {
  expect(nameMatcher(pattern, true)(name)).toBe(answer);
  const remembered = rememberedMatcher(pattern, true);
  expect([remembered(name), remembered(name)]).toEqual([answer, answer]);
});

test('without a glob, a star is a star', () => {
  expect([nameMatcher('a*', false)('A*'), nameMatcher('a*', false)('ab')]).toEqual([true, false]);
});

test('a glob is what its regular expression is', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  fc.assert(
    fc.property(text, text, (pattern, name) => {
      const regex = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
      expect(nameMatcher(pattern, true)(name)).toBe(regex.test(name));
    }),
  );
});
