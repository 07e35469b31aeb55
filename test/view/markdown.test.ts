import { describe, expect, test } from 'vitest';
import { losesMarks, richText } from '../../src/site/session/markdown.ts';
import { RichTexts } from '../../src/site/session/rich-texts.ts';
import { logged, pageHtml } from './look.ts';

// A model's Markdown, read as it was meant.

const inline = (text: string): string => richText(text).trim().replace(/^<p>|<\/p>$/g, ''); // prettier-ignore

describe('emphasis between CJK characters', () => {
  test.each([
    ['**重要提示（Important Notice）：**请注意。', '<strong>重要提示（Important Notice）：</strong>请注意。'],
    ['这句话里的**“退货政策”**很重要。', '这句话里的<strong>“退货政策”</strong>很重要。'],
    ['これは**重要。**です', 'これは<strong>重要。</strong>です'],
    ['한국어**강조(bold)**입니다', '한국어<strong>강조(bold)</strong>입니다'],
    ['*强调。*字', '<em>强调。</em>字'],
    ['**50%**的', '<strong>50%</strong>的'],
    ['~~（旧）~~新', '<s>（旧）</s>新'],
    ['字**`code`**字', '字<strong><code dir="ltr">code</code></strong>字'],
    ['𠮷**“𠮷”**𠮷', '𠮷<strong>“𠮷”</strong>𠮷'],
    ['** 不是 **', '** 不是 **'],
    ['a**“b”**c', 'a**“b”**c'],
  ])('%s', (text, html) => {
    expect(inline(text)).toBe(html);
  });

  test('of a logged answer', () => {
    expect(pageHtml(logged('min-cjk'))[0]).toContain(
      '<p><strong>重要提示（Important Notice）：</strong>请注意。这句话里的<strong>“退货政策”</strong>很重要。</p>',
    );
  });
});

test.each([
  '2**10 and 3**4',
  'a*2*c and x*y*z',
  '__init__.py and __all__',
  'src/**/*.ts, *.txt and *.md',
  'C:\\Users\\_tmp\\*.txt',
  '\\\\server\\_share\\*',
  'x_{1} y_{2}',
  'a/*b*/c',
])('%s stays', (text) => {
  expect(inline(text)).toBe(text);
});

test.each([
  ['**Yes**/**No**', '<strong>Yes</strong>/<strong>No</strong>'],
  ['5 \\* 3 and a\\_b', '5 * 3 and a_b'],
  ['**bold** *em* __strong words__ _em_', '<strong>bold</strong> <em>em</em> <strong>strong words</strong> <em>em</em>'],
  ['un**frigging**believable', 'un**frigging**believable'],
])('%s', (text, html) => {
  expect(inline(text)).toBe(html);
}); // prettier-ignore

describe('formulas', () => {
  const formula = (source: string): string => `<code class="formula" dir="ltr">${source}</code>`;

  test.each([
    ['\\(\\theta\\) \\[ a \\\\ b \\] \\{y\\}', `${formula('\\(\\theta\\)')} ${formula('\\[ a \\\\ b \\]')} \\{y\\}`],
    ['$a_1 * b_2 * c$, $5 and $10', `${formula('$a_1 * b_2 * c$')}, $5 and $10`],
    ['$$x_1 * x_2$$ so', `${formula('$$x_1 * x_2$$')} so`],
    ['\\(a < b\\)', formula('\\(a &lt; b\\)')],
    ['50\\% of \\$5 \\( open', '50\\% of \\$5 \\( open'],
    ['`\\(x\\)`', '<code dir="ltr">\\(x\\)</code>'],
  ])('%s', (text, html) => {
    expect(inline(text)).toBe(html);
  }); // prettier-ignore

  test.each([
    '\\[\nx = \\{y\\}\n= z\n\\]',
    '$$\na_1 * b_2 \\\\\n- c\n$$',
    '\\begin{aligned}\na &amp;= b_1 \\\\\nc &amp;= d*e*f\n\\end{aligned}',
  ])('on lines of their own: %j', (source) => {
    const html = richText(`So:\n${source.replaceAll('&amp;', '&')}\nthen.`);
    expect(html).toMatch(/^<p>So:<\/p>\n<pre dir="ltr"[^>]*><code>/);
    expect(html).toContain(`<code>${source}</code></pre>\n<p>then.</p>`);
  });

  test('that never end are text', () => {
    expect(richText('\\[\nx')).toBe('<p>\\[<br>\nx</p>\n');
    expect(richText('$$ 5')).toBe('<p>$$ 5</p>\n');
    expect(inline('\\[x\\] **b**')).toBe('<code class="formula" dir="ltr">\\[x\\]</code> <strong>b</strong>');
  }); // prettier-ignore

  test('of a logged answer', () => {
    expect(pageHtml(logged('min-latex'))[0]).toContain(
      '<code class="formula" dir="ltr">\\(\\theta\\)</code> <code class="formula" dir="ltr">\\[ a \\\\ b \\]</code> \\{y\\}',
    );
  });
});

describe('HTML', () => {
  test('line breaks in the cells of a table', () => {
    const [html] = pageHtml(logged('br-table'));
    expect(html).toContain('<td>10 GB<br>\n1 user<br>\nMail support</td>');
    expect(html).toContain('<td>100 GB<br>\n5 users</td>');
    expect(html).toContain('<p>H<sub>2</sub>O and x<sup>2</sup>, press <kbd>Ctrl</kbd>+<kbd>C</kbd>.</p>');
    expect(html).toContain('<p>&lt;details&gt;&lt;summary&gt;More&lt;/summary&gt;</p>');
  });

  test.each([
    ['a<BR />b', 'a<br>\nb'],
    ['`<br>`', '<code dir="ltr">&lt;br&gt;</code>'],
    ['<br onclick=x>', '&lt;br onclick=x&gt;'],
    ['<sub><script></sub>', '&lt;sub&gt;&lt;script&gt;&lt;/sub&gt;'],
    ['<sup>a&b</sup>', '<sup>a&amp;b</sup>'],
    ['<sub>x</sup>', '&lt;sub&gt;x&lt;/sup&gt;'],
    ['<b>x</b>', '&lt;b&gt;x&lt;/b&gt;'],
  ])('%s', (text, html) => {
    expect(inline(text)).toBe(html);
  });
});

describe('code in text from right to left', () => {
  test('is isolated, left to right', () => {
    const [html] = pageHtml(logged('min-rtlcode'));
    expect(html).toContain('نفّذ <code dir="ltr">ls -la /tmp/</code> ثم <code dir="ltr">print()</code>');
    expect(richText('שלום\n\n```sh\nls /tmp/ # שם\n```')).toContain(
      '<pre dir="ltr"><code><span class="h-built_in">ls</span> /tmp/ ',
    );
    expect(inline('- פריט `a/b/`')).toContain('פריט <code dir="ltr">a/b/</code>');
  });
});

describe('lists', () => {
  test.each([
    ['5) a\n6) b', '<ol start="5" class="paren">\n<li>a</li>\n<li>b</li>\n</ol>'],
    ['3. a\n5. b\n6. c', '<ol start="3">\n<li>a</li>\n<li value="5">b</li>\n<li>c</li>\n</ol>'],
    ['1. a\n1. b', '<ol>\n<li>a</li>\n<li>b</li>\n</ol>'],
  ])('%j keeps its numbers', (text, html) => {
    expect(richText(text).trim()).toBe(html);
  });
});

test('a definition of a link does not vanish', () => {
  expect(richText('[a][1]\n\n[1]: https://x.example')).toContain('<p>[1]: <a href="https://x.example"');
});

test('a text that was changed has itself one click away, and no other has', () => {
  const html = (text: string): string => new RichTexts().html({ text, left: 0 });
  expect(html('**a** <b>')).toBe(
    '<p><strong>a</strong> &lt;b&gt;</p>\n<details class="raw"><summary>Plain text</summary><pre dir="auto"><code>**a** &lt;b&gt;</code></pre></details>',
  );
  for (const text of ['a "b" & c', 'a\nb\n\nc', 'https://x.example/a', '2**10 \\(x\\)'])
    expect(html(text)).not.toContain('<details');
  expect(losesMarks('- a', '<ul>\n<li>a</li>\n</ul>')).toBe(true);
  expect(losesMarks('a &amp; b', '<p>a &amp;amp; b</p>')).toBe(false);
});
