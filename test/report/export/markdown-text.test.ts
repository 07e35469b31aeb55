import { expect, test } from 'vitest';
import {
  codeSpan,
  escapeMarkdown,
  fenced,
  folded,
  htmlLine,
  modelText,
  plainText,
} from '../../../src/report/export/markdown-text.ts';

test('a fence is longer than any run of backticks in the text', () => {
  expect(fenced('plain')).toBe('```\nplain\n```');
  expect(fenced('a\n```\nb', 'json')).toBe('````json\na\n```\nb\n````');
  expect(fenced('`````')).toBe('``````\n`````\n``````');
});

test.each([
  ['**Done.** See [docs](https://example.org/a).\n\n- one\n```js\n1 < 2\n```'],
  ['# Heading\nand `code`'],
  ['a <= b, x@y'],
])('harmless Markdown of a model is quoted: %j', (text) => {
  expect(modelText(text)).toBe(text.replaceAll(/^/gm, '> ').replaceAll(/^> $/gm, '>'));
});

test.each([
  ['<script>alert(1)</script>'],
  ['</details>'],
  ['<!-- hidden'],
  ['<?xml'],
  ['![pixel](https://evil.example/p.png)'],
  ['![pixel][ref]'],
  ['[click](javascript:alert(1))'],
  ['[click]( https://a.example) and [x](data:text/html,1)'],
  ['[Round]: https://evil.example'],
  ['thanks @admin'],
  ['```\nunclosed <b>'],
])('anything else of a model is code: %j', (text) => {
  expect(modelText(text)).toBe(fenced(text, 'markdown'));
});

test.each([
  ['How much is it?'],
  ['One.\n\nTwo, (three): "four" 5.'],
  ['你好，世界！'],
  ['call get_weather now'],
])('prose of a person is quoted: %j', (text) => {
  expect(plainText(text)).toBe(text.replaceAll(/^/gm, '> ').replaceAll(/^> $/gm, '>'));
});

test.each([
  ['two\nlines'],
  ['*stars*'],
  ['_emphasis_'],
  ['an _emphasis_'],
  ['ends_'],
  ['- a list'],
  ['1. a list'],
  ['a  b'],
  ['<b>'],
  ['&lt;'],
  ['see www.example.org'],
  ['see http://example.org'],
  ['# no heading'],
  ['a | b'],
  ['@admin'],
  ['One.\n\n\nTwo.'],
  ['One.\n\n    code'],
])('what Markdown would change of a person is code: %j', (text) => {
  expect(plainText(text)).toBe(fenced(text));
});

test('control characters go', () => {
  expect(plainText('\u001b[31mred\u001b[0m\u202e!')).toBe('> red!');
  expect(htmlLine('a\n<b> & "c" @d\u0007')).toBe('a &#60;b&#62; &#38; &#34;c&#34; &#64;d');
  expect(escapeMarkdown('a`b<c>')).toBe('a&#96;b&#60;c&#62;');
  expect(codeSpan('a`b')).toBe('``a`b``');
  expect(folded('x', 'y')).toBe('<details><summary>x</summary>\n\ny\n\n</details>');
});
