import { describe, expect, test } from 'vitest';
import {
  onOneLine,
  readOriginalSession,
  type OriginalSession,
} from '../../src/maintenance/import/original-session.ts';
import { originalFile, originalRound, roundsOf } from '../ingest/original.ts';

const HOUR = 3_600_000;
/** A clock eight hours ahead of UTC. */
const toUtc = (local: number): number => local - 8 * HOUR;

function read(text: string): OriginalSession {
  const session = readOriginalSession(text, toUtc);
  if (typeof session === 'string') throw new Error(session);
  return session;
}

const one = (rest: Record<string, unknown>): OriginalSession['rounds'][number] => {
  const [round] = read(originalFile('a', [originalRound(1, rest)])).rounds;
  if (!round) throw new Error('no round');
  return round;
};

describe('a round of the original', () => {
  test('is what the log said, as far as the original kept it', () => {
    const session = read(originalFile('agent:main', roundsOf(2)));
    expect(session).toMatchObject({ id: 'agent:main', estimates: 0 });
    expect(session.rounds[1]).toEqual({
      sessionId: 'agent:main',
      time: Date.UTC(2026, 1, 1, 2, 30, 2, 123),
      model: 'gpt-4o',
      consumer: '',
      api: '',
      chatId: null,
      requestId: null,
      responseType: 'normal',
      responseCode: null,
      durationMs: null,
      firstTokenMs: null,
      usage: { input: 102, output: 10, reasoning: 0, cached: 0, cacheWrite: 0 },
      usageState: 'counted',
      flags: ['imported'],
      loggedUsage: { input_token: 102, output_token: 10 },
      attributes: expect.any(Map),
      accessLog: new Map(),
      messages: [
        '{"role":"user","content":"message 0"}',
        '{"role":"assistant","content":"message 1"}',
        '{"role":"user","content":"message 2"}',
      ],
      messagesText: null,
      system: null,
      question: '"message 2"',
      answer: '"message 3"',
      reasoning: null,
      toolCalls: null,
    });
  });

  test('has its times in the original’s own zone, unless they name one', () => {
    expect(one({ timestamp: '2026-02-01T10:30:15Z' }).time).toBe(Date.UTC(2026, 1, 1, 10, 30, 15));
    expect(one({ timestamp: '2026-02-01T10:30:15+01:00' }).time).toBe(Date.UTC(2026, 1, 1, 9, 30, 15));
    expect(one({ timestamp: '2026-02-01T10:30:15' }).time).toBe(Date.UTC(2026, 1, 1, 2, 30, 15));
    expect(one({ timestamp: 'yesterday' }).time).toBeNull();
    expect(one({ timestamp: undefined }).time).toBeNull();
  });

  test('has its tokens normalised like any other', () => {
    const details = { cache_read_input_tokens: 80, cache_creation_input_tokens: 5 };
    const claude = { model: 'claude-sonnet-4', input_tokens: 20, output_tokens: 7 };
    expect(one({ ...claude, input_token_details: details }).usage).toEqual({
      input: 105,
      output: 7,
      reasoning: 0,
      cached: 80,
      cacheWrite: 5,
    });
    // The original writes 0 where the log said nothing of a cache.
    expect(one(claude).flags).toEqual(['cache-unknown', 'imported']);
    expect(one({ cached_tokens: 64 }).usage).toMatchObject({ input: 101, cached: 64 });
    expect(one({ input_tokens: 0, output_tokens: 0 }).usageState).toBe('no-usage');
  });

  test('has no reasoning tokens that the original made up', () => {
    const text = '思考'.repeat(20) + '😀';
    const session = read(originalFile('a', [originalRound(1, { reasoning: text, reasoning_tokens: 10 })]));
    expect([session.estimates, session.rounds[0]?.usage.reasoning]).toEqual([1, 0]);
    expect(session.rounds[0]?.usage.output).toBe(10);
    expect(session.rounds[0]?.reasoning).toBe(JSON.stringify(text));
    const counted = read(originalFile('a', [originalRound(1, { reasoning: text, reasoning_tokens: 9 })]));
    expect([counted.estimates, counted.rounds[0]?.usage.reasoning]).toEqual([0, 9]);
  });

  test('keeps its texts as they are, and cut ones too', () => {
    const cut = '[map[content:be nice role:system] [truncated] AAAA]';
    expect(one({ messages: cut })).toMatchObject({ messages: null, messagesText: JSON.stringify(cut) });
    const calls = [{ id: 'c', function: { name: 'f', arguments: '{}{"a": 1}' } }];
    expect(one({ tool_calls: calls }).toolCalls).toBe(JSON.stringify(calls).replace('{}{', '{'));
    const text = originalFile('a', [originalRound(1)]).replace(
      '"message 0"',
      '[ 1.0,  9007199254740993 , "a  \\" b" ]',
    );
    expect(read(text).rounds[0]?.messages).toEqual([
      '{"role":"user","content":[1.0,9007199254740993,"a  \\" b"]}',
    ]);
  });

  test('without a session id is of the session default', () => {
    expect(read(originalFile(null, roundsOf(1)))).toMatchObject({ id: 'default' });
    expect(read(originalFile('', roundsOf(1)))).toMatchObject({ id: 'default' });
  });

  test.each(['__proto__', '../../x', '<script>', ''.padEnd(300, 'x')])(
    'of the session %s is of that',
    (id) => {
      expect(read(originalFile(id, roundsOf(1))).rounds[0]?.sessionId).toBe(id);
    },
  );
});

test('a file that has grown begins with the same digest', () => {
  const three = read(originalFile('a', roundsOf(3)));
  const two = read(JSON.stringify(JSON.parse(originalFile('a', roundsOf(2)))));
  expect(three.digestOf(2)).toBe(two.digestOf(2));
  expect(three.digestOf(3)).not.toBe(three.digestOf(2));
  expect(read(originalFile('a', [originalRound(1, { answer: 'x' })])).digestOf(1)).not.toBe(
    three.digestOf(1),
  );
});

test.each([
  ['', 'is not a complete JSON object: it was truncated, or written by another program'],
  [
    originalFile('a', roundsOf(2)).slice(0, 300),
    'is not a complete JSON object: it was truncated, or written by another program',
  ],
  ['[1]', 'is not a complete JSON object: it was truncated, or written by another program'],
  ['{"rounds":[]}', 'is not a session: it has no session_id, or no list of rounds'],
  ['{"session_id":"a"}', 'is not a session: it has no session_id, or no list of rounds'],
  ['{"session_id":"a","rounds":{}}', 'is not a session: it has no session_id, or no list of rounds'],
  ['{"session_id":["a"],"rounds":[]}', 'is not a session: its session_id is not a string'],
  ['{"session_id":"a","rounds":[{},1]}', 'is not a session: a round is not an object, in round 2'],
])('%.40s is damaged', (text, problem) => {
  expect(readOriginalSession(text, toUtc)).toBe(problem);
});

test('onOneLine takes away the space between tokens, and no other', () => {
  expect(onOneLine(' {\n  "a b" : [ 1 ,\r\n "x \\" \\\\" ,\t{ } ] }\n')).toBe('{"a b":[1,"x \\" \\\\",{}]}');
});
