import { describe, expect, test } from 'vitest';
import { roundSpan } from '../../src/otlp/span.ts';
import { rowOf, valuesOf, type RowChanges } from './make.ts';

const NAMES = ['gen_ai.system_instructions', 'gen_ai.input.messages', 'gen_ai.output.messages'];

/** The texts of a round's span, parsed. */
function contentOf(texts: RowChanges['texts'], stored: RowChanges['stored'] = {}): Record<string, any> {
  const values = valuesOf(roundSpan(rowOf({ texts: texts ?? {}, stored }), 'openai', true).attributes);
  const parsed = NAMES.filter((name) => name in values).map((name) => [
    name,
    JSON.parse(String(values[name])),
  ]);
  const own = Object.entries(values).filter(([name]) => /messages_left_out|earlier_messages/.test(name));
  return Object.fromEntries([...parsed, ...own]);
}

const text = (content: string): object => ({ type: 'text', content });

describe('what was said', () => {
  const texts = { system: 'Be brief.', new_messages: [{ role: 'user', content: 'hi' }], answer: 'hello' };

  test('is not in a span unless it is asked for', () => {
    const span = roundSpan(rowOf({ texts }), 'openai', false);
    expect(JSON.stringify(span)).not.toMatch(/Be brief|hello|"hi"/);
  });

  test('is in the form of the conventions', () => {
    expect(contentOf(texts)).toEqual({
      'gen_ai.system_instructions': [text('Be brief.')],
      'gen_ai.input.messages': [{ role: 'user', parts: [text('hi')] }],
      'gen_ai.output.messages': [{ role: 'assistant', parts: [text('hello')], finish_reason: 'unknown' }],
    });
  });

  test('calls and results of OpenAI, Claude and Gemini are calls and results', () => {
    const call = { type: 'tool_call', id: 'c1', name: 'bash', arguments: { command: 'ls' } };
    const result = { type: 'tool_call_response', id: 'c1', response: 'a.txt' };
    const openai = [
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'bash', arguments: '{"command":"ls"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'a.txt' },
    ];
    const claude = [
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'c1', name: 'bash', input: { command: 'ls' } }],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'a.txt', is_error: true }],
      },
    ];
    expect(contentOf({ new_messages: openai })['gen_ai.input.messages']).toEqual([
      { role: 'assistant', parts: [call] },
      { role: 'tool', parts: [result] },
    ]);
    expect(contentOf({ new_messages: claude })['gen_ai.input.messages']).toEqual([
      { role: 'assistant', parts: [call] },
      { role: 'user', parts: [{ ...result, is_error: true }] },
    ]);
    expect(
      contentOf({ new_messages: [{ role: 'model', parts: [{ text: 'yes' }] }] })['gen_ai.input.messages'],
    ).toEqual([{ role: 'assistant', parts: [text('yes')] }]);
  });

  test('an answer has its reasoning and its calls', () => {
    const tool_calls = [{ id: 'c1', type: 'function', function: { name: 'bash', arguments: 'rm -rf' } }];
    expect(contentOf({ answer: 'so', reasoning: 'hm', tool_calls })).toEqual({
      'gen_ai.output.messages': [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'hm' },
            text('so'),
            { type: 'tool_call', id: 'c1', name: 'bash', arguments: 'rm -rf' },
          ],
          finish_reason: 'tool_call',
        },
      ],
    });
    expect(contentOf({ answer: 'half' }, { response_code: 502 })['gen_ai.output.messages']).toMatchObject([
      { finish_reason: 'error' },
    ]);
  });

  test('media are named, and their bytes are not sent', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJDRA==' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'file', file: { file_id: 'file-1', filename: 'a.pdf' } },
      { type: 'input_file', filename: 'b.pdf' },
    ];
    expect(
      contentOf({ new_messages: [{ role: 'user', content }] })['gen_ai.input.messages'][0].parts,
    ).toEqual([
      { type: 'omitted', modality: 'image', format: 'png', bytes: 4 },
      expect.objectContaining({ type: 'uri', modality: 'image', uri: 'https://example.com/a.png' }),
      expect.objectContaining({ type: 'file', modality: 'file', name: 'a.pdf', file_id: 'file-1' }),
      expect.objectContaining({ type: 'omitted', modality: 'file', name: 'b.pdf' }),
    ]);
  });

  test('the messages before are counted, and are in earlier spans', () => {
    const new_messages = [{ role: 'user', content: 'more' }];
    const stored = {
      context: [
        [1, 0, 3],
        [2, 0, 1],
      ] as [number, number, number][],
    };
    expect(contentOf({ new_messages }, stored)).toMatchObject({
      'agent_session_monitor.earlier_messages': '3',
    });
  });

  test('a request that is no list, and a round with a question only', () => {
    const message = (content: string): object => ({ role: 'user', parts: [text(content)] });
    expect(contentOf({ messages: '[{"role": cut' })).toEqual({
      'gen_ai.input.messages': [message('[{"role": cut')],
    });
    expect(contentOf({ question: 'why?' })).toEqual({ 'gen_ai.input.messages': [message('why?')] });
    expect(
      contentOf({ question: null, system: null, answer: null, reasoning: null, tool_calls: null }),
    ).toEqual({});
    expect(contentOf({ new_messages: [], question: 'as before' })).toEqual({});
  });
});

describe('bounds', () => {
  const sizeOf = (texts: RowChanges['texts']): number =>
    Buffer.byteLength(JSON.stringify(roundSpan(rowOf({ texts: texts ?? {} }), 'openai', true)));

  test('a long text is cut, and says so', () => {
    const [{ parts }] = contentOf({ new_messages: [{ role: 'user', content: 'x'.repeat(32_005) }] })[
      'gen_ai.input.messages'
    ];
    expect(parts).toEqual([text(`${'x'.repeat(32_000)}… [5 more characters]`)]);
  });

  test('of many parts the first are sent, and of many messages the last', () => {
    const content = Array.from({ length: 5 }, (_, i) => ({ type: 'text', text: `${i}`.repeat(20_000) }));
    const [{ parts }] = contentOf({ new_messages: [{ role: 'user', content }] })['gen_ai.input.messages'];
    expect(parts.map((part: { content: string }) => part.content.slice(0, 24))).toEqual([
      '0'.repeat(24),
      '1'.repeat(24),
      '[3 more parts left out]',
    ]);
    const new_messages = Array.from({ length: 5 }, (_, i) => ({
      role: 'user',
      content: `${i}`.repeat(30_000),
    }));
    const sent = contentOf({ new_messages });
    expect(sent['agent_session_monitor.messages_left_out']).toBe('2');
    expect(sent['gen_ai.input.messages'].map((one: any) => one.parts[0].content[0])).toEqual(['2', '3', '4']);
  });

  test.each([
    ['control characters', '\u0001'],
    ['quotes', '"'],
    ['Han', '数'],
    ['half surrogate pairs', '\udc00'],
  ])('whatever is said, in %s, a span is far below 1 MiB', (_, character) => {
    const long = character.repeat(60_000);
    const parts = Array.from({ length: 20 }, () => ({ type: 'text', text: long.slice(0, 9000) }));
    const nested = { type: 'tool_result', tool_use_id: 'c', content: parts };
    const new_messages = [
      ...Array.from({ length: 20 }, () => ({ role: 'user', content: [nested, nested] })),
      { role: 'user', content: long },
    ];
    const tool_calls = parts.map(() => ({ id: 'c', function: { name: 'f', arguments: long } }));
    expect(sizeOf({ system: parts, new_messages, answer: parts, reasoning: long, tool_calls })).toBeLessThan(
      950_000,
    );
  });

  test('no half of a surrogate pair, and no long number, is lost or sent as it is', () => {
    const callOf = (given: string): unknown =>
      contentOf({ tool_calls: [{ id: 'c', function: { name: 'f', arguments: given } }] })[
        'gen_ai.output.messages'
      ][0].parts[0].arguments;
    expect(callOf('{"id":12345678901234567890}')).toBe('{"id":12345678901234567890}');
    expect(callOf(String.raw`{"a\ud800":1}`)).toBe(String.raw`{"a\ud800":1}`);
    expect(callOf('{"a":1}')).toEqual({ a: 1 });
    expect(callOf(`"${'x'.repeat(31_998)}"`)).toBe('x'.repeat(31_998));
    expect(callOf(`"${'x'.repeat(31_999)}"`)).toBe(`"${'x'.repeat(31_999)}… [1 more characters]`);
    const [{ parts }] = contentOf({ new_messages: [{ role: 'user', content: 'a\ud800\0' }] })[
      'gen_ai.input.messages'
    ];
    expect(parts).toEqual([text('a\ufffd\ufffd')]);
  });
});
