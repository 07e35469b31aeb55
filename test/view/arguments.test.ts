import { describe, expect, test } from 'vitest';
import { layOutJson, layoutText, type Field } from '../../src/query/conversation/json-layout.ts';
import { assistant, chatCall, logged, page, pageHtml, requests, terminal, toolSays, user } from './look.ts';

// What calls were given and returned, laid out, and as it was sent one click away.

const text = (path: string, words: string): Field => ({ path, text: words, isText: true });
const json = (path: string, words: string): Field => ({ path, text: words, isText: false });

describe('fields', () => {
  test.each<[string, Field[]]>([
    ['{"command":"a\\nb"}', [text('command', 'a\nb')]],
    ['{"path":"\\u4f60.txt","content":"a\\nb\\n","n":1.0}', [json('path', '"你.txt"'), text('content', 'a\nb\n'), json('n', '1.0')]],
    ['{"edits":[{"old":"a\\nb","new":"c"},{"old":"d"}]}', [text('edits[0].old', 'a\nb'), json('edits[0].new', '"c"'), json('edits[1]', '{ "old": "d" }')]],
    ['{"a":{"b":{"c":"x\\ny"}},"big":12345678901234567890}', [text('a.b.c', 'x\ny'), json('big', '12345678901234567890')]],
    ['"{\\"a\\":\\"x\\\\ny\\"}"', [text('a', 'x\ny')]],
  ])('%s', (given, fields) => {
    expect(layOutJson(given)).toEqual({ kind: 'fields', fields });
  }); // prettier-ignore

  test.each([
    ['{"a":"\\u4f60"}', 'json', '{ "a": "你" }', false],
    ['{"a":"b","c":[1,2]}', 'json', '{ "a": "b", "c": [ 1, 2 ] }', true],
    ['{"a":1.0,"b":1e3}', 'json', '{ "a": 1.0, "b": 1e3 }', true],
    ['{"a":1,"a":2}', 'json', '{"a":1,"a":2}', true],
    ['{"a":"\\u0000n1"}', 'json', '{"a":"\\u0000n1"}', true],
    ['{"cut":"a\\nb', 'json', '{"cut":"a\\nb', true],
    ['[1,"a\\nb"]', 'json', '[ 1, "a\\nb" ]', true],
    ['*** Begin Patch\n-a', 'text', '*** Begin Patch\n-a', true],
    ['"words\\nof it"', 'text', 'words\nof it', false],
    ['', 'text', '', true],
  ])('none in %s', (given, kind, shown, isAsSent) => {
    expect(layOutJson(given)).toEqual({ kind, text: shown, isAsSent });
  });

  test('JSON that would be mostly indentation stays as it is', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    const isIndented = (json: string): boolean => {
      const layout = layOutJson(json);
      return layout.kind === 'json' && layout.text.includes('\n');
    };
    expect([20, 21].map((levels) => isIndented(`[${nested(levels - 1)},"${'x'.repeat(80)}"]`))).toEqual([
      true,
      false,
    ]);
    expect(
      [100, 400].map((count) => isIndented(`${'['.repeat(15)}${'0,'.repeat(count)}0${']'.repeat(15)}`)),
    ).toEqual([true, false]);
    // Long as it is, indented it would be too long.
    expect(
      [30_000, 60_000].map((count) => isIndented(`["${'x'.repeat(20_000)}"${',1'.repeat(count)}]`)),
    ).toEqual([true, false]);
  });

  test('a path of any length is not repeated for each field', () => {
    const kindOf = (key: string): string => layOutJson(JSON.stringify({ [key]: { a: 'x\ny' } })).kind;
    expect([998, 999].map((length) => kindOf('k'.repeat(length)))).toEqual(['fields', 'json']);
  });

  test('JSON nested for ever, with too many fields, or too long stays as it is', () => {
    const deep = `{"a":${'['.repeat(5000)}"x\\ny"${']'.repeat(5000)}}`;
    expect(layOutJson(deep)).toMatchObject({ kind: 'json' });
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`k${i}`, 'a\nb'])));
    expect(layOutJson(many)).toMatchObject({ kind: 'json' });
    const long = JSON.stringify({ a: `x\n${'y'.repeat(200_000)}` });
    expect(layOutJson(long)).toEqual({ kind: 'json', text: long, isAsSent: true });
  });

  test('as text', () => {
    expect(layoutText(layOutJson('{"path":"a","content":"x\\n  y\\n"}'))).toBe(
      'path: "a"\ncontent:\n  x\n    y',
    );
  });
});

test('on the page: each field by itself, and as it was sent one click away', () => {
  const [html = ''] = pageHtml(logged('tools'));
  expect(html).toContain("<dt><bdi>command</bdi></dt><dd><pre dir=\"auto\"><code>cat &gt; run.sh &lt;&lt;'EOF'\n#!/bin/bash\n");
  expect(html).toContain('<summary>As sent</summary><pre dir="auto" tabindex="0"><code>{"body":"line one\\nline two\\n\\nline four","n":1}</code>');
  expect(pageHtml(logged('min-unicode-args'))[0]).toBe(
    '<p>x</p>' +
      '<pre dir="ltr"><code>{ <span class="h-attr">"q"</span>: <span class="h-string">"你好，世界"</span>, <span class="h-attr">"note"</span>: <span class="h-string">"é"</span> }</code></pre>' +
      '<details class="raw"><summary>As sent</summary><pre dir="auto" tabindex="0"><code>{"q":"\\u4f60\\u597d\\uff0c\\u4e16\\u754c","note":"\\u00e9"}</code></pre></details>',
  );
}); // prettier-ignore

test('what was sent as it is shown has no second copy', () => {
  const said = requests([[user('q')], null, { tool_calls: [chatCall('c', 'f', { a: 1 })] }]);
  expect(pageHtml(said)[0]).not.toContain('<details');
});

describe('what programs printed', () => {
  /** One call and its result, on the page and in the terminal. */
  const result = (content: string): { page?: string; terminal?: string[] } => {
    const calls = [chatCall('c1', 'bash', { command: 'make' })];
    const said = requests(
      [[user('q')], null, { tool_calls: calls }],
      [[assistant(null, { tool_calls: calls }), toolSays('c1', content)], 'ok'],
    );
    return { page: page(said)[0]?.[1] ?? '', terminal: (terminal(said)[1] ?? []).slice(2, -1) };
  };

  test.each([
    ['\u001b[0;32m✔ ok\u001b[0m', '✔ ok'],
    ['\u001b[38;2;255;0;0mred\u001b[0m \u001b[1mbold\u001b[22m', 'red bold'],
    ['\u001b]8;;http://x.example\u0007link\u001b]8;;\u0007', 'link'],
    ['\u001b[31mhalf\u001b[K', 'half'],
  ])('%j without its colours', (content, shown) => {
    expect(result(content)).toEqual({
      page: `bash make = ${shown}`,
      terminal: [`  [tool] bash make (c1): ${shown}`],
    });
  });

  test('a line that overwrites itself, and a sequence that is no colour', () => {
    expect(result(' 10%\r 50%\r100%\r\ndone')).toEqual({
      page: 'bash make =  10%\n 50%\n100%\ndone',
      terminal: ['  [tool] bash make (c1):', '     10%', '     50%', '    100%…'],
    });
    expect(result('\u001b[2Jx').page).toBe('bash make = ␛[2Jx');
  });

  test.each([
    ['Exit code: 2\nboom', '❌ bash make (c1), exit code 2:', 'exit code 2'],
    ['{"error":"no\\nway"}', '❌ bash make (c1), error:', 'error'],
    ['{"output":"x\\ny","metadata":{"exit_code":1}}', '❌ bash make (c1), exit code 1:', 'exit code 1'],
    ['<tool_use_error>a\nb</tool_use_error>', '❌ bash make (c1), error:', 'error'],
  ])('%j is marked as failed', (content, head, failure) => {
    const shown = result(content);
    expect(shown.terminal?.[0]).toBe(`  [tool] ${head}`);
    expect(shown.page?.endsWith(`(${failure})`)).toBe(true);
  });

  test('JSON with escapes is laid out', () => {
    expect(result('{"stdout":"\\u001b[31ma\\u001b[0m\\nb","exit_code":0}')).toEqual({
      page: 'bash make = stdouta\nbexit_code0',
      terminal: ['  [tool] bash make (c1):', '    stdout:', '      a', '      b…'],
    });
  });
});
