import { describe, expect, test } from 'vitest';
import { argumentsExcerpt, gistOf } from '../../src/query/conversation/excerpt.ts';
import { withCodeIsolated } from '../../src/query/conversation/marks.ts';
import { plainText } from '../../src/site/session/markdown.ts';
import { chatCall, page, pageHtml, requests, terminal, textOf, user } from './look.ts';

// A user's words as they were written, and previews that change no word.

test.each([
  'why does 2**10 and 3**4 differ in __init__ of C:\\Users\\_tmp\\*.txt?',
  '5) change this\n7) and this',
  '# no heading\n* star\n- dash\n> quote\n---',
  '    indented\n\ttab',
  'a\n\nb  c',
  '`code` **bold** <b>tag</b> &amp; [link](http://x.example) ![i](http://x.example/i.png)',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  '\\(x_1\\) \\_ \\# ~~no~~',
  '```\nfence\n```',
])('a user’s %j', (words) => {
  const said = requests([[user(words)], 'ok', { question: words }]);
  expect(page(said)[0]?.[0]).toBe(`User: ${words}`);
  const html = pageHtml(said)[0] ?? '';
  expect(html).not.toMatch(/<(?:strong|em|li|h\d|table|blockquote|hr|del|code|img)\b/);
  const lines = (terminal(said, 200)[0] ?? []).filter((line) => !line.startsWith('Messages'));
  const shown = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('❓')),
  );
  const first = words.split('\n').filter((line) => line !== '').slice(0, 3); // prettier-ignore
  expect(shown.slice(0, 3).map((line) => line.slice(line.startsWith('  [user]') ? 9 : 4).replace(/…$/, ''))).toEqual(
    first.slice(0, shown.length).map((line) => line.replaceAll('\t', '  ')),
  ); // prettier-ignore
});

test('a tool’s words and a system’s are no Markdown either', () => {
  const said = requests([[{ role: 'critic', content: '**x** 2**10' }, user('q')], 'ok']);
  expect(page(said)[0]?.[0]).toBe('critic: **x** 2**10');
});

test('addresses are links, and the text around them stays', () => {
  expect(plainText('see https://x.example/a_b?c=*1* now')).toBe(
    '<p>see <a href="https://x.example/a_b?c=*1*" rel="noopener nofollow noreferrer">https://x.example/a_b?c=*1*</a> now</p>',
  );
  expect(plainText('javascript:alert(1) <b>')).toBe('<p>javascript:alert(1) &lt;b&gt;</p>');
  expect(plainText('a  b')).toBe('<p class="plain">a  b</p>');
});

test('code in text from right to left is isolated', () => {
  expect(plainText('שאלה `ls -la /tmp/` <x>')).toBe('<p>שאלה <bdi dir="ltr">`ls -la /tmp/`</bdi> &lt;x&gt;</p>');
  expect(plainText('run `ls`')).toBe('<p>run `ls`</p>');
  expect(gistOf('הרץ `ls -la /tmp/` עכשיו')).toBe('הרץ \u2066ls -la /tmp/\u2069 עכשיו');
  expect(withCodeIsolated('הרץ `ls /tmp/` עכשיו')).toBe('הרץ \u2066`ls /tmp/`\u2069 עכשיו');
  expect(withCodeIsolated('run `ls`')).toBe('run `ls`');
  expect(gistOf('\uf8f0run\uf8f1 `ls`')).toBe('run ls');
}); // prettier-ignore

describe('previews', () => {
  test.each([
    ['Rename user_id to account_id in __init__.py, then 2**8 * #3'],
    ['2**10 and 3**4'],
    ['src/**/*.ts and test/**/*.ts'],
    ['f(**a) and g(**b)'],
    ['*args, **kwargs'],
    ['rm *.py *.txt'],
    ['a ` b'],
    ['``a ` b``'],
    ['issue #3, C# and F#'],
    ['_private_ and __all__'],
    ['x** y**'],
  ])('%j stays', (text) => {
    expect(gistOf(text)).toBe(text);
  });

  test.each([
    ['## A heading\ntext', 'A heading text'],
    ['**Bold** and (**bold**) and **重要：**字', 'Bold and (bold) and 重要：字'],
    ['字**“政策”**很', '字“政策”很'],
    ['run `user_id **x**` now', 'run user_id **x** now'],
    ['```sh\nls **x\n```', 'ls **x'],
    ['\x001\x00 `x`', '1 x'],
  ])('%j becomes %j', (text, line) => {
    expect(gistOf(text)).toBe(line);
  });

  test.each([
    ['{"n":12345678901234567890,"x":1.0}', 'n: 12345678901234567890, x: 1.0'],
    ['{"q":"\\u4f60"}', '你'],
    ['{"command":["bash","-lc","ls"]}', 'bash -lc ls'],
    ['{"a":{"b":1.50}}', '{"b":1.50}'],
  ])('of the arguments %s', (json, line) => {
    expect(argumentsExcerpt(json)).toBe(line);
  });

  test('of a prompt and of reasoning', () => {
    const said = requests([[user('fix `a_b` in **two** places, 2**8')], 'ok', { reasoning: '**Plan** for user_id' }]);
    expect(textOf(pageHtml(said)[0] ?? '')).toContain('Plan for user_id');
    expect(page(said)[0]?.[0]).toBe('User: fix `a_b` in **two** places, 2**8');
  }); // prettier-ignore
});

describe('characters that change the direction of text', () => {
  const source = '/*\u202e } \u2066if (isAdmin)\u2069 \u2066 begin admins only */';

  test('are named on the page, in code, in prose and in arguments', () => {
    const call = chatCall('c', 'bash', { command: `echo ${source}` });
    const said = requests([
      [user(`say \u202eabc`)],
      `\`\`\`js\n${source}\n\`\`\`\n\nand \u2067x\u2069`,
      { tool_calls: [call] },
    ]);
    const [html = ''] = pageHtml(said);
    expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(html).toContain('say [U+202E]abc');
    expect(html.replaceAll(/<[^>]*>/g, '')).toContain(
      '/*[U+202E] } [U+2066]if (isAdmin)[U+2069] [U+2066] begin admins only */',
    );
    expect(html).toContain('and [U+2067]x[U+2069]');
  });

  test('tags, which hide a text from people, are named too, but for flags', () => {
    const hidden = String.fromCodePoint(0xe0068, 0xe0069);
    const wales = String.fromCodePoint(0x1f3f4, 0xe0067, 0xe0062, 0xe0077, 0xe006c, 0xe0073, 0xe007f);
    expect(pageHtml(requests([[user(`go${hidden} ${wales}`)], 'ok']))[0]).toContain(
      `go[U+E0068][U+E0069] ${wales}`,
    );
  });

  test('marks of Arabic and Hebrew texts stay', () => {
    expect(pageHtml(requests([[user('\u200fשלום')], 'ok']))[0]).toContain('\u200fשלום');
  });
});
