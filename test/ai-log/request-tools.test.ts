import { expect, test } from 'vitest';
import { mayTellOfTools, toolsOfRequest } from '../../src/ai-log/request-tools.ts';
import { readMessage } from '../../src/ai-log/message.ts';
import { failureOf, resultsOf } from '../../src/ai-log/tool-outcome.ts';
import { fc } from '../fast-check.ts';

const failed = (...messages: object[]): readonly string[] => {
  const json = messages.map((message) => JSON.stringify(message));
  const bytes = json.map((text) => new Uint8Array(Buffer.from(`  ${text}`)).subarray(2));
  expect(toolsOfRequest(bytes)).toEqual(toolsOfRequest(json));
  return toolsOfRequest(json).results.flatMap((one) => (one.failed ? [one.name] : []));
};

const user = { role: 'user', content: 'go' };
const chatCall = (id: string, name: string): object => ({
  id,
  type: 'function',
  function: { name, arguments: '{}' },
});
const asks = (...calls: object[]): object => ({ role: 'assistant', content: null, tool_calls: calls });
const tool = (id: string, content: unknown): object => ({ role: 'tool', tool_call_id: id, content });
const use = (id: string, name: string): object => ({
  type: 'tool_use',
  id,
  name,
  input: { role: 'assistant' },
});
const result = (id: string, content: unknown, rest: object = {}): object => ({ type: 'tool_result', tool_use_id: id, content, ...rest }); // prettier-ignore

test('OpenAI: by tool_call_id; several calls of one answer', () => {
  const calls = asks(chatCall('a', 'bash'), chatCall('b', 'read'), chatCall('c', 'bash'));
  expect(failed(user, calls, tool('a', 'Exit code: 2'), tool('b', 'fine'), tool('c', '{"exit_code":1}'))).toEqual(['bash', 'bash']);
  expect(failed(calls, tool('b', 'exit code 0'), tool('c', 'ok'))).toEqual([]);
  expect(failed(asks(chatCall('a', 'bash')), asks(chatCall('b', 'read')), tool('a', 'exit code 1'), tool('b', 'exit code 2'))).toEqual(['read', 'bash']);
}); // prettier-ignore

test('Claude: is_error and its words, in one message with the user’s', () => {
  const calls = { role: 'assistant', content: [{ type: 'text', text: 'Let me see.' }, use('a', 'Bash'), use('b', 'Read')] };
  const content = [
    result('a', 'no such file', { is_error: true }),
    result('b', [{ type: 'text', text: '<tool_use_error>Invalid</tool_use_error>' }], { is_error: false }),
    { type: 'text', text: 'stop' },
  ];
  expect(failed(calls, { role: 'user', content })).toEqual(['Bash', 'Read']);
}); // prettier-ignore

test('Responses: parallel calls alternate with their results', () => {
  const call = (id: string, name: string): object => ({ type: 'function_call', call_id: id, name, arguments: '{}' });
  const output = (id: string, text: string): object => ({ type: 'function_call_output', call_id: id, output: text });
  expect(failed(call('a', 'shell'), output('a', 'exit code 1'), call('b', 'patch'), output('b', '{"error":"no"}'))).toEqual(['patch', 'shell']);
  expect(failed(output('a', 'exit code 1'))).toEqual(['']);
}); // prettier-ignore

test('Responses: custom and hosted calls; Bedrock; code that Gemini runs', () => {
  const names = (...messages: object[]): string[] =>
    toolsOfRequest(messages.map((message) => JSON.stringify(message))).calls.map(({ name }) => name);
  const patch = { type: 'custom_tool_call', call_id: 'a', name: 'apply_patch', input: '*** Begin Patch' };
  const shell = { type: 'local_shell_call', call_id: 'b', action: { type: 'exec', command: ['ls'] } };
  const given = (type: string, id: string) => ({ type, call_id: id, output: 'exit code 1' });
  const bedrock = {
    role: 'assistant',
    content: [{ toolUse: { toolUseId: 'c', name: 'weather', input: {} } }],
  };
  const code = { role: 'model', parts: [{ executableCode: { language: 'PYTHON', code: '1/0' } }] };
  expect([names(patch), names(shell), names(bedrock), names(code)].flat()).toEqual([
    'apply_patch',
    'local_shell',
    'weather',
    'code_execution',
  ]);
  expect(failed(patch, given('custom_tool_call_output', 'a'))).toEqual(['apply_patch']);
  expect(failed(shell, given('local_shell_call_output', 'b'))).toEqual(['local_shell']);
  const answer = [{ toolResult: { toolUseId: 'c', status: 'error', content: [{ text: 'no' }] } }];
  expect(failed(bedrock, { role: 'user', content: answer })).toEqual(['weather']);
});

test('Gemini: by name, with and without an id', () => {
  const asked = { role: 'model', parts: [{ functionCall: { name: 'weather', args: {} } }] };
  const given = (response: object, id?: string): object => ({ role: 'user', parts: [{ functionResponse: { name: 'weather', id, response } }] });
  expect(failed(asked, given({ error: 'no such place' }))).toEqual(['weather']);
  expect(failed(asked, given({ error: { code: 404 } }), given({ error: 'no' }))).toEqual(['weather', 'weather']);
  expect(failed(asked, given({ error: null, output: 'rain' }))).toEqual([]);
  const named = { role: 'model', parts: [{ functionCall: { id: 'x', name: 'forecast', args: {} } }] };
  expect(failed(named, given({ error: 'no' }, 'x'))).toEqual(['forecast']);
}); // prettier-ignore

test('a legacy function is known by its name', () => {
  expect(failed({ role: 'function', name: 'add', content: 'exit code 3' })).toEqual(['add']);
});

test('results before the last answer were counted when they were sent first', () => {
  const first = [asks(chatCall('a', 'bash')), tool('a', 'exit code 1')];
  const second = [asks(chatCall('b', 'read')), tool('b', 'exit code 2')];
  expect(failed(...first)).toEqual(['bash']);
  expect(failed(...first, ...second)).toEqual(['read']);
  expect(failed(...first, { role: 'assistant', content: 'It failed.' }, user)).toEqual([]);
  expect(failed(...first, { role: 'model', parts: [{ text: 'It failed.' }] }, user)).toEqual([]);
  expect(failed(...first, user)).toEqual(['bash']);
});

test('results of tools that the provider runs are part of the answer', () => {
  const content = [{ type: 'mcp_tool_use', id: 'm', name: 'find' }, { type: 'mcp_tool_result', tool_use_id: 'm', is_error: true, content: [] }];
  expect(failed({ role: 'assistant', content }, user)).toEqual([]);
}); // prettier-ignore

test('the calls of the last answer, in each provider’s form', () => {
  const names = (...messages: object[]): string[] =>
    toolsOfRequest(messages.map((message) => JSON.stringify(message))).calls.map(({ id, name }) => `${name} ${id}`);
  expect(names(asks(chatCall('a', 'bash')), tool('a', 'fine'), asks(chatCall('b', 'read')), tool('b', 'fine'))).toEqual(['read b']);
  expect(names(asks(chatCall('a', 'bash')), { role: 'assistant', content: 'Done.' }, user)).toEqual(['bash a']);
  expect(names(asks(chatCall('a', 'bash')), user, { role: 'assistant', content: 'Done.' }, user)).toEqual([]);
  expect(names({ role: 'assistant', content: [use('a', 'Bash'), use('b', 'Read')] }, user)).toEqual(['Bash a', 'Read b']);
  expect(names({ role: 'assistant', content: null, function_call: { name: 'add', arguments: '' } })).toEqual(['add null']);
  expect(names({ role: 'model', parts: [{ functionCall: { name: 'weather' } }] }, user)).toEqual(['weather null']);
  const item = { type: 'function_call', call_id: 'a', name: 'shell', arguments: '{}' };
  expect(names(item, { type: 'function_call_output', call_id: 'a', output: '' }, { ...item, call_id: 'b' })).toEqual(['shell b', 'shell a']);
}); // prettier-ignore

test('a result that was sent twice failed once', () => {
  expect(failed(asks(chatCall('a', 'bash')), tool('a', 'exit code 1'), tool('a', 'exit code 2'))).toEqual(['bash']); // prettier-ignore
});

test('whatever is no message has no results', () => {
  expect(toolsOfRequest(['1', 'null', '"exit code 1"', '{"role":"tool"', '[{"role":"tool"}]', '{}'])).toEqual(
    { calls: [], results: [] },
  );
});

test('messages without calls and results are not parsed', () => {
  expect(mayTellOfTools(JSON.stringify({ role: 'assistant', content: 'no call' }))).toBe(false);
  expect(mayTellOfTools(JSON.stringify(asks(chatCall('a', 'bash'))))).toBe(true);
  expect(mayTellOfTools(JSON.stringify(tool('a', 'fine')))).toBe(true);
  expect(mayTellOfTools(JSON.stringify({ role: 'user', content: [result('a', 'fine')] }))).toBe(true);
  expect(
    mayTellOfTools(JSON.stringify({ role: 'user', content: 'the tool "tool" ends with exit code 1' })),
  ).toBe(false);
});

/** Ways to write the same JSON: more space, everything in escapes. */
const FORMS: ((json: string) => string)[] = [
  (json) => json,
  (json) => JSON.stringify(JSON.parse(json), null, '\t '),
  (json) => json.replaceAll(/[<>_x]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
];
const gap = fc.constantFrom('', ' ', '\n', '\t', '\u00a0', '\u2028', '天 ');
const number = fc.constantFrom('0', '1', '-1', '007', '0.1e1', '1e2', '12345678901', 'x');
const words = fc
  .tuple(
    fc.constantFrom('exit code', 'Exit Code:', 'EXIT CODE', 'Process exited with code', 'Error: exit code', 'Process exited with exit code', 'Command failed with exit code'),
    gap,
    number,
  )
  .map((parts) => parts.join('')); // prettier-ignore
const status = fc
  .tuple(gap, fc.constantFrom('exit_code', 'exitCode', 'error', 'err\\u006fr'), gap, number, fc.boolean())
  .map(([a, key, b, value, isInside]) => {
    const object = `{${a}"${key}"${b}:${b}${value === 'x' ? '"x"' : value}}`;
    return isInside ? `${a}{"metadata":${object}}` : object;
  });
const text = fc.oneof(words, status, fc.constantFrom('<tool_use_error>', ' <tool_use_error>x', 'fine', ''));
const bring = fc.oneof(
  text.map((content) => tool('a', content)),
  fc.tuple(text, text).map((texts) => tool('a', texts.map((one) => ({ type: 'text', text: one })))),
  fc.tuple(text, fc.boolean()).map(([content, is_error]) => ({ role: 'user', content: [result('a', content, { is_error })] })),
  text.map((output) => ({ type: 'function_call_output', call_id: 'a', output })),
  fc.tuple(text, fc.constantFrom('error', 'output', 'exit_code'), fc.constantFrom(0, 1, -1, null)).map(([value, key, other]) => ({
    role: 'function', parts: [{ functionResponse: { name: 'f', response: { [key]: key === 'exit_code' ? other : value } } }],
  })),
); // prettier-ignore

test('bytes of the texts of each result', () => {
  const bytes = (...messages: object[]): [string, number][] =>
    toolsOfRequest(messages.map((message) => JSON.stringify(message))).results.map(({ name, bytes: count }) => [name, count]);
  const calls = asks(chatCall('a', 'bash'), chatCall('b', 'read'));
  expect(bytes(calls, tool('a', 'a "b"\nä天🚀'), tool('b', ''))).toEqual([['read', 0], ['bash', 6 + 2 + 3 + 4]]);
  const image = { type: 'image', source: { type: 'base64', data: 'x'.repeat(100) } };
  const parts = [{ type: 'text', text: 'one' }, image, { type: 'text', text: 'two' }];
  expect(bytes({ role: 'user', content: [result('a', parts), { type: 'text', text: 'and the user’s words' }] })).toEqual([['', 6]]);
  const gemini = { functionResponse: { name: 'weather', response: { sky: 'blue' } } };
  expect(bytes({ role: 'user', parts: [gemini] })).toEqual([['weather', '{"sky":"blue"}'.length]]);
  expect(bytes(calls, tool('a', 'sent'), tool('a', 'twice'))).toEqual([['bash', 4]]);
  expect(bytes(calls, tool('a', 'counted before'), { role: 'assistant', content: 'Done.' }, user)).toEqual([]);
}); // prettier-ignore

test('no failure is missed by the test that saves the parsing', () => {
  let failures = 0;
  fc.assert(
    fc.property(bring, fc.constantFrom(...FORMS), (message, form) => {
      const json = form(JSON.stringify(message));
      const isFailed = resultsOf(readMessage(json)).some((one) => failureOf(one) !== null);
      if (isFailed) failures++;
      if (isFailed) expect(mayTellOfTools(json)).toBe(true);
      if (isFailed) expect(mayTellOfTools(Buffer.from(json))).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(failures).toBeGreaterThan(300);
});
