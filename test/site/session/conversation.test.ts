import { expect, test } from 'vitest';
import { Talk, type Said } from './make.ts';
import { outline, tell } from './outline.ts';

const run = (id: string, command: string): { id: string; name: string; args: object } => ({
  id,
  name: 'run',
  args: { command },
});

test('each message is shown once: the answer that comes back is not, a result stands with its call', () => {
  const talk = new Talk('be brief');
  const said = [
    talk.ask('list').answer('I look.', [run('a', 'ls'), run('b', 'pwd')]),
    talk.result('a', 'x.txt').result('b', '/home').answer('One file.'),
    talk.ask('thanks').answer('Welcome.'),
  ];
  expect(outline(said)).toEqual([
    '#1 system: be brief | user: list | answer: I look. | run(ls) = x.txt from #2 | run(pwd) = /home from #2',
    '#2 [continued of #1: 3 repeated, -0 +2, 2 at calls] answer: One file.',
    '#3 [continued of #2: 6 repeated, -0 +1] user: thanks | answer: Welcome.',
  ]);
});

test('the same "yes" sent twice is shown twice, and listed twice', () => {
  const talk = new Talk();
  const said = [
    talk.ask('yes').answer('Sure?'),
    talk.ask('yes').answer('Sure?'),
    talk.ask('yes').answer('Done.'),
  ];
  expect(outline(said)).toEqual([
    '#1 user: yes | answer: Sure?',
    '#2 [continued of #1: 2 repeated, -0 +1] user: yes | answer: Sure?',
    '#3 [continued of #2: 4 repeated, -0 +1] user: yes | answer: Done.',
  ]);
  expect(tell(said).sum.prompts.map(({ round, text }) => [round, text])).toEqual([
    [1, 'yes'],
    [2, 'yes'],
    [3, 'yes'],
  ]);
});

test('the very request again: after a failure it is a retry, after an answer it is asked anew', () => {
  const ask = {
    messages: [{ role: 'user', content: 'report' }],
    model: 'm',
    input_token: 5,
    output_token: 1,
  };
  expect(
    outline([
      { ...ask, code: 503 },
      { ...ask, answer: 'A' },
      { ...ask, answer: 'B' },
    ]),
  ).toEqual([
    '#1 user: report',
    '#2 [retried of #1: 1 repeated, -0 +0] answer: A',
    '#3 [continued of #2: 0 repeated, -0 +1] user: report | answer: B',
  ]);
});

/** Claude's format: the mark for the cache stands on the last block, and moves. */
function claude(...turns: [role: string, ...content: object[]][]): object[] {
  return turns.map(([role, ...content], i) => ({
    role,
    content: content.map((block, k) =>
      i === turns.length - 1 && k === content.length - 1
        ? { ...block, cache_control: { type: 'ephemeral' } }
        : block,
    ),
  }));
}
const text = (words: string): object => ({ type: 'text', text: words });
const use = (id: string, input: object): object => ({ type: 'tool_use', id, name: 'Bash', input });
const result = (id: string, content: unknown, rest: object = {}): object => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  ...rest,
});

test('marks for the cache move, and change no message; Claude logs calls only where the answer was streamed', () => {
  const ask: [string, object] = ['user', text('go')];
  const made: [string, object, object] = ['assistant', text('Running.'), use('t', { command: 'make' })];
  const said: Said[] = [
    { model: 'claude', output_token: 9, messages: claude(ask), answer: 'Running.', tool_calls: null },
    {
      model: 'claude',
      output_token: 9,
      messages: claude(ask, made, ['user', result('t', [text('ok')])]),
      answer: 'Made.',
    },
  ];
  expect(outline(said)).toEqual([
    '#1 user: go | answer: Running. | Bash(make) = ok from #2',
    '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls] answer: Made.',
  ]);
});

test.each([
  ['is_error', result('t', 'no such file', { is_error: true }), 'error'],
  ["Claude's own mark", result('t', '<tool_use_error>Invalid path</tool_use_error>'), 'error'],
  ['an exit code in words', result('t', 'Exit code 2\nmake: ***', { is_error: true }), 'exit code 2'],
  ['an exit code behind its word', result('t', 'Error: exit code 1'), 'exit code 1'],
  ['a command', result('t', 'Error: Command failed with exit code 127: frob'), 'exit code 127'],
  ['an exit code in JSON', result('t', '{"output":"x","metadata":{"exit_code":101}}'), 'exit code 101'],
  ['an error before all', result('t', '{"error":"not found"}'), 'error'],
  ['exit code 0', result('t', 'Exit code 0'), null],
  ['an error that is told of', result('t', 'Errors: exit code 1 was seen'), null],
  ['no error', result('t', '{"error":null,"rows":[]}'), null],
  ['an error among other things', result('t', '{"rows":[],"error":"x"}'), null],
])('a tool failed: %s', (_, block, failure) => {
  const said: Said[] = [
    {
      model: 'claude',
      messages: claude(['user', text('go')]),
      answer: null,
      tool_calls: [{ id: 't', type: 'tool_use', function: { name: 'Bash', arguments: '{}{"command":"x"}' } }],
    },
    {
      model: 'claude',
      messages: claude(['user', text('go')], ['assistant', use('t', { command: 'x' })], ['user', block]),
      answer: 'k',
    },
  ];
  const { parts, sum } = tell(said);
  const [first] = parts[0]?.blocks ?? [];
  const call = first?.kind === 'round' ? first.round.items.find((item) => item.kind === 'call') : undefined;
  expect(call?.call.result?.failure).toBe(failure);
  expect(sum.columns.map(({ calls, failedTools }) => [calls, failedTools])).toEqual([
    [1, failure === null ? 0 : 1],
    [0, 0],
  ]);
});

test('an answer that comes back otherwise is shown, and said', () => {
  const talk = new Talk();
  const first = talk.ask('hi').answer('Hello!');
  talk.messages[1] = { role: 'assistant', content: 'Hello, edited.' };
  expect(outline([first, talk.ask('go on').answer('k')])[1]).toBe(
    '#2 [continued of #1: 1 repeated, -0 +2] assistant (differs, #1): Hello, edited. | user: go on | answer: k',
  );
});

test('an answer that the gateway cut is completed by the next request', () => {
  const whole = `${'a'.repeat(60)}${'b'.repeat(60)}`;
  const cut = `${'a'.repeat(20)} [truncated] ${'b'.repeat(20)}`;
  const talk = new Talk();
  const first = { ...talk.ask('hi').answer(whole), answer: cut };
  expect(outline([first])).toEqual([`#1 user: hi | answer: ${cut} (cut)`]);
  expect(outline([first, talk.ask('more').answer('k')])[0]).toBe(`#1 user: hi | answer: ${whole}`);
});

test('a compaction: missing and new messages are counted, and the thread continues', () => {
  const talk = new Talk('sys');
  const said = [talk.ask('one').answer('1'), talk.ask('two').answer('2'), talk.ask('three').answer('3')];
  talk.messages = [
    { role: 'system', content: 'sys' },
    { role: 'user', content: 'Summary: one, two, three.' },
  ];
  said.push(talk.answer('Understood.'), talk.ask('four').answer('4'));
  expect(outline(said).slice(3)).toEqual([
    '#4 [rewritten of #3: 1 repeated, -5 +1] user: Summary: one, two, three. | answer: Understood.',
    '#5 [continued of #4: 3 repeated, -0 +1] user: four | answer: 4',
  ]);
});

test('a window that slides: what is still there is repeated', () => {
  const talk = new Talk('sys');
  const said = [talk.ask('one').answer('1'), talk.ask('two').answer('2')];
  talk.messages.splice(1, 2);
  said.push(talk.ask('three').answer('3'));
  expect(outline(said)[2]).toBe('#3 [rewritten of #2: 3 repeated, -2 +1] user: three | answer: 3');
});

test('sub-agents become threads: their rounds are grouped, and the main thread continues', () => {
  const main = new Talk('You lead.');
  const [a, b] = [new Talk('You read.', { model: 'small' }), new Talk('You read.', { model: 'small' })];
  const spawn = { id: 's', name: 'spawn_agents', args: { names: ['a', 'b'] } };
  const said = [
    main.ask('Check both bridges').answer(null, [spawn]),
    a.ask('Read a').answer(null, [run('1', 'cat a')]),
    b.ask('Read b').answer('b is fine'),
    a.result('1', 'A').answer('a is fine'),
    main.result('s', 'both fine').answer('All fine.'),
  ];
  expect(outline(said)).toEqual([
    '#1 system: You lead. | user: Check both bridges | spawn_agents("a", "b") = both fine from #5',
    'Sub-agent 1 (Read a)',
    '  #2 system: You read. | user: Read a | run(cat a) = A from #4',
    '  #4 [continued of #2: 3 repeated, -0 +1, 1 at calls] answer: a is fine',
    'Sub-agent 2 (Read b)',
    '  #3 system as in #2 | user: Read b | answer: b is fine',
    '#5 [continued of #1: 3 repeated, -0 +1, 1 at calls] answer: All fine.',
  ]);
  const { sum } = tell(said);
  expect(sum.prompts.map(({ round, text: words }) => [round, words])).toEqual([[1, 'Check both bridges']]);
  expect(sum.columns.map(({ threadName }) => threadName)).toEqual([
    null,
    'Sub-agent 1',
    'Sub-agent 2',
    'Sub-agent 1',
    null,
  ]);
});

test('a task in a call’s words makes a sub-agent, whatever the tool is called; a shell makes none', () => {
  const task = 'Count the files in the folder of the bridges';
  const threads = ([name, args]: [string, object]): string | undefined => {
    const main = new Talk('You lead.');
    const said = [
      main.ask('go').answer(null, [{ id: '1', name, args }]),
      new Talk('You count.').ask(task).answer('3'),
    ];
    return outline(said)[1]?.replace(/ \(.*/, '');
  };
  expect(
    [
      ['work', { prompt: task }],
      ['bash', { command: 'ls' }],
      ['Task', {}],
    ].map((call) => threads(call as [string, object])),
  ).toEqual(['Sub-agent 1', 'Parallel thread 1', 'Sub-agent 1']);
});

test('two agents that take turns in one session: the second is a parallel thread, in pieces between the rounds of the first', () => {
  const [a, b] = [new Talk('You code.'), new Talk('You watch.')];
  const said = [
    a.ask('a1').answer('1'),
    b.ask('b1').answer('1'),
    a.ask('a2').answer('2'),
    b.ask('b2').answer('2'),
  ];
  expect(outline(said)).toEqual([
    '#1 system: You code. | user: a1 | answer: 1',
    'Parallel thread 1 (b1)',
    '  #2 system: You watch. | user: b1 | answer: 1',
    '#3 [continued of #1: 3 repeated, -0 +1] user: a2 | answer: 2',
    'Parallel thread 1 goes on (b2)',
    '  #4 [continued of #2: 3 repeated, -0 +1] user: b2 | answer: 2',
  ]);
});

test('a conversation that restarts with the same system prompt stays in the main thread', () => {
  const [a, b] = [new Talk('sys'), new Talk('sys')];
  expect(outline([a.ask('one').answer('1'), b.ask('other').answer('2')])).toEqual([
    '#1 system: sys | user: one | answer: 1',
    '#2 [rewritten of #1: 1 repeated, -1 +1] user: other | answer: 2',
  ]);
});

test('requests without a session id have no threads; one that continues another says so', () => {
  const strangers = Array.from({ length: 300 }, (_, i) =>
    new Talk(`app ${i % 3}`).ask('hi').answer(`hello ${i}`),
  );
  const talk = new Talk('app 0').ask('hi');
  const said = [...strangers, talk.answer('hello again'), talk.ask('and now?').answer('k')];
  const lines = outline(said, true);
  expect(lines.filter((line) => !/^(?:#|----)/.test(line))).toEqual([]);
  expect(lines.slice(0, 4)).toEqual([
    '#1 system: app 0 | user: hi | answer: hello 0',
    '#2 system: app 1 | user: hi | answer: hello 1',
    '#3 system: app 2 | user: hi | answer: hello 2',
    '#4 system as in #1 | user: hi | answer: hello 3',
  ]);
  expect(lines.at(-1)).toBe('#302 [continued of #301: 3 repeated, -0 +1] user: and now? | answer: k');
});

test('a system prompt is shown once per text; of one that changes, the lines that do', () => {
  const lines = (now: string): string => ['You help.', `It is ${now}.`, 'Be brief.', 'Be kind.'].join('\n');
  const body = (now: string, words: string): Said => ({
    model: 'm',
    system: lines(now),
    messages: [{ role: 'user', content: words }],
    answer: words,
  });
  expect(
    outline([body('ten', 'a'), body('eleven', 'b'), body('ten', 'c')]).map((line) =>
      line.replace(/\n/g, '/'),
    ),
  ).toEqual([
    '#1 system: You help./It is ten./Be brief./Be kind. | user: a | answer: a',
    '#2 [rewritten of #1: 0 repeated, -1 +1] system: -It is ten. +It is eleven., 3 as before | user: b | answer: b',
    '#3 [rewritten of #2: 0 repeated, -1 +1] system as in #1 | user: c | answer: c',
  ]);
  const talk = new Talk(lines('ten'));
  const first = talk.ask('a').answer('1');
  talk.messages[0] = { role: 'system', content: lines('eleven') };
  expect(outline([first, talk.ask('b').answer('2')])[1]).toBe(
    '#2 [continued of #1: 2 repeated, -0 +2] system: -It is ten. +It is eleven., 3 as before | user: b | answer: 2',
  );
});

test('what the gateway cut is text; the question tells what was asked, once in a loop of tools', () => {
  const cut = '[map[content:be nice [truncated] AAAA role:user]]';
  const said: Said[] = [
    {
      model: 'm',
      messages: cut,
      question: 'go',
      answer: null,
      tool_calls: '[map[function [truncated] name:ls]]',
    },
    { model: 'm', messages: cut, question: 'go', answer: 'Done.' },
    { model: 'm', messages: cut, question: 'go', answer: 'Again.' },
  ];
  expect(outline(said)).toEqual([
    `#1 cut request: ${cut} | user: go | cut tool calls: [map[function [truncated] name:ls]]`,
    `#2 cut request: ${cut} | answer: Done.`,
    `#3 cut request: ${cut} | user: go | answer: Again.`,
  ]);
});

test('half an hour without a round is a gap, counted from the end of what ran before', () => {
  const talk = new Talk();
  const said = [
    talk.ask('a').answer('1', [], { at: 0, llm_service_duration: 60_000 }),
    talk.ask('b').answer('2', [], { at: 60 + 29 * 60 }),
    talk.ask('c').answer('3', [], { at: 60 + 29 * 60 + 30 * 60 }),
  ];
  expect(outline(said).map((line) => line.replace(/ .*user: /, ' '))).toEqual([
    '#1 a | answer: 1',
    '#2 b | answer: 2',
    'idle 30 min',
    '#3 c | answer: 3',
  ]);
  expect(tell(said).sum.prompts.map(({ idleMs }) => idleMs)).toEqual([0, 0, 1_800_000]);
});

test('a long message that was shown is not shown again, wherever it comes from', () => {
  const long = 'x'.repeat(300);
  const [a, b] = [new Talk('one'), new Talk('two')];
  expect(outline([a.ask(long).answer('1'), b.ask(long).answer('2')])[2]).toBe(
    '  #2 system: two | user as in #1 | answer: 2',
  );
});

test('numbers only: rounds without a word', () => {
  expect(
    outline([
      { model: 'm', input_token: 3 },
      { model: 'm', input_token: 4 },
    ]),
  ).toEqual(['#1', '#2']);
});
