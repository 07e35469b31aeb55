import { expect, test } from 'vitest';
import { Talk, type Said } from './make.ts';
import { outline, tell } from './outline.ts';

// Which result stands with which call where that is not plain: a second result, results without an id (Gemini's),
// several calls that wait.

const LONG = 'still running '.repeat(20).trim();

/** A conversation in Gemini's format: calls and results have names and no ids. */
class Gemini {
  readonly messages: object[] = [];

  ask(text: string): this {
    this.messages.push({ role: 'user', parts: [{ text }] });
    return this;
  }

  given(...results: [name: string, response: unknown][]): this {
    const parts = results.map(([name, response]) => ({ functionResponse: { name, response } }));
    this.messages.push({ role: 'user', parts });
    return this;
  }

  /** The next round; each call is `name(argument)`. */
  answer(text: string | null, ...calls: string[]): Said {
    const said = { model: 'gemini-2.5-pro', output_token: 9, messages: [...this.messages], answer: text };
    const made = calls.map((call) => {
      const [, name = '', path = ''] = /^(\w+)\((.*)\)$/.exec(call) ?? [];
      return { functionCall: { name, args: { path } } };
    });
    this.messages.push({ role: 'model', parts: [...(text === null ? [] : [{ text }]), ...made] });
    return { ...said, ...(made.length > 0 && { tool_calls: made }) };
  }
}

/** Calls and failures of each round, as the page counts them. */
function counts(said: readonly Said[]): [calls: number, failed: number][] {
  return tell(said).sum.columns.map(({ calls, failedTools }) => [calls, failedTools]);
}

const run = (id: string, command: string) => ({ id, name: 'run', args: { command } });

test('of two results for one call the first counts, and the second is shown where it came', () => {
  const talk = new Talk();
  const said = [
    talk.ask('go').answer(null, [run('a', 'make'), run('b', 'ls')]),
    talk.result('a', 'exit code 2').result('a', 'exit code 3').result('b', 'x').answer('Twice.'),
  ];
  expect(outline(said)).toEqual([
    '#1 user: go | run(make) = exit code 2 (exit code 2) from #2 | run(ls) = x from #2',
    '#2 [continued of #1: 2 repeated, -0 +3, 2 at calls] result of run in #1: exit code 3 (exit code 3) | answer: Twice.',
  ]);
  expect(counts(said)).toEqual([
    [2, 1],
    [0, 0],
  ]);
});

test('a second result that failed does not make a failure of a call that went well', () => {
  const talk = new Talk();
  const said = [
    talk.ask('go').answer(null, [run('a', 'make')]),
    talk.result('a', 'ok').result('a', 'exit code 3').answer('Odd.'),
  ];
  expect(counts(said)).toEqual([
    [1, 0],
    [0, 0],
  ]);
});

test('a result that answers no call is shown, says so, and counts for no round', () => {
  const said = [new Talk().ask('go').result('z', 'exit code 1').answer('What?')];
  expect(outline(said)).toEqual([
    '#1 user: go | result of  in #null: exit code 1 (exit code 1) | answer: What?',
  ]);
  expect(counts(said)).toEqual([[0, 0]]);
});

test('a result before its call answers nothing; the call goes on waiting', () => {
  const talk = new Talk().ask('go').result('a', 'early');
  const said = [talk.answer(null, [run('a', 'ls')]), talk.result('a', 'late').answer('Done.')];
  expect(outline(said)).toEqual([
    '#1 user: go | result of  in #null: early | run(ls) = late from #2',
    '#2 [continued of #1: 3 repeated, -0 +1, 1 at calls] answer: Done.',
  ]);
});

test('an id that is used again means the call that was made last', () => {
  const talk = new Talk();
  const said = [
    talk.ask('go').answer(null, [run('call_0', 'ls')]),
    talk.result('call_0', 'x').answer(null, [run('call_0', 'pwd')]),
    talk.result('call_0', 'exit code 1').answer('Done.'),
  ];
  expect(outline(said)).toEqual([
    '#1 user: go | run(ls) = x from #2',
    '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls] run(pwd) = exit code 1 (exit code 1) from #3',
    '#3 [continued of #2: 4 repeated, -0 +1, 1 at calls] answer: Done.',
  ]);
  expect(counts(said)).toEqual([
    [1, 0],
    [1, 1],
    [0, 0],
  ]);
});

test('without an id, results of the same name answer calls in their order, and of another name no other call', () => {
  const talk = new Gemini();
  const said = [
    talk.ask('go').answer(null, 'read(a)', 'list(b)', 'read(c)', 'read(d)'),
    talk
      .given(
        ['read', { output: 'A' }],
        ['read', { error: 'no C' }],
        ['list', { output: 'B' }],
        ['grep', { output: '?' }],
      )
      .answer('Three.'),
  ];
  expect(outline(said)).toEqual([
    '#1 user: go | read(a) = A from #2 | list(b) = B from #2 | read(c) = no C (error) from #2 | read(d)',
    '#2 [continued of #1: 2 repeated, -0 +1] result of grep in #null: ? | answer: Three.',
  ]);
  expect(counts(said)).toEqual([
    [4, 1],
    [0, 0],
  ]);
});

test('a tool message that names neither call nor tool answers the first call that waits', () => {
  const made = ['ls', 'pwd'].map((command) => ({ function: { name: command, arguments: '' } }));
  const asked = [{ role: 'user', content: 'go' }];
  const given = ['x', 'y', 'z'].map((content) => ({ role: 'tool', content }));
  const said = [
    { model: 'm', messages: asked, answer: null, tool_calls: made },
    {
      model: 'm',
      messages: [...asked, { role: 'assistant', content: null, tool_calls: made }, ...given],
      answer: 'Done.',
    },
  ];
  expect(outline(said)).toEqual([
    '#1 user: go | ls() = x from #2 | pwd() = y from #2',
    '#2 [continued of #1: 2 repeated, -0 +3, 2 at calls] result of  in #null: z | answer: Done.',
  ]);
});

test('the same long result twice, without an id: each call has its own', () => {
  const talk = new Gemini();
  const said = [
    talk.ask('wait for it').answer(null, 'poll(job)'),
    talk.given(['poll', { output: LONG }]).answer(null, 'poll(job)'),
    talk.given(['poll', { output: LONG }]).answer(null, 'poll(job)'),
    talk.given(['poll', { output: 'finished' }]).answer('Done.'),
  ];
  expect(outline(said)).toEqual([
    `#1 user: wait for it | poll(job) = ${LONG} from #2`,
    `#2 [continued of #1: 2 repeated, -0 +1, 1 at calls] poll(job) = ${LONG} from #3`,
    '#3 [continued of #2: 4 repeated, -0 +1, 1 at calls] poll(job) = finished from #4',
    '#4 [continued of #3: 6 repeated, -0 +1, 1 at calls] answer: Done.',
  ]);
});

test('a call that never had a result takes none from a later call of the same name', () => {
  const talk = new Gemini();
  const said = [
    talk.ask('read').answer(null, 'read(a)'),
    talk.ask('No, the other one.').answer(null, 'read(b)'),
    talk.given(['read', { output: 'B' }]).answer('It is B.'),
  ];
  expect(outline(said)).toEqual([
    '#1 user: read | read(a)',
    '#2 [continued of #1: 2 repeated, -0 +1] user: No, the other one. | read(b) = B from #3',
    '#3 [continued of #2: 4 repeated, -0 +1, 1 at calls] answer: It is B.',
  ]);
});

test('a sub-agent’s result is not the result of the call that waits in the thread above it', () => {
  const [main, sub] = [new Gemini(), new Gemini()];
  const said = [
    main.ask('lead the way').answer(null, 'task(a)', 'task(b)'),
    sub.ask('Look at a.').answer(null, 'task(a.1)'),
    sub.given(['task', { output: 'A1' }]).answer('A is fine.'),
    main.given(['task', { output: 'A' }], ['task', { error: 'no B' }]).answer('Only A.'),
  ];
  expect(outline(said)).toEqual([
    '#1 user: lead the way | task(a) = A from #4 | task(b) = no B (error) from #4',
    'Sub-agent 1 (Look at a.)',
    '  #2 user: Look at a. | task(a.1) = A1 from #3',
    '  #3 [continued of #2: 2 repeated, -0 +1, 1 at calls] answer: A is fine.',
    '#4 [continued of #1: 2 repeated, -0 +1, 1 at calls] answer: Only A.',
  ]);
});

test('a session that begins in the middle: calls and results of its first request stand together', () => {
  const talk = new Gemini();
  talk.ask('go').answer(null, 'read(a)', 'read(b)');
  talk.given(['read', { output: 'A' }], ['read', { output: 'B' }]).answer(null, 'read(c)');
  const said = [talk.given(['read', { output: 'C' }]).answer('Done.')];
  expect(outline(said)).toEqual([
    '#1 user: go | read(a) = A from #1 | read(b) = B from #1 | read(c) = C from #1 | answer: Done.',
  ]);
  expect(counts(said)).toEqual([[3, 0]]);
});

test('a failed request has brought its results: the retry brings none again', () => {
  const talk = new Talk();
  const first = talk.ask('go').answer(null, [run('a', 'make')]);
  const failed = { ...talk.result('a', 'exit code 2').answer(null, [], { code: 503 }), output_token: 0 };
  talk.messages.pop();
  const said = [first, failed, talk.answer('It failed.')];
  expect(outline(said)).toEqual([
    '#1 user: go | run(make) = exit code 2 (exit code 2) from #2',
    '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls]',
    '#3 [retried of #2: 3 repeated, -0 +0] answer: It failed.',
  ]);
  expect(counts(said)).toEqual([
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
});

test('a result that the client shortened later is another one: shown, with its call’s round, and counted once', () => {
  const talk = new Talk();
  const said = [
    talk.ask('go').answer(null, [run('a', 'make')]),
    talk.result('a', 'exit code 2\nand all that was said').answer('It failed.'),
  ];
  talk.messages[2] = { role: 'tool', tool_call_id: 'a', content: 'exit code 2' };
  said.push(talk.ask('why?').answer('A fault.'));
  expect(outline(said)[2]).toBe(
    '#3 [rewritten of #2: 3 repeated, -1 +2] result of run in #1: exit code 2 (exit code 2) | user: why? | answer: A fault.',
  );
  expect(counts(said)).toEqual([
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
});
