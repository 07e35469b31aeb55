import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/site/session/row.ts';
import { cards, roundsIn, rowsOfRound } from './card-rows.ts';
import { Talk } from './make.ts';
import { tell } from './outline.ts';

// How a round's card says what tools gave back, and which request failed.

const callsOf = (rows: readonly Row[] = []) => rows.filter((row) => row.kind === 'session-call');

const run = (id: string, command: string) => ({ id, name: 'run', args: { command } });
const pre = (text: string, classes = ''): string =>
  expect.stringMatching(`^<pre[^>]*${classes}[^]*>${text}<`);

describe('a call', () => {
  const talk = new Talk();
  const [first] = cards([
    talk.ask('go').answer(null, [run('a', 'ls'), run('b', 'make'), run('c', 'rm x'), run('d', 'wait')]),
    talk.result('a', 'x.txt').result('b', 'exit code 2').result('c', '{"error":"denied"}').answer('Done.'),
  ]);
  const [ls, make, rm, wait] = callsOf(first);
  const all = { kind: 'session-call', name: 'run', note: '' };

  test('that went well is closed, and has its result in short beside it', () => {
    expect(ls).toEqual({
      ...all,
      role: 'Tools',
      excerpt: 'ls',
      summary: 'x.txt',
      failure: null,
      failureText: '',
      callHtml: expect.stringContaining('ls'),
      resultHtml: pre('x.txt'),
      isOpen: false,
    });
  });

  test('that failed is open, and says why instead', () => {
    const failed = {
      ...all,
      role: '',
      summary: '',
      failure: { text: 'error', isFailed: true },
      isOpen: true,
    };
    expect(make).toEqual({
      ...failed,
      excerpt: 'make',
      failureText: 'exit code 2',
      callHtml: expect.stringContaining('make'),
      resultHtml: expect.stringContaining('failed-block'),
    });
    expect(rm).toMatchObject({ ...failed, excerpt: 'rm x', failureText: '' });
  });

  test('without a result has none, and says nothing of it', () => {
    expect(wait).toMatchObject({ role: '', summary: '', failure: null, resultHtml: '', isOpen: false });
  });

  test('without arguments or a name', () => {
    const said = { model: 'm', messages: [{ role: 'user', content: 'go' }], tool_calls: [{ id: 'a' }] };
    expect(callsOf(cards([said])[0])).toMatchObject([{ name: '?', excerpt: '', callHtml: '' }]);
  });
});

describe('a result that stands by itself', () => {
  const talk = new Talk();
  const [, second] = cards([
    talk.ask('go').answer(null, [run('a', 'ls')]),
    talk.result('a', 'x.txt').result('a', 'exit code 2').result('z', 'y.txt').answer('Odd.'),
  ]);
  const [again, stray] = callsOf(second);

  test('leads to its call', () => {
    expect(again).toEqual({
      kind: 'session-call',
      role: 'Result',
      name: 'run',
      excerpt: 'called in #1',
      summary: '',
      failure: { text: 'error', isFailed: true },
      failureText: 'exit code 2',
      callHtml: '',
      resultHtml: expect.stringContaining('failed-block'),
      note: ' <a href="#r-1">Its call is in #1.</a>',
      isOpen: true,
    });
  });

  test('of no call that is known', () => {
    expect(stray).toEqual({
      kind: 'session-call',
      role: 'Result',
      name: 'tool',
      excerpt: '',
      summary: 'y.txt',
      failure: null,
      failureText: '',
      callHtml: '',
      resultHtml: pre('y.txt'),
      note: '',
      isOpen: false,
    });
  });

  test('that failed without an exit code says so once', () => {
    const said = [new Talk().ask('go').result('z', '{"error":"no"}').answer('Odd.')];
    expect(callsOf(cards(said)[0])).toMatchObject([
      { failure: { text: 'error', isFailed: true }, failureText: '', isOpen: true },
    ]);
  });
});

describe('a request that failed', () => {
  const answer = (tag: string, text: string): Row => ({
    kind: 'session-line',
    role: 'Answer',
    tag: { text: tag, isFailed: true },
    text,
    href: '',
    link: '',
  });
  const aborted = answer('aborted', 'The connection closed before an answer was logged.');

  test.each([
    [0, null, aborted],
    [400, null, answer('400', 'The request failed: HTTP 400.')],
    [503, 'half', answer('503', 'The request failed: HTTP 503.')],
  ])('with code %d and the answer %j', (code, text, row) => {
    expect(cards([new Talk().ask('go').answer(text, [], { code })])[0]).toContainEqual(row);
  });

  test.each([
    [0, 'half'],
    [200, 'whole'],
    [399, 'whole'],
  ])('is none with code %d and the answer %j', (code, text) => {
    const [rows = []] = cards([new Talk().ask('go').answer(text, [], { code })]);
    expect(rows.filter((row) => row.kind === 'session-line' && row.role === 'Answer')).toEqual([]);
  });

  test('is none where the log has no code', () => {
    const [block] = tell([new Talk().ask('go').answer('k')]).parts[0]?.blocks ?? [];
    const [round] = roundsIn(block ? [block] : []);
    if (!round) throw new Error('no round');
    const { response_code: _, ...stored } = round.stored;
    expect(rowsOfRound({ ...round, stored })).toEqual(rowsOfRound(round));
  });
});
