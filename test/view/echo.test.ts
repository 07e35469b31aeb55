import { describe, expect, test } from 'vitest';
import { assistant, chatCall, page, requests, terminal, toolSays, user } from './look.ts';

// What an answer that is sent back holds beyond what was logged.

/** The first round of two, after the second sent its answer back as `echo`. */
function first(answer: unknown, echo: object[], rest: object = {}): { page?: string[]; terminal?: string[] } {
  const said = requests([[user('q')], answer, { ...rest }], [[...echo, user('next')], 'ok']);
  return {
    page: page(said)[0]?.slice(1) ?? [],
    terminal: (terminal(said)[0] ?? []).filter((line) => !/^(?:Messages| {2}\[user\]|❓)/.test(line)),
  };
}

describe('thoughts', () => {
  test.each([
    ['Claude', { role: 'assistant', content: [{ type: 'thinking', thinking: 'HM' }, { type: 'text', text: 'A' }] }],
    ['DeepSeek', assistant('A', { reasoning_content: 'HM' })],
    ['OpenRouter', assistant('A', { reasoning: 'HM', reasoning_details: [{ type: 'reasoning.text', text: 'HM' }] })],
    ['Gemini', { role: 'model', parts: [{ text: 'HM', thought: true }, { text: 'A' }] }],
  ])('of %s', (_, echo) => {
    expect(first('A', [echo])).toEqual({
      page: ['Reasoning: HM', 'Answer: A'],
      terminal: ['✅ Answer: A', '🧠 Reasoning: HM'],
    });
  }); // prettier-ignore

  test('of OpenAI Responses, in an item of their own', () => {
    const summary = [{ type: 'summary_text', text: 'HM' }];
    expect(first('A', [{ type: 'reasoning', summary, encrypted_content: 'gAAA' }, assistant('A')])).toEqual({
      page: ['Reasoning: HM', 'Answer: A'],
      terminal: ['✅ Answer: A', '🧠 Reasoning: HM'],
    });
  });

  test('that were logged are not shown twice, however they are parted', () => {
    const content = ['one', 'two'].map((thinking) => ({ type: 'thinking', thinking }));
    const echo = { role: 'assistant', content: [...content, { type: 'text', text: 'A' }] };
    expect(first('A', [echo], { reasoning: 'onetwo' })).toEqual({
      page: ['Reasoning: onetwo', 'Answer: A'],
      terminal: ['✅ Answer: A', '🧠 Reasoning: onetwo'],
    });
  });

  test('before a call, with the log’s reasoning empty', () => {
    const call = chatCall('c', 'ls', { path: '.' });
    const echo = [assistant('', { reasoning_content: 'HM', tool_calls: [call] }), toolSays('c', 'x')];
    expect(first(null, echo, { tool_calls: [call] })).toEqual({
      page: ['Reasoning: HM', 'ls . = x'],
      terminal: ['🧠 Reasoning: HM', '🛠️  Tool Calls:', '   - ls({"path":"."})'],
    });
  });
});

test('tools of the provider, with what they returned', () => {
  const content = [
    { type: 'text', text: 'Let me search.' },
    { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'lts' } },
    {
      type: 'web_search_tool_result',
      tool_use_id: 's1',
      content: [{ type: 'web_search_result', title: 'Releases', url: 'https://n.example/r', encrypted_content: 'E' }],
    },
    { type: 'text', text: 'It is 24.' },
    { type: 'server_tool_use', id: 's2', name: 'bash_code_execution', input: { command: 'false' } },
    {
      type: 'bash_code_execution_tool_result',
      tool_use_id: 's2',
      content: { type: 'bash_code_execution_result', stdout: '', stderr: 'boom', return_code: 1 },
    },
  ]; // prettier-ignore
  expect(first('Let me search.It is 24.', [{ role: 'assistant', content }])).toEqual({
    page: [
      'Answer: Let me search.It is 24.',
      'web_search lts = Releases\nhttps://n.example/r',
      'bash_code_execution false = boom (exit code 1)',
    ],
    terminal: [
      '✅ Answer: Let me search.It is 24.',
      '🛠️  Tool Calls:',
      '   - web_search({"query":"lts"})',
      '   - bash_code_execution({"command":"false"})',
      '   [tool] web_search lts (s1):',
      '     Releases',
      '     https://n.example/r',
      '   [tool] ❌ bash_code_execution false (s2), exit code 1: boom',
    ],
  });
});

test('calls of the client are logged, those of the provider only come back', () => {
  const call = { type: 'tool_use', id: 'c', name: 'Bash', input: { command: 'ls' } };
  const content = [{ type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } }, call];
  expect(first(null, [{ role: 'assistant', content }], { tool_calls: [call] }).page).toEqual([
    'Bash ls',
    'web_search x',
  ]);
});

test.each([
  ['Claude', assistant([{ type: 'text', text: 'A', citations: [{ title: 'T', url: 'https://x.example' }, { title: 'T', url: 'https://x.example' }, { document_title: 'D' }] }])],
  ['OpenAI', assistant('A', { annotations: [{ type: 'url_citation', url_citation: { title: 'T', url: 'https://x.example' } }, { type: 'file_citation', filename: 'D' }, 7] })],
  ['OpenAI Responses', assistant([{ type: 'output_text', text: 'A', annotations: [{ type: 'url_citation', title: 'T', url: 'https://x.example' }, { filename: 'D' }] }])],
])('sources of %s', (_, echo) => {
  expect(first('A', [echo])).toEqual({
    page: ['Answer: A', 'Assistant: SourcesT https://x.example\nD'],
    terminal: ['✅ Answer: A', '✅ Answer: [sources] T https://x.example', '  D'],
  });
}); // prettier-ignore

test('media that the model made', () => {
  const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }];
  expect(first('A cat.', [assistant('A cat.', { images })])).toEqual({
    page: ['Answer: A cat.', 'Assistant: [image png, 3 B]'],
    terminal: ['✅ Answer: A cat.', '✅ Answer: [image png, 3 B]'],
  });
});

describe('a refusal', () => {
  test.each([
    ['beside the content', assistant(null, { refusal: 'No.' })],
    ['as a part', assistant([{ type: 'refusal', refusal: 'No.' }])],
    ['as an item of Responses', { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] }],
  ])('%s', (_, echo) => {
    expect(first(null, [echo])).toEqual({ page: ['Answer [refusal]: No.'], terminal: ['🚫 Refusal: No.'] });
  }); // prettier-ignore

  test('that was logged as the answer is marked once it comes back', () => {
    expect(first('No.', [assistant(null, { refusal: 'No.' })]).page).toEqual(['Answer [refusal]: No.']);
  });

  test('that was logged as a part', () => {
    const said = requests([[user('q')], [{ type: 'refusal', refusal: 'No.' }]]);
    expect(page(said)[0]).toEqual(['User: q', 'Answer [refusal]: No.']);
    expect(terminal(said)[0]?.at(-1)).toBe('🚫 Refusal: No.');
  });
});

describe('no answer', () => {
  const NONE =
    'Answer: The log has no answer and no call of this round, though 9 tokens of output were counted.';

  test.each([
    [{}, NONE, '✅ Answer: none in the log, and no call'],
    [{ output_token: 0 }, 'Answer: The log has no answer and no call of this round.', '✅ Answer: none in the log, and no call'],
    [{ reasoning: 'only thoughts' }, NONE, '✅ Answer: none in the log, and no call'],
    [{ code: 0 }, 'Answer: The connection closed before an answer was logged.', '✅ Answer: none, the connection closed before one was logged'],
    [{ code: 500 }, 'Answer: The request failed: HTTP 500.', '❌ Failed: HTTP 500'],
  ])('with %j', (rest, onPage, inTerminal) => {
    const said = requests([[user('q')], null, rest]);
    expect(page(said)[0]).toContain(onPage);
    expect(page(said)[0]?.filter((line) => line.startsWith('Answer'))).toHaveLength(1);
    expect(terminal(said)[0]).toContain(inTerminal);
  }); // prettier-ignore

  test('where nothing at all was logged, nothing is said of it', () => {
    const said = [{ model: 'm', output_token: 9 }];
    expect(page(said)[0]).toEqual([]);
    expect(terminal(said)[0]).toEqual([]);
  });

  test('once the next request tells it', () => {
    expect(first(null, [assistant('So.')])).toEqual({ page: ['Answer: So.'], terminal: ['✅ Answer: So.'] });
  });
});

test('an answer behind the calls and results of its own turn is found', () => {
  const call = { type: 'local_shell_call', call_id: 'l', action: { command: ['ls'] } };
  const output = { type: 'local_shell_call_output', call_id: 'l', output: 'x' };
  const said = requests([[user('q')], 'Done.'], [[call, output, assistant('Done.'), user('next')], 'ok']);
  expect(page(said)).toEqual([
    ['User: q', 'Answer: Done.'],
    ['local_shell ls = x', 'User: next', 'Answer: ok'],
  ]);
});

test('an answer is completed in the terminal though sixteen rounds of others are between, and not beyond', () => {
  const others = (count: number): object[] =>
    Array.from({ length: count }, (_, i) => requests([[{ role: 'system', content: `other ${i} ${'x'.repeat(99)}` }, user(`u ${i}`)], `a ${i}`])[0] ?? {});
  const [before, after] = requests([[user('q'), user('again')], 'A'], [[assistant('A', { reasoning: 'HM' }), user('next')], 'ok']);
  const shown = (count: number): string[] => terminal([before ?? {}, ...others(count), after ?? {}] as never)[0] ?? [];
  expect(shown(15)).toContain('🧠 Reasoning: HM');
  expect(shown(16)).not.toContain('🧠 Reasoning: HM');
}); // prettier-ignore

describe('reasoning in tags at the start of an answer', () => {
  const said = requests(
    [[user('q'), assistant('<think>old</think>before'), user('2+2')], '<think>add</think>4'],
    [[assistant('<think>add</think>4'), user('<think>mine</think> is text')], 'ok'],
  );

  test('is reasoning on the page, also in what the client sent back', () => {
    expect(page(said)).toEqual([
      ['User: q', expect.stringMatching(/^Assistant: reasoning\s*old\s+before$/), 'User: 2+2', 'Reasoning: add', 'Answer: 4'],
      ['User: <think>mine</think> is text', 'Answer: ok'],
    ]);
  });

  test('is reasoning in the terminal', () => {
    expect(terminal(said)[0]).toEqual(expect.arrayContaining(['🧠 Reasoning: add', '✅ Answer: 4']));
  });

  test('is told apart if the client sends the answer without it', () => {
    const [, next] = requests([[user('2+2')], '<think>add</think>4'], [[assistant('4'), user('next')], 'ok']);
    expect(page([...requests([[user('2+2')], '<think>add</think>4']), next ?? {}])[1]).toEqual(['User: next', 'Answer: ok']);
  });
}); // prettier-ignore
