import { expect, test } from 'vitest';
import { richText } from '../../../src/site/session/markdown.ts';

const REL = 'rel="noopener nofollow noreferrer"';

test.each([
  [
    'See HTTPS://example.org/a, or not',
    'See <a href="HTTPS://example.org/a" REL>HTTPS://example.org/a</a>, or not',
  ],
  ['to MAILTO:ana@example.org!', 'to <a href="MAILTO:ana@example.org" REL>MAILTO:ana@example.org</a>!'],
  ['ana@example.org, example.org: 12:30', 'ana@example.org, example.org: 12:30'],
  ['no //comment here', 'no //comment here'],
  [
    '[a](https://example.org) and javascript:alert(1)',
    '<a href="https://example.org" REL>a</a> and javascript:alert(1)',
  ],
])('%j has the links that it has', (text, html) => {
  expect(richText(text)).toBe(`<p>${html.replaceAll('REL', REL)}</p>\n`);
});

test('a short text without marks is the paragraph that the library makes of it', () => {
  for (const text of ['Ça va? × 2', 'Привет, мир', '你好，世界', 'こんにちは・カナ', '안녕'])
    expect(richText(text)).toBe(richText(`${text} *`).replace(' *</p>\n', '</p>'));
});
