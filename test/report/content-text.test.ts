import { expect, test } from 'vitest';
import { callsOfJson, callText, textOfJson } from '../../src/report/content-text.ts';

test.each([
  ['text', 'hello', 'hello'],
  ['nothing', null, ''],
  ['a number', 42, '42'],
  ['parts of text', [{ type: 'text', text: 'a' }, 'b', null, { type: 'input_text', text: 'c' }], 'a\nb\nc'],
  ['thinking', [{ type: 'thinking', thinking: 'hm' }], 'hm'],
  [
    'an image by its address',
    [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }],
    '[image https://x/y.png]',
  ],
  [
    'an image in the request',
    [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    '[image png, 3 B]',
  ],
  ["Claude's image", [{ type: 'image', source: { type: 'base64', data: 'AAAA' } }], '[image, 3 B]'],
  [
    'a tool result of parts',
    [{ type: 'tool_result', content: [{ type: 'text', text: '15°' }] }],
    '[tool result] 15°',
  ],
  ['a tool use', [{ type: 'tool_use', name: 'f', input: { a: 1 } }], 'f({"a":1})'],
  ['anything else', [{ type: 'odd', x: [1] }], '{"type":"odd","x":[1]}'],
])('%s is shown as text', (_, content, text) => {
  expect(textOfJson(JSON.stringify(content))).toBe(text);
});

test('text that the gateway cut, and what is no JSON, is shown as it is', () => {
  expect(textOfJson('"[map[content:be nice [truncated] AAAA]"')).toBe(
    '[map[content:be nice [truncated] AAAA]',
  );
  expect(textOfJson('{oops')).toBe('{oops');
});

function nested(depth: number): string {
  return `${'[{"type":"tool_result","content":'.repeat(depth)}"x"${'}]'.repeat(depth)}`;
}

test('contents nested for ever end', () => {
  expect(textOfJson(nested(3))).toBe('[tool result] [tool result] [tool result] x');
  expect(textOfJson(nested(9))).toMatch(/\[…\]$/);
  expect(textOfJson(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)).toBe('[…]');
});

test.each([
  ['OpenAI', { function: { name: 'f', arguments: '{"a":1}' } }, 'f({"a":1})'],
  [
    "Claude's stream, whose arguments begin twice",
    { type: 'tool_use', function: { name: 'f', arguments: '{}{"a":1}' } },
    'f({"a":1})',
  ],
  ['empty arguments', { function: { name: 'f', arguments: '{}' } }, 'f({})'],
  ['Claude', { type: 'tool_use', name: 'f', input: { a: 1 } }, 'f({"a":1})'],
  ['no name', { function: {} }, '?()'],
  ['no call at all', 7, '?(7)'],
])('a tool call of %s', (_, call, text) => {
  expect(callsOfJson(JSON.stringify([call]))?.map(callText)).toEqual([text]);
});

test('tool calls that the gateway cut are no list', () => {
  expect(callsOfJson('"[map[function:map["')).toBeNull();
});

test('of more parts than anybody reads, the first are shown', () => {
  const parts = (count: number): string[] => textOfJson(JSON.stringify(Array(count).fill('x'))).split('\n');
  expect([parts(10_000).length, parts(10_000).at(-1)]).toEqual([10_000, 'x']);
  expect([parts(10_001).length, parts(10_001).at(-1)]).toEqual([10_001, '[…]']);
  expect(parts(1_000_000)).toHaveLength(10_001);
});
