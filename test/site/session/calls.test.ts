import { describe, expect, test } from 'vitest';
import type { Said } from './make.ts';
import { counts, outline } from './outline.ts';

// Which result stands with which call, and which calls count as failed.

/** Requests of one conversation, each of which repeats the messages of those before it. */
function requests(...rounds: [fresh: object[], answer: string | null, calls?: object[]][]): Said[] {
  const messages: object[] = [];
  return rounds.map(([fresh, answer, calls]) => {
    messages.push(...fresh);
    return {
      model: 'm',
      messages: [...messages],
      answer,
      output_token: 9,
      ...(calls && { tool_calls: calls }),
    };
  });
}

const user = (content: string): object => ({ role: 'user', content });

describe('the forms of each provider', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'run', arguments: '{"command":"ls"}' } };

  test('OpenAI: a message of the role tool, by tool_call_id', () => {
    expect(
      outline(
        requests(
          [[user('go')], null, [call]],
          [
            [
              { role: 'assistant', content: null, tool_calls: [call] },
              { role: 'tool', tool_call_id: 'c1', content: 'Exit code: 2' },
            ],
            'Done.',
          ],
        ),
      ),
    ).toEqual([
      '#1 user: go | run(ls) = Exit code: 2 (exit code 2) from #2',
      '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls] answer: Done.',
    ]);
  });

  test('OpenAI Responses: function_call and function_call_output, by call_id', () => {
    const item = {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'c1',
      name: 'run',
      arguments: '{"command":"ls"}',
    };
    expect(
      outline(
        requests(
          [[user('go')], null, [item]],
          [[item, { type: 'function_call_output', call_id: 'c1', output: 'x.txt' }], 'Done.'],
        ),
      ),
    ).toEqual([
      '#1 user: go | run(ls) = x.txt from #2',
      '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls] answer: Done.',
    ]);
  });

  test('Claude: tool_result blocks, several in one message, by tool_use_id', () => {
    const use = (id: string, command: string): object => ({
      type: 'tool_use',
      id,
      name: 'Bash',
      input: { command },
    });
    const result = (id: string, content: string, rest: object = {}): object => ({
      type: 'tool_result',
      tool_use_id: id,
      content,
      ...rest,
    });
    const said = requests(
      [[user('go')], null, [use('a', 'ls'), use('b', 'rm x')]],
      [
        [
          { role: 'assistant', content: [use('a', 'ls'), use('b', 'rm x')] },
          { role: 'user', content: [result('b', 'denied', { is_error: true }), result('a', 'x')] },
        ],
        'Done.',
      ],
    );
    expect(outline(said)).toEqual([
      '#1 user: go | Bash(ls) = x from #2 | Bash(rm x) = denied (error) from #2',
      '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls] answer: Done.',
    ]);
    expect(counts(said)).toEqual([
      [2, 1],
      [0, 0],
    ]);
  });

  test('Gemini: functionResponse, by the name of the function', () => {
    const ask = (text: string): object => ({ role: 'user', parts: [{ text }] });
    const look = { functionCall: { name: 'look', args: { path: 'a' } } };
    const list = { functionCall: { name: 'list', args: { path: 'b' } } };
    const response = (name: string, given: object): object => ({
      functionResponse: { name, response: given },
    });
    const said = requests(
      [[ask('go')], null, [look, list]],
      [
        [
          { role: 'model', parts: [look, list] },
          {
            role: 'user',
            parts: [response('list', { error: 'no such folder' }), response('look', { output: 'A' })],
          },
        ],
        'Done.',
      ],
    );
    expect(outline(said)).toEqual([
      '#1 user: go | look(a) = A from #2 | list(b) = no such folder (error) from #2',
      '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls] answer: Done.',
    ]);
    expect(counts(said)).toEqual([
      [2, 1],
      [0, 0],
    ]);
  });

  test('the oldest of OpenAI: function_call in a message, answered by the role function', () => {
    const made = { name: 'run', arguments: '{"command":"ls"}' };
    expect(
      outline(
        requests(
          [[user('go')], null],
          [
            [
              { role: 'assistant', content: null, function_call: made },
              { role: 'function', name: 'run', content: 'x.txt' },
            ],
            'Done.',
          ],
        ),
      ),
    ).toEqual([
      '#1 user: go | run(ls) = x.txt from #2',
      '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls] answer: Done.',
    ]);
  });
});
