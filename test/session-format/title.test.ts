import { expect, test } from 'vitest';
import { titleOf } from '../../src/session-format/title.ts';

const title = (question: unknown): string | null => titleOf(JSON.stringify(question));

test('a text is its own title, on one line', () => {
  expect(title('how do I\n\n  build\tthis?  ')).toBe('how do I build this?');
  expect(title('天气 😀')).toBe('天气 😀');
});

test('parts: the words of those that are text, in order', () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  expect(title([{ type: 'text', text: 'look' }, image, { type: 'text', text: 'here' }])).toBe('look here');
  expect(title([{ text: 5 }, null, 'bare', ['x'], { text: 'only this' }])).toBe('only this');
});

test.each([
  [null],
  ['null'],
  ['""'],
  ['" \\n\\t "'],
  ['[]'],
  ['[{"type":"tool_result","content":"a.txt"}]'],
  ['{"text":"no list"}'],
  ['5'],
])('there is none in %s', (question) => {
  expect(titleOf(question)).toBeNull();
});

test('120 characters are shown whole; of more, 119 and an ellipsis', () => {
  expect(title('x'.repeat(120))).toBe('x'.repeat(120));
  expect(title('x'.repeat(121))).toBe(`${'x'.repeat(119)}…`);
  expect(title('x'.repeat(5_000_000))).toBe(`${'x'.repeat(119)}…`);
});

test('words behind the first 2,000 characters are not looked for', () => {
  expect(title(`${' '.repeat(1999)}word`)).toBe('w');
  expect(title(`${' '.repeat(2000)}word`)).toBeNull();
});

test('white space counts once, before the text is cut', () => {
  expect(title(`a${' '.repeat(500)}${'b'.repeat(118)}`)).toBe(`a ${'b'.repeat(118)}`);
});

test('lone surrogates are well-formed Unicode in a title', () => {
  expect(titleOf('"a \\ud83d b"')).toBe('a \uFFFD b');
  expect(title('😀'.repeat(200))?.isWellFormed()).toBe(true);
});
