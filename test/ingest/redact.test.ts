import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { digest } from '../../src/platform/digest.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';
import { token } from '../redact/make-secrets.ts';
import { aiLine, dumpStore, makeFolder, run } from './make.ts';

const TOKEN = `ghp_${token(36)}`;
const REDACTED = '[redacted:github-token]';
const SECRETS = { redact: ['secrets'] };

/** A word in every text that a line can hold, with escapes in it too. */
const texts = (word: string): Record<string, unknown> => ({
  messages: [
    { role: 'user', content: `is ${word} good?` },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ function: { arguments: JSON.stringify({ k: word }) } }],
    },
    { role: 'tool', content: [{ type: 'text', text: `line\n${word}` }], [word]: 1 },
  ],
  system: [{ type: 'text', text: `keep ${word} safe` }],
  question: `is ${word} good?`,
  answer: `${word} is good`,
  reasoning: `they ask about ${word}`,
  tool_calls: [
    { id: 'call_1', function: { name: 'f', arguments: JSON.stringify({ deep: JSON.stringify([word]) }) } },
  ],
  response_type: word,
  input_token_details: { [word]: 1, cached_tokens: 0, note: word },
  output_token_details: JSON.stringify({ note: word }),
  reasoning_tokens: word,
});

/** Lines with a word in their messages, in a value that the gateway cut, in lines that cannot be read. */
const lines = (word: string): string[] => [
  aiLine('a', 0, texts(word)),
  aiLine('a', 1, { ...texts(word), messages: `[map[content:${word} role:user] [truncated] ${word}` }),
  aiLine('a', 2, {
    question: [{ type: 'text', text: word }],
    messages: Array.from({ length: 150 }, (_, i) => ({ role: 'user', content: `${i} ${word}` })),
  }),
  // Escaped in the line itself: twice over.
  aiLine('b', 0, texts(word)).replaceAll(word, escaped(word)),
  `${JSON.stringify({ ai_log: `{"answer":"\\n${word}", cut`, x: word }).slice(0, -1)}\n`,
  aiLine('c', 0, { messages: '@' }).replace('\\"@\\"', `[\\"${word}\\", nonsense]`),
  // The rejected text is cut in the middle of the word.
  `{"ai_log":"${' '.repeat(4096 - '{"ai_log":"'.length - 10)}${word}\n`,
];

function escaped(word: string): string {
  if (word === REDACTED) return word;
  return [...word].map((c, i) => (i % 3 === 0 ? `\\\\u00${c.charCodeAt(0).toString(16)}` : c)).join('');
}

/** Every byte of the store's files, and their names. */
function everything(store: string): string {
  return readdirSync(store)
    .map((name) => `${name}\n${readFileSync(join(store, name), 'latin1')}`)
    .join('\n');
}

/** A text as it can stand in a file: itself, any piece of it that would tell it, its digests. */
function tracesOf(word: string): string[] {
  const digests = [word, JSON.stringify(word), `is ${word} good?`, JSON.stringify(`is ${word} good?`)].map(
    (text) => digest(text, 16),
  );
  return [
    ...Array.from({ length: word.length - 11 }, (_, i) => word.slice(i, i + 12)),
    Buffer.from(word).toString('base64').slice(4, 24),
    ...digests,
    ...digests.map((one) => Buffer.from(one, 'latin1').toString('base64').slice(0, 20)),
  ];
}

/** Two runs, so that the second goes on with what the first remembered. */
async function parseTwice(filters: object, word: string): Promise<string> {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  const store = join(folder, 'sessions');
  writeFileSync(log, lines(word).join(''));
  const first = await run(store, log, { filters });
  expect(first.rounds + first.rejectedLines).toBe(7);
  expect(first.rounds).toBeGreaterThanOrEqual(4);
  appendFileSync(log, aiLine('a', 3, texts(word)) + aiLine('d', 0, texts(word)));
  expect((await run(store, log)).rounds).toBe(2);
  return store;
}

describe('--redact', () => {
  test('leaves nothing of a secret in any file of the store', async () => {
    const store = await parseTwice(SECRETS, TOKEN);
    const kept = everything(store);
    for (const trace of tracesOf(TOKEN)) expect(kept).not.toContain(trace);
    expect(kept).toContain(REDACTED);
    expect(readdirSync(store)).toContain('.memory-a');
  });

  test('finds what this test looks for where nothing is redacted', async () => {
    const kept = everything(await parseTwice({}, TOKEN));
    for (const text of [TOKEN, `is ${TOKEN} good?`]) expect(kept).toContain(text);
    const question = Buffer.from(digest(JSON.stringify(`is ${TOKEN} good?`), 16), 'latin1');
    expect(kept).toContain(question.toString('base64').slice(0, 20));
  });

  test('stores the same as if the log had held the replacement', async () => {
    const redacted = await parseTwice(SECRETS, TOKEN);
    const plain = await parseTwice({}, REDACTED);
    expect(roundsOf(redacted)).toEqual(roundsOf(plain));
  });

  test('titles, requests and texts are as logged, but for the secret', async () => {
    const store = await parseTwice(SECRETS, TOKEN);
    const entry = readSnapshot(store).sessions.get('a');
    expect(entry?.title).toBe(`is ${REDACTED} good?`);
    if (!entry) throw new Error('no session');
    const rounds = [...expandRounds(readRoundLines(store, entry))];
    expect(rounds.map(({ answer }) => answer)).toEqual([
      `"${REDACTED} is good"`,
      `"${REDACTED} is good"`,
      '"a message 5"',
      `"${REDACTED} is good"`,
    ]);
    expect(rounds[0]?.messages).toEqual(
      (texts(REDACTED)['messages'] as unknown[]).map((m) => JSON.stringify(m)),
    );
    expect(rounds[1]?.messagesText).toBe(`"[map[content:${REDACTED} role:user] [truncated] ${REDACTED}"`);
    expect(rounds[0]?.toolCalls).toBe(JSON.stringify(texts(REDACTED)['tool_calls']));
    // Stored once: round 4 sends what round 1 sent.
    expect(rounds[3]).toMatchObject({ newMessages: 0, stored: { context: [[1, 0, 3]], system_round: 1 } });
  });

  test('rejected lines keep place, reason and the rest of their text', async () => {
    const store = await parseTwice(SECRETS, TOKEN);
    const rejected = readFileSync(join(store, '.rejected.jsonl'), 'utf8')
      .split('\n')
      .slice(0, 3)
      .map((line) => JSON.parse(line) as { text: string });
    expect(rejected[0]?.text).toBe(lines(REDACTED)[4]?.slice(0, -1));
    expect(rejected[1]?.text).toBe(lines(REDACTED)[5]?.slice(0, -1));
    expect(rejected[2]?.text).toBe(lines(REDACTED)[6]?.slice(0, 4096));
  });

  test('is a filter of the store: later runs need not name it, and another is refused', async () => {
    const store = await parseTwice(SECRETS, TOKEN);
    const log = join(store, '..', 'access.log');
    await expect(run(store, log, { filters: { redact: ['email'] } })).rejects.toThrow(
      /^--redact is email, but/,
    );
    await expect(
      run(store, log, { filters: { redact_patterns: [{ name: 'x', pattern: 'y' }] } }),
    ).rejects.toThrow(/^--redact-patterns is x \(y\), but/);
  });

  test('the user’s own patterns alone: nothing else is taken out', async () => {
    const own = { redact_patterns: [{ name: 'mine', pattern: 'ghp_(\\w+)' }] };
    const store = await parseTwice(own, TOKEN);
    expect(readSnapshot(store).sessions.get('a')?.title).toBe('is ghp_[redacted:mine] good?');
    const kept = everything(store);
    for (const trace of tracesOf(TOKEN.slice(4))) expect(kept).not.toContain(trace);
    const password = await parseTwice(own, 'PASSWORD=correcthorse');
    expect(everything(password)).toContain('PASSWORD=correcthorse');
  });
});

/** What a reader knows of a store, whole; without the places in logs of another length. */
function roundsOf(store: string): unknown {
  return JSON.parse(
    JSON.stringify(dumpStore(store), (key, value: unknown) =>
      key === 'texts' ? (value as unknown[][]).map((round) => round.toSpliced(1, 1)) : value,
    ),
  );
}

describe('--no-content', () => {
  test('leaves nothing of any text in any file of the store', async () => {
    const word = 'Xylophone-Quartz-Jukebox';
    const store = await parseTwice({ no_content: true }, word);
    const kept = everything(store);
    for (const trace of tracesOf(word)) expect(kept).not.toContain(trace);
    expect(kept).not.toContain('a message');
    expect(readdirSync(store).filter((name) => name.startsWith('.memory'))).toEqual([]);
    expect([...readSnapshot(store).sessions.values()].map(({ title }) => title)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
