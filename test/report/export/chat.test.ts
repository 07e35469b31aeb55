import { expect, test } from 'vitest';
import { chatLines } from '../../../src/report/export/conversation/chat.ts';
import type { ChatMessage } from '../../../src/report/export/conversation/chat-message.ts';
import { roundsOf, type Said } from '../../site/session/make.ts';
import { assistant, chatCall, requests, toolSays, user } from '../../view/look.ts';

/** The conversations in the file, and how many rounds had no list of messages. */
function chats(said: readonly Said[], id = 's'): { talks: ChatMessage[][]; cut: number } {
  const notes = { cut: 0 };
  const text = [...chatLines(id, roundsOf(said), notes)].join('');
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  const talks = lines.map((line) => {
    const value = JSON.parse(line) as { messages: ChatMessage[] };
    expect(Object.keys(value)).toEqual(['messages']);
    return value.messages;
  });
  return { talks, cut: notes.cut };
}

const say = (role: string, content: unknown, rest: object = {}): object => ({ role, content, ...rest });
const called = (...calls: [id: string, name: string, args: string][]): object => ({
  tool_calls: calls.map(([id, name, args]) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  })),
});

test("OpenAI's own messages come out as they went in", () => {
  const call = chatCall('c1', 'bash', { command: 'ls' });
  const said = requests(
    [[say('system', 'Be brief.'), user('list')], null, { tool_calls: [call] }],
    [[assistant(null, { tool_calls: [call] }), toolSays('c1', 'a\nb')], 'Two files.'],
  );
  expect(chats(said)).toEqual({
    talks: [
      [
        say('system', 'Be brief.'),
        user('list'),
        assistant(null, { tool_calls: [call] }),
        { role: 'tool', content: 'a\nb', tool_call_id: 'c1' },
        assistant('Two files.'),
      ],
    ],
    cut: 0,
  });
});

test("Claude's system prompt, calls, results, pictures and failures", () => {
  const said: Said[] = [
    {
      model: 'claude',
      system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } }],
      messages: [
        user([
          { type: 'text', text: 'Look' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        ]),
        assistant([
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'I will.' },
          { type: 'tool_use', id: 't1', name: 'mcp.read', input: { path: 'a' } },
          { type: 'tool_use', id: 't2', name: 'now', input: {} },
        ]),
        user([
          { type: 'text', text: 'go on' },
          { type: 'tool_result', tool_use_id: 't2', content: 'no clock', is_error: true },
          { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'A' }] },
        ]),
      ],
      answer: 'Done.',
    },
  ];
  expect(chats(said).talks).toEqual([
    [
      say('system', 'Be kind.'),
      user([
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ]),
      assistant('I will.', called(['t1', 'mcp_read', '{"path":"a"}'], ['t2', 'now', '{}'])),
      { role: 'tool', content: 'A', tool_call_id: 't1' },
      { role: 'tool', content: 'Error: no clock', tool_call_id: 't2' },
      user('go on'),
      assistant('Done.'),
    ],
  ]);
});

test("Gemini's calls have no ids: they get one each", () => {
  const said: Said[] = [
    {
      model: 'gemini',
      messages: [
        { role: 'user', parts: [{ text: 'both' }] },
        {
          role: 'model',
          parts: [{ functionCall: { name: 'a', args: { x: 1 } } }, { functionCall: { name: 'b', args: {} } }],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'b', response: { output: 'B' } } },
            { functionResponse: { name: 'a', response: { n: 1 } } },
          ],
        },
      ],
      answer: 'ok',
    },
  ];
  expect(chats(said).talks).toEqual([
    [
      user('both'),
      assistant(null, called(['call_1', 'a', '{"x":1}'], ['call_2', 'b', '{}'])),
      { role: 'tool', content: '{"n":1}', tool_call_id: 'call_1' },
      { role: 'tool', content: 'B', tool_call_id: 'call_2' },
      assistant('ok'),
    ],
  ]);
});

test('items of OpenAI Responses become one message with its calls; a text is the input of a custom tool', () => {
  const said: Said[] = [
    {
      model: 'gpt-5',
      messages: [
        say('developer', 'Rules.'),
        user([{ type: 'input_text', text: 'patch' }]),
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I patch.' }] },
        { type: 'custom_tool_call', call_id: 'k', name: 'apply', input: '*** Patch' },
        { type: 'function_call', call_id: 'f', name: 'ls', arguments: '{"a":1.0}' },
        { type: 'custom_tool_call_output', call_id: 'k', output: 'ok' },
        { type: 'function_call_output', call_id: 'f', output: 'files' },
      ],
      answer: 'Done.',
    },
  ];
  expect(chats(said).talks).toEqual([
    [
      say('system', 'Rules.'),
      user('patch'),
      assistant('I patch.', called(['k', 'apply', '{"input":"*** Patch"}'], ['f', 'ls', '{"a":1.0}'])),
      { role: 'tool', content: 'ok', tool_call_id: 'k' },
      { role: 'tool', content: 'files', tool_call_id: 'f' },
      assistant('Done.'),
    ],
  ]);
});

test('a call without a result gets one that says so, a late result its place, an unknown one a message', () => {
  const [a, b] = [chatCall('a', 'x', {}), chatCall('b', 'x', {})];
  const said: Said[] = [
    {
      model: 'm',
      messages: [
        user('go'),
        assistant(null, { tool_calls: [a, b] }),
        user('hurry'),
        toolSays('b', 'late'),
        toolSays('b', 'again'),
        toolSays('z', 'whose?'),
      ],
      answer: null,
      tool_calls: [chatCall('a', 'x', {})],
    },
  ];
  expect(chats(said).talks).toEqual([
    [
      user('go'),
      assistant(null, called(['a', 'x', '{}'], ['b', 'x', '{}'])),
      { role: 'tool', content: '[no result in the log]', tool_call_id: 'a' },
      { role: 'tool', content: 'late\nagain', tool_call_id: 'b' },
      user('hurry'),
      user('[result of a tool] whose?'),
      assistant(null, called(['call_1', 'x', '{}'])),
    ],
  ]);
});

test('two texts of the model that follow each other stay two messages; text after a result is a new one', () => {
  const said: Said[] = [
    {
      model: 'claude',
      messages: [
        user('q'),
        assistant('One.'),
        assistant('Two.'),
        user('more'),
        assistant([
          { type: 'text', text: 'Searching.' },
          { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
          { type: 'web_search_tool_result', tool_use_id: 's', content: 'found' },
          { type: 'text', text: 'It is' },
          { type: 'text', text: 'so.' },
        ]),
        user('end'),
      ],
      answer: 'Bye.',
    },
  ];
  expect(chats(said).talks[0]).toEqual([
    user('q'),
    assistant('One.'),
    assistant('Two.'),
    user('more'),
    assistant('Searching.', called(['s', 'web_search', '{"query":"q"}'])),
    { role: 'tool', content: 'found', tool_call_id: 's' },
    assistant('It is\nso.'),
    user('end'),
    assistant('Bye.'),
  ]);
});

test('rounds without a list of messages: questions and answers are one conversation, in session default one each', () => {
  const said: Said[] = [
    { model: 'm', question: 'q1', answer: 'a1', system: 'S' },
    { model: 'm', question: 'q2', answer: null, tool_calls: [chatCall('c', 'f', {})], system: 'S' },
    { model: 'm', question: 'q3', answer: 'a3', system: 'S' },
  ];
  expect(chats(said)).toEqual({
    talks: [
      [
        say('system', 'S'),
        user('q1'),
        assistant('a1'),
        user('q2'),
        assistant(null, called(['c', 'f', '{}'])),
        { role: 'tool', content: '[no result in the log]', tool_call_id: 'c' },
        user('q3'),
        assistant('a3'),
      ],
    ],
    cut: 3,
  });
  expect(chats(said, 'default').talks).toEqual([
    [say('system', 'S'), user('q1'), assistant('a1')],
    [say('system', 'S'), user('q2'), assistant(null, called(['c', 'f', '{}']))],
    [say('system', 'S'), user('q3'), assistant('a3')],
  ]);
});

test('a compacted history ends a line, a small change does not', () => {
  const system = say('system', 'S');
  const long = [user('one'), assistant('1'), user('two'), assistant('2'), user('three')];
  const said: Said[] = [
    { model: 'm', messages: [system, ...long], answer: '3' },
    { model: 'm', messages: [system, ...long.slice(0, 3), assistant('2!'), user('four')], answer: '4' },
    { model: 'm', messages: [system, user('Summary: all.'), user('five')], answer: '5' },
  ];
  expect(chats(said).talks).toEqual([
    [system, ...long.slice(0, 3), assistant('2!'), user('four'), assistant('4')],
    [system, user('Summary: all.'), user('five'), assistant('5')],
  ]);
});

test('a system prompt that is logged beside the messages too is there once', () => {
  const system = say('system', 'S');
  const said: Said[] = [{ model: 'm', system: 'S', messages: [system, user('q')], answer: 'a' }];
  expect(chats(said).talks).toEqual([[system, user('q'), assistant('a')]]);
});

test('calls that the gateway cut are said to be missing; a failed request ends without an answer', () => {
  const said: Said[] = [
    { model: 'm', messages: [user('q')], answer: 'a', tool_calls: '[{"id": [truncated]' },
  ];
  expect(chats(said).talks).toEqual([[user('q'), assistant('a\n[tool calls, cut by the gateway]')]]);
  expect(chats([{ model: 'm', code: 503, messages: [user('q')] }]).talks).toEqual([[user('q')]]);
});

test('many conversations of session default are each written once, as soon as none can continue them', () => {
  const said = Array.from({ length: 150 }, (_, i) => ({
    model: 'm',
    messages: [user(`question ${i}`)],
    answer: `answer ${i}`,
  }));
  const { talks } = chats(said, 'default');
  expect(talks).toEqual(said.map(({ messages, answer }) => [...messages, assistant(answer)]));
});

test('ids that are given again: a result belongs to the newest call that waits, then to the one before', () => {
  const x = chatCall('x', 'f', {});
  const said: Said[] = [
    {
      model: 'm',
      messages: [
        user('go'),
        assistant(null, { tool_calls: [x] }),
        user('again'),
        assistant(null, { tool_calls: [x, x] }),
        toolSays('x', 'new 1'),
        toolSays('x', 'new 2'),
        toolSays('x', 'old'),
      ],
      answer: 'ok',
    },
  ];
  expect(chats(said).talks).toEqual([
    [
      user('go'),
      assistant(null, called(['x', 'f', '{}'])),
      { role: 'tool', content: 'old', tool_call_id: 'x' },
      user('again'),
      assistant(null, called(['call_1', 'f', '{}'], ['call_2', 'f', '{}'])),
      { role: 'tool', content: 'new 1', tool_call_id: 'call_1' },
      { role: 'tool', content: 'new 2', tool_call_id: 'call_2' },
      assistant('ok'),
    ],
  ]);
});

test('an id that is made is not one that the log has', () => {
  const said: Said[] = [
    {
      model: 'm',
      messages: [user('q')],
      tool_calls: [chatCall('call_1', 'f', {}), chatCall('call_1', 'f', {})],
    },
  ];
  expect(chats(said).talks[0]?.[1]).toEqual(
    assistant(null, called(['call_1', 'f', '{}'], ['call_2', 'f', '{}'])),
  );
});

test('a result that comes after its place was written is a message; one in the next question has its place', () => {
  const result = (id: string, content: string): object => ({ type: 'tool_result', tool_use_id: id, content });
  const said: Said[] = [
    { model: 'm', question: 'q', tool_calls: [chatCall('a', 'f', {})] },
    { model: 'm', question: [result('a', 'A')], tool_calls: [chatCall('b', 'f', {})] },
    { model: 'm', question: [result('a', 'late'), result('b', 'B')], answer: 'ok' },
  ];
  expect(chats(said).talks).toEqual([
    [
      user('q'),
      assistant(null, called(['a', 'f', '{}'])),
      { role: 'tool', content: 'A', tool_call_id: 'a' },
      assistant(null, called(['b', 'f', '{}'])),
      { role: 'tool', content: 'B', tool_call_id: 'b' },
      user('[result of a tool] late'),
      assistant('ok'),
    ],
  ]);
});

test('what the format has no place for is left out, or is a line of text', () => {
  const said: Said[] = [
    {
      model: 'm',
      messages: [
        user([
          { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
          { type: 'image_url', image_url: { url: 'data:image/gif;base64,AAAA' } },
          { type: 'image', source: { type: 'file', file_id: 'file_1' } },
          { inlineData: { mimeType: 'image/jpeg', data: 'AAAA' } },
        ]),
        assistant([
          { type: 'text', text: 'See', citations: [{ title: 'A source', url: 'https://example.org' }] },
          { type: 'thinking', thinking: 'hidden' },
        ]),
        user([{ type: 'document', title: 'a', source: { type: 'url', url: 'https://example.org/a.pdf' } }]),
      ],
      answer: 'ok',
      reasoning: 'hidden',
    },
  ];
  expect(chats(said).talks).toEqual([
    [
      user([
        { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
        { type: 'image_url', image_url: { url: 'data:image/gif;base64,AAAA' } },
        { type: 'text', text: '[image file_1]' },
        { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AAAA' } },
      ]),
      assistant('See'),
      user('[file a https://example.org/a.pdf]'),
      assistant('ok'),
    ],
  ]);
});

test.each([
  ['', '{}'],
  [' {"a":1.0, "a":2}', ' {"a":1.0, "a":2}'],
  ['[1]', '{"input":"[1]"}'],
  ['{"cut [truncated] ', '{"input":"{\\"cut [truncated] "}'],
  ['ls', '{"input":"ls"}'],
])('arguments %j are %j', (given, shown) => {
  const call = {
    id: 'c',
    type: 'function',
    function: { name: `mcp.read file/${'x'.repeat(80)}`, arguments: given },
  };
  const said: Said[] = [{ model: 'm', messages: [user('q')], tool_calls: [call] }];
  expect(chats(said).talks[0]?.[1]?.tool_calls?.[0]?.function).toEqual({
    name: `mcp_read_file_${'x'.repeat(50)}`,
    arguments: shown,
  });
});
