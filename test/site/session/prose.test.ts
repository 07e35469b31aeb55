import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markdownHtml } from '../../../src/site/session/markdown-library.ts';
import { proseHtml } from '../../../src/site/session/prose.ts';

const WORDS = [
  'a',
  'word',
  '你好',
  '🚀',
  'Привет',
  '1',
  '12.',
  '3)',
  'http:',
  'ftp://x',
  'me@x.y',
  'mailto:a',
  'amp;',
];
const SPACES = [
  ' ',
  ' ',
  ' ',
  '\n',
  '\n\n',
  '  ',
  '\t',
  '\u00a0',
  '\u3000',
  '\u2028',
  '\ufeff',
  ' \n',
  '\n ',
];
const MARKS = [
  ...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  '---',
  '===',
  '- ',
  '&#',
  '](',
  '![',
  '<b>',
  '<br>',
  '<BR/>',
  '<sub>2</sub>',
  '<kbd>',
  '$x$',
  '$a_1$',
  '$$',
  '\\begin{x}',
  '\\end{x}',
  '\\(',
  '\\)',
  '|-|',
  '\\\n',
];

test('a text without markup is what Markdown makes of it', () => {
  const piece = fc.oneof(
    { arbitrary: fc.constantFrom(...WORDS), weight: 6 },
    { arbitrary: fc.constantFrom(...SPACES), weight: 5 },
    { arbitrary: fc.constantFrom(...MARKS), weight: 1 },
  );
  let prose = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join('');
      const html = proseHtml(text);
      if (html === undefined) return;
      prose++;
      expect(html).toBe(markdownHtml(text));
    }),
    { numRuns: 20_000, seed: 1 },
  );
  expect(prose).toBeGreaterThan(1_000);
});

test.each([
  ['Is it "ready"? Yes & no: 3 < 4', undefined],
  ['Is it "ready"? Yes & no, 3 < 4', '<p>Is it &quot;ready&quot;? Yes &amp; no, 3 &lt; 4</p>\n'],
  ['one \ntwo\n\n\nthree\n', '<p>one<br>\ntwo</p>\n<p>three</p>\n'],
  ['C:\\dir and a\tb', '<p>C:\\dir and a\tb</p>\n'],
  ['2.5 times', undefined],
  ['\\begin{x}\na\n\\end{x}', undefined],
  ['$x$', undefined],
  ['It costs $5.', '<p>It costs $5.</p>\n'],
  ['a<br>b', undefined],
  ['a<script>b', '<p>a&lt;script&gt;b</p>\n'],
  ['25 times, 1. first', '<p>25 times, 1. first</p>\n'],
])('%j is prose', (text, html) => {
  expect(proseHtml(text)).toBe(html);
});
