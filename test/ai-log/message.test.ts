import { describe, expect, test } from 'vitest';
import {
  readCallList,
  readMessage,
  readParts,
  saysError,
  type Part,
  type ToolResult,
} from '../../src/ai-log/message.ts';

// Calls and results of tools, in the form of each provider.

const read = (message: object) => readMessage(JSON.stringify(message));
const text = (words: string): Part => ({ kind: 'text', text: words });
const call = (id: string | null, name: string, args: string) => ({ id, name, arguments: args });

/** The results in a content, one by one. */
const resultsIn = (content: unknown): ToolResult[] =>
  readParts(JSON.stringify(content)).flatMap((part) => (part.kind === 'result' ? [part.result] : []));

describe('calls', () => {
  test.each([
    [
      "OpenAI's tool_calls",
      { tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }] },
      [call('c', 'f', '{"a":1}')],
    ],
    [
      'its older function_call',
      { content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      [call(null, 'f', '{"a":1}')],
    ],
    [
      'both: the newer says more',
      { tool_calls: [{ id: 'c', function: { name: 'f' } }], function_call: { name: 'g' } },
      [call('c', 'f', '')],
    ],
    ['a function_call that is none', { function_call: 'auto' }, []],
    ['no tool_calls', { tool_calls: null }, []],
    ['tool_calls that are no list', { tool_calls: 'x' }, []],
  ])('beside the content: %s', (_, message, calls) => {
    expect(read({ role: 'assistant', ...message })).toEqual({ role: 'assistant', parts: [], calls });
  });

  test('an item of OpenAI Responses is a call itself, by its call_id', () => {
    expect(read({ type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f', arguments: '{}' })).toEqual({
      role: 'function_call',
      parts: [],
      calls: [call('c', 'f', '{}')],
    });
  });

  test.each([
    [{ type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } }, call('c', 'f', '{"a":1}')],
    [{ type: 'server_tool_use', id: 'c', name: 'web', input: {} }, call('c', 'web', '{}')],
    [{ functionCall: { name: 'f', args: { a: 1 } } }, call(null, 'f', '{"a":1}')],
    [{ functionCall: { id: 'c', name: 'f' } }, call('c', 'f', '')],
  ])('in the content: %j', (part, made) => {
    expect(readParts(JSON.stringify([part]))).toEqual([{ kind: 'call', call: made }]);
  });

  test('as a round logs them', () => {
    const list = [
      { id: '', function: { name: '', arguments: '{}{"a":1}' } },
      { functionCall: { name: 'g' } },
      7,
    ];
    expect(readCallList(JSON.stringify(list))).toEqual([
      call(null, '?', '{"a":1}'),
      call(null, 'g', ''),
      call(null, '?', '7'),
    ]);
    expect(readCallList('"[map[name:f [truncated]"')).toBe(null);
  });
});

describe('a message that is a result', () => {
  test.each([
    [
      { role: 'tool', tool_call_id: 'c', content: 'x' },
      { id: 'c', name: null },
    ],
    [
      { role: 'tool', tool_call_id: 'c', name: 'f', content: 'x' },
      { id: 'c', name: 'f' },
    ],
    [
      { role: 'function', name: 'f', content: 'x' },
      { id: null, name: 'f' },
    ],
    [
      { type: 'function_call_output', call_id: 'c', output: 'x' },
      { id: 'c', name: null },
    ],
    [
      { role: 'tool', tool_call_id: '', content: [{ type: 'text', text: 'x' }] },
      { id: null, name: null },
    ],
  ])('%j', (message, answers) => {
    expect(read(message)).toMatchObject({ parts: [text('x')], calls: [], answers });
  });

  test.each([
    [{ role: 'user' }],
    [{ role: 'assistant', tool_call_id: 'c' }],
    [{ type: 'message', name: 'f' }],
  ])('not %j', (message) => {
    expect(read({ ...message, content: 'x' })).not.toHaveProperty('answers');
  });
});

describe('a result in a content', () => {
  test.each([
    [{ is_error: true }, true],
    [{ is_error: false }, false],
    [{ is_error: 'true' }, false],
    [{}, false],
  ])("Claude's, with %j", (more, isError) => {
    const block = { type: 'tool_result', tool_use_id: 'c', content: [{ type: 'text', text: 'x' }], ...more };
    expect(resultsIn([block])).toEqual([{ id: 'c', name: null, parts: [text('x')], isError }]);
  });

  test("others of Claude's, and OpenAI's item", () => {
    expect(
      resultsIn([
        { type: 'mcp_tool_result', tool_use_id: 'c', content: 'x' },
        { type: 'function_call_output', call_id: 'd', output: 'y' },
        { type: 'tool_result' },
      ]),
    ).toEqual([
      { id: 'c', name: null, parts: [text('x')], isError: false },
      { id: 'd', name: null, parts: [text('y')], isError: false },
      { id: null, name: null, parts: [], isError: false },
    ]);
  });

  const json = (value: unknown): Part => ({ kind: 'other', json: JSON.stringify(value) });
  test.each([
    [{ output: 'x' }, [text('x')], false],
    [{ result: 'x' }, [text('x')], false],
    [{ output: 'x', result: 'y' }, [text('x')], false],
    [{ error: 'no' }, [text('no')], true],
    [{ error: { code: 5 } }, [json({ error: { code: 5 } })], true],
    [{ output: 'x', error: 'no' }, [text('x')], true],
    [{ output: 'x', error: '' }, [text('x')], false],
    [{ output: 'x', error: null }, [text('x')], false],
    [{ output: 'x', error: false }, [text('x')], false],
    [{ rows: [1] }, [json({ rows: [1] })], false],
    ['x', [text('x')], false],
    [['x'], [json(['x'])], false],
    [null, [], false],
  ])("Gemini's, with the response %j", (response, parts, isError) => {
    expect(resultsIn([{ functionResponse: { name: 'f', response } }])).toEqual([
      { id: null, name: 'f', parts, isError },
    ]);
  });

  test("Gemini's with an id, and without a name", () => {
    expect(resultsIn([{ functionResponse: { id: 'c' } }])).toEqual([
      { id: 'c', name: '?', parts: [], isError: false },
    ]);
  });
});

test('an error is one if it says something', () => {
  expect([undefined, null, false, ''].map(saysError)).toEqual([false, false, false, false]);
  expect([0, true, 'no', {}, []].map(saysError)).toEqual([true, true, true, true, true]);
});

test('what the model thought is no text of the message', () => {
  expect(
    read({
      role: 'assistant',
      reasoning_content: 'hm',
      content: [{ text: 'so', thought: true }, { text: 'x' }],
    }),
  ).toEqual({
    role: 'assistant',
    parts: [{ kind: 'thinking', text: 'hm' }, { kind: 'thinking', text: 'so' }, text('x')],
    calls: [],
  });
  expect(read({ type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] })).toEqual({
    role: 'reasoning',
    parts: [{ kind: 'thinking', text: 'hm' }],
    calls: [],
  });
});

test('marks for the cache are no part of a call', () => {
  const block = { type: 'tool_use', id: 'c', name: 'f', input: { a: 1, cache_control: {} } };
  expect(readParts(JSON.stringify([block]))).toEqual([{ kind: 'call', call: call('c', 'f', '{"a":1}') }]);
});

test('what stands for the parts of a list that are not read says how many there are', () => {
  const many = <T>(part: T): T[] => Array.from({ length: 10_003 }, () => part);
  const last = (content: unknown): unknown => readParts(JSON.stringify(content)).at(-1);
  const unread = { kind: 'text', text: '[…]', unread: 3 };
  expect(last(many('a'))).toEqual(unread);
  expect(last([{ type: 'reasoning', summary: many({ text: 'a' }) }])).toEqual({ ...unread, kind: 'thinking' });
  expect(last([{ video: many('https://x.example/a.png') }])).toEqual(unread);
  const output = many({ stdout: 'a', outcome: { exit_code: 0 } });
  const [shell] = readParts(JSON.stringify([{ type: 'shell_call_output', call_id: 'c', output }]));
  expect(shell?.kind === 'result' && shell.result.parts.at(-1)).toEqual(unread);
  const citations = Array.from({ length: 102 }, (_, i) => ({ title: `t${i}` }));
  const [, sources] = readParts(JSON.stringify([{ type: 'text', text: 'a', citations }]));
  expect(sources?.kind === 'sources' && sources.text.split('\n').slice(-2)).toEqual(['t99', '… and 2 more']);
}); // prettier-ignore
