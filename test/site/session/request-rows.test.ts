import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/site/session/row.ts';
import { cards } from './card-rows.ts';
import { Talk, type Said } from './make.ts';

// What a round's card says of the request: what it repeats, and who said what.

const run = (id: string, command: string) => ({ id, name: 'run', args: { command } });

describe('what a request repeats, with results shown with their calls', () => {
  const history = (results: number, words?: string): string | undefined => {
    const talk = new Talk();
    const calls = Array.from({ length: Math.max(1, results) }, (_, i) => run(`c${i}`, 'ls'));
    const first = talk.ask('go').answer(null, calls);
    for (let i = 0; i < results; i++) talk.result(`c${i}`, 'ok');
    if (words !== undefined) talk.ask(words);
    const row = cards([first, talk.answer('Done.')])[1]?.[0];
    return row?.kind === 'session-fold' && row.role === 'History' ? row.sum : undefined;
  };

  test.each([
    [1, undefined, '2 repeated, 1 new, shown with its call'],
    [2, undefined, '2 repeated, 2 new, shown with their calls'],
    [1, 'and then?', '2 repeated, 2 new'],
    [0, 'and then?', '2 repeated, 1 new'],
  ])('%d results, and %j: %s', (results, words, sum) => {
    expect(history(results, words)).toBe(sum);
  });
});

test('who said what: users, assistants, tools, and any other by its name', () => {
  const role = (name: string): string | undefined => {
    const [rows = []] = cards([{ model: 'm', messages: [{ role: name, content: 'x' }] }]);
    const said = rows.find((row) => row.kind === 'session-say');
    return said && `${said.role} ${said.speaker}`;
  };
  expect(['user', 'assistant', 'model', 'critic', 'x'.repeat(30), ''].map(role)).toEqual([
    'User user',
    'Assistant answer',
    'Assistant answer',
    'critic other',
    `${'x'.repeat(24)} other`,
    '? other',
  ]);
});

describe('the line of the history', () => {
  const RAW = 'The whole request is in the <a href="raw.json">raw JSON</a>.';
  const history = (said: readonly Said[]): Row | undefined => cards(said).at(-1)?.[0];
  const fold = (sum: string, words: string): Row => ({
    kind: 'session-fold',
    role: 'History',
    sum,
    excerpt: '',
    html: `<p class="aside">${words} ${RAW}</p>`,
    isTool: false,
    tags: [],
  });

  test('a request that goes on', () => {
    const talk = new Talk();
    const words =
      'This request continues <a href="#r-1">#1</a>. What it repeats is shown there and in earlier rounds.';
    const first = talk.ask('one').answer('1');
    expect(history([first, talk.ask('two').answer('2')])).toEqual(fold('2 repeated, 1 new', words));
    talk.messages.splice(2);
    expect(history([first, talk.answer('2')])).toEqual(fold('2 repeated, 0 new', words));
  });

  test.each([
    [1, 'Rewritten: −1 +1, 2 repeated', '1 message of that request is'],
    [2, 'Rewritten: −2 +1, 1 repeated', '2 messages of that request are'],
  ])('a request without %d of the messages before', (gone, sum, are) => {
    const talk = new Talk();
    const first = talk.ask('one').ask('and').ask('two').answer('1');
    talk.messages.splice(0, gone);
    talk.messages.splice(-1);
    expect(history([first, talk.ask('three').answer('3')])).toEqual(
      fold(
        sum,
        `This request continues <a href="#r-1">#1</a>, but ${are} missing: the conversation was compacted, edited, or restarted.`,
      ),
    );
  });

  test('a request that was sent again', () => {
    const talk = new Talk().ask('one').ask('two');
    const failed = { ...talk.answer(null, [], { code: 503 }), output_token: 0 };
    talk.messages.pop();
    expect(history([failed, talk.answer('k')])).toEqual(
      fold(
        'Sent again: the same 2 messages as #1',
        'Nothing in this request is new: <a href="#r-1">#1</a> got no answer.',
      ),
    );
  });
});

test('an answer that the client sent back otherwise says so, and leads to the one that was logged', () => {
  const talk = new Talk();
  const first = talk.ask('hi').answer('Hello!');
  talk.messages[1] = { role: 'assistant', content: 'Hello, edited.' };
  expect(cards([first, talk.ask('go on').answer('k')])[1]?.[1]).toEqual({
    kind: 'session-say',
    role: 'Assistant',
    speaker: 'answer',
    tag: { text: 'differs', isFailed: false },
    note: 'from the answer logged in #1',
    noteHref: '#r-1',
    html: '<p>Hello, edited.</p>',
    long: null,
  });
});

test('a long message that another round shows is a line that leads there, a tool’s too', () => {
  const long = 'word '.repeat(60);
  const seen = (role: string, message: object): void => {
    const talk = new Talk();
    talk.messages.push({ role: 'user', content: 'go' }, { ...message, content: long });
    const first = talk.answer('1');
    talk.messages = [{ role: 'user', content: 'Summary.' }];
    const second = talk.answer('2');
    talk.messages.push({ ...message, content: long });
    expect(cards([first, second, talk.answer('3')])[2]?.[1]).toMatchObject({
      kind: 'session-line',
      role,
      text: expect.stringMatching(/^word word .*…$/),
      href: '#r-1',
      link: 'shown in #1',
    });
  };
  seen('User', { role: 'user' });
  seen('Tool', { role: 'tool', tool_call_id: 'a' });
  seen('Tool', { role: 'function', name: 'f' });
});

test('the system prompt: once, then where it was', () => {
  const words = 'You are a very careful keeper of bridges.';
  const [a, b] = [new Talk(words), new Talk(words)];
  const shown = cards([a.ask('one').answer('1'), b.ask('two').answer('2', [], { model: 'other' })]);
  expect(shown[0]?.[0]).toEqual({
    kind: 'session-fold',
    role: 'System',
    sum: '41 characters',
    excerpt: words,
    html: `<div class="plain" dir="auto">${words}</div>`,
    isTool: false,
    tags: [],
  });
});
