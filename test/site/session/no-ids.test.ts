import { expect, test } from 'vitest';
import type { Said } from './make.ts';
import { counts, outline } from './outline.ts';

// Results without an id, as Gemini has them: they name the tool only.

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

test('a result of a call on a closed page is shown where it came, and counts in the round of the call', () => {
  const talk = new Gemini().ask('go');
  const said = Array.from({ length: 81 }, (_, i) => {
    if (i > 0) talk.given(['run', i === 80 ? { error: 'no' } : { output: 'ok' }]);
    return talk.answer(null, 'run(ls)');
  });
  expect(outline(said).at(-1)).toBe(
    '#81 [continued of #80: 160 repeated, -0 +1] result of run in #80: no (error) | run(ls)',
  );
  expect(counts(said).slice(79)).toEqual([
    [1, 1],
    [1, 0],
  ]);
});
