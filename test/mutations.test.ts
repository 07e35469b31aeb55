import { expect, test } from 'vitest';
import { mutationsOf } from '../scripts/mutations.mjs';

/** Each mutation as its line in the source, what it is, and what stands in that line then. */
const changesOf = (source: string): [line: number, what: string, text: string][] =>
  mutationsOf(source).map(({ line, what, text }) => [line, what, text.split('\n')[line - 1] ?? '']);

test.each<[string, [what: string, text: string][]]>([
  [
    'x = a < b',
    [
      ['statement removed', ';'],
      ['< is <=', 'x = a <= b'],
    ],
  ],
  [
    'const x = (a >= b) + 1;',
    [
      ['>= is >', 'const x = (a > b) + 1;'],
      ['+ is -', 'const x = (a >= b) - 1;'],
    ],
  ],
  [
    'const x = (a && b) || c;',
    [
      ['&& is ||', 'const x = (a || b) || c;'],
      ['|| is &&', 'const x = (a && b) && c;'],
    ],
  ],
  ['const x = (a) ?? (b);', [['default removed', 'const x = (a) ;']]],
  [
    'const x = !(a) === -b;',
    [
      ['! removed', 'const x = (a) === -b;'],
      ['=== is !==', 'const x = !(a) !== -b;'],
      ['- removed', 'const x = !(a) === b;'],
    ],
  ],
  ['const x = a ? b : c;', [['condition negated', 'const x = !(a) ? b : c;']]],
  ['if (a) {}', [['condition negated', 'if (!(a)) {}']]],
  [
    'const x = [f(), true];',
    [
      ['array emptied', 'const x = [];'],
      ['true is false', 'const x = [f(), false];'],
    ],
  ],
  [
    'for (; ; i++) --j;',
    [
      ['++ is --', 'for (; ; i--) --j;'],
      ['statement removed', 'for (; ; i++) ;'],
      ['-- is ++', 'for (; ; i++) ++j;'],
    ],
  ],
  ["const x = { 'k': é['v'] as 't' };", [['string emptied', "const x = { 'k': é[''] as 't' };"]]],
])('of %s', (source, changes) => {
  expect(changesOf(source)).toEqual(changes.map(([what, text]) => [1, what, text]));
});

test('types, names, imports and numbers stay; lines are counted', () => {
  const source = [
    "import a from './a.ts';",
    "export { b } from './b.ts';",
    "export type T = 'x' | 'y'[];",
    'const n: T | -1 = 5;',
    "const m = await import('./c.ts');",
    "call('s');",
  ].join('\n');
  expect(changesOf(source)).toEqual([
    [6, 'statement removed', ';'],
    [6, 'string emptied', "call('');"],
  ]);
});
