import { expect, test } from 'vitest';
import { assistant, chatCall, page, requests, terminal, toolSays, user } from './look.ts';

// Which call a result belongs to, where clients give the same ids again.

const run = (id: string, command: string): object => chatCall(id, 'run', { command });
const results = (said: Parameters<typeof terminal>[0]): string[] =>
  terminal(said)
    .flat()
    .filter((line) => line.startsWith('  [tool]'));

test('one id in each round: a result belongs to the newest call that waits', () => {
  const said = requests(
    [[user('go')], null, { tool_calls: [run('call_0', 'a')] }],
    [[assistant(null, { tool_calls: [run('call_0', 'a')] }), toolSays('call_0', 'A')], null, { tool_calls: [run('call_0', 'b')] }],
    [[assistant(null, { tool_calls: [run('call_0', 'b')] }), toolSays('call_0', 'B')], 'Done.'],
  ); // prettier-ignore
  expect(page(said)).toEqual([['User: go', 'run a = A'], ['run b = B'], ['Answer: Done.']]);
  expect(results(said)).toEqual(['  [tool] run a (call_0): A', '  [tool] run b (call_0): B']);
});

test('a call that never got a result does not take that of a later one', () => {
  const said = requests(
    [[user('go')], null, { tool_calls: [run('call_0', 'a')] }],
    [[assistant(null, { tool_calls: [run('call_0', 'a')] }), user('never mind, b')], null, { tool_calls: [run('call_0', 'b')] }],
    [[assistant(null, { tool_calls: [run('call_0', 'b')] }), toolSays('call_0', 'B')], 'Done.'],
  ); // prettier-ignore
  expect(page(said)).toEqual([
    ['User: go', 'run a'],
    ['User: never mind, b', 'run b = B'],
    ['Answer: Done.'],
  ]);
  expect(results(said)).toEqual(['  [tool] run b (call_0): B']);
});

test('one id three times in an answer, in the form of Claude: in order', () => {
  const uses = ['a', 'b', 'c'].map((path) => ({ type: 'tool_use', id: 'd', name: 'Read', input: { path } }));
  const given = ['A', 'B', 'C'].map((content) => ({
    type: 'tool_result',
    tool_use_id: 'd',
    content,
    is_error: content === 'B',
  }));
  const said = requests(
    [[user('go')], null, { tool_calls: uses }],
    [[{ role: 'assistant', content: uses }, user(given)], 'Done.', { question: given }],
  );
  expect(page(said)).toEqual([
    ['User: go', 'Read a = A', 'Read b = B (error)', 'Read c = C'],
    ['Answer: Done.'],
  ]);
  const shown = ['[tool] Read a (d): A', '[tool] ❌ Read b (d), error: B', '[tool] Read c (d): C'];
  expect(terminal(said)[1]).toEqual([
    'Messages (3, 2 new):',
    '  [assistant] → Read({"path":"a"})',
    '    → Read({"path":"b"})',
    '    → Read({"path":"c"})',
    ...shown.map((line) => `  ${line}`),
    `❓ Question: ${shown.join('\n  ')}`.split('\n'),
    '✅ Answer: Done.',
  ].flat()); // prettier-ignore
});

test('one id in several calls of one request, in the form of OpenAI Responses', () => {
  const item = (name: string): object => ({ type: 'function_call', call_id: 'k', name, arguments: '{}' });
  const output = (text: string): object => ({ type: 'function_call_output', call_id: 'k', output: text });
  const said = requests([[user('go'), item('f'), item('g'), output('F'), output('G'), item('h'), output('H')], 'Done.']); // prettier-ignore
  expect(page(said)).toEqual([['User: go', 'f  = F', 'g  = G', 'h  = H', 'Answer: Done.']]);
  expect(results(said)).toEqual(['  [tool] f (k): F', '  [tool] g (k): G', '  [tool] h (k): H']);
});

/** Two agents with ids of their own, request by request: their results come in the other order. */
function twoAgents(systems: [string, string]): Parameters<typeof terminal>[0] {
  const task = (text: string): object[] => [user(`Look into ${text} and say what you find`)];
  const call = (text: string): object => run('call_0', text);
  const answered = (text: string): object[] => [
    ...task(text),
    assistant(null, { tool_calls: [call(text)] }),
    toolSays('call_0', `found ${text}`),
  ];
  const request = (i: 0 | 1, messages: object[], rest: object): Record<string, unknown> => ({
    model: 'm',
    output_token: 9,
    messages: [{ role: 'system', content: systems[i] }, ...messages],
    ...rest,
  });
  return [
    request(0, task('alpha'), { tool_calls: [call('alpha')] }),
    request(1, task('beta'), { tool_calls: [call('beta')] }),
    request(1, answered('beta'), { answer: 'B.' }),
    request(0, answered('alpha'), { answer: 'A.' }),
  ];
}

test.each([[['You look.', 'You look.']], [['You look.', 'Another agent entirely.']]] as [[string, string]][])(
  'two agents at once, with the prompts %j',
  (systems) => {
    const said = twoAgents(systems);
    const calls = page(said).flat().filter((line) => line.startsWith('run')); // prettier-ignore
    expect(calls).toEqual(['run alpha = found alpha', 'run beta = found beta']);
    expect(results(said)).toEqual([
      '  [tool] run beta (call_0): found beta',
      '  [tool] run alpha (call_0): found alpha',
    ]);
  },
);

test('a request that drops its history finds the call by an id that only one call has', () => {
  const said = [
    ...requests([[user('go')], null, { tool_calls: [run('toolu_1', 'a')] }]),
    ...requests([[user('Summary: we ran a.'), toolSays('toolu_1', 'A')], 'Done.']),
  ];
  expect(results(said)).toEqual(['  [tool] run a (toolu_1): A']);
  expect(page(said).flat()).toContain('run a = A');
});

test('a result of no known call has its id alone', () => {
  expect(terminal(requests([[user('x'), toolSays('nowhere', 'orphan')], 'k']))[0]).toContain(
    '  [tool] (nowhere): orphan',
  );
});

test('two agents that both dropped the start of their history: the one that shares most is continued', () => {
  const turn = (name: string, more: object[], rest: object): Record<string, unknown> => ({
    model: 'm',
    output_token: 9,
    messages: [{ role: 'system', content: 'You look.' }, ...more],
    ...rest,
    name,
  });
  const ask = (name: string): object[] => [
    user(`Look into ${name} and say what you find`),
    user(`more of ${name}`),
  ];
  const call = (name: string): object => run('call_0', name);
  const back = (name: string): object[] => [
    user(`more of ${name}`),
    assistant(null, { tool_calls: [call(name)] }),
    toolSays('call_0', `found ${name}`),
  ];
  const said = [
    turn('alpha', ask('alpha'), { tool_calls: [call('alpha')] }),
    turn('beta', ask('beta'), { tool_calls: [call('beta')] }),
    turn('alpha', back('alpha'), { answer: 'A.' }),
    turn('beta', back('beta'), { answer: 'B.' }),
  ];
  expect(results(said)).toEqual([
    '  [tool] run alpha (call_0): found alpha',
    '  [tool] run beta (call_0): found beta',
  ]);
  const calls = page(said).flat().filter((line) => line.startsWith('run')); // prettier-ignore
  expect(calls).toEqual(['run alpha = found alpha', 'run beta = found beta']);
});

test('results without ids go to the calls of the round before, in order, by name', () => {
  const call = (name: string, path: string): object => ({ functionCall: { name, args: { path } } });
  const gives = (...named: [string, string][]): object => ({
    role: 'user',
    parts: named.map(([name, output]) => ({ functionResponse: { name, response: { output } } })),
  });
  const model = (...parts: object[]): object => ({ role: 'model', parts });
  const one = [call('look', 'a'), call('look', 'b'), call('list', 'c')];
  const two = [call('look', 'd')];
  const said = requests(
    [[user('go')], null, { tool_calls: one }],
    // The second look is never answered, and does not take what a later one returns.
    [[model(...one), gives(['list', 'C'], ['look', 'A'])], null, { tool_calls: two }],
    [[model(...two), gives(['look', 'D'])], 'Done.'],
  );
  expect(page(said)).toEqual([
    ['User: go', 'look a = A', 'look b', 'list c = C'],
    ['look d = D'],
    ['Answer: Done.'],
  ]);
  expect(results(said)).toEqual(['  [tool] list c: C', '  [tool] look a: A', '  [tool] look d: D']);
});
