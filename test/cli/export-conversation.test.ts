import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { line, makeStore, run, type Ran } from './run.ts';

let dir: string;
let store: string;

const KEY = `sk-proj-${'Ab3dE5gH7jK9'.repeat(4)}`;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'conversation-'));
  const first = [{ role: 'user', content: `My key is ${KEY}` }];
  store = await makeStore(dir, [
    line('2026-02-01T17:00:00Z', {
      session_id: 'talk',
      model: 'test-a',
      input_token: 1_000_000,
      output_token: 100_000,
      question: `My key is ${KEY}`,
      messages: first,
      answer: 'Keep it secret.',
      my_note: `note ${KEY}`,
    }),
    line('2026-02-01T17:01:00Z', {
      session_id: 'talk',
      model: 'no-such-model',
      input_token: 7,
      output_token: 3,
      question: 'B-12?',
      messages: [
        ...first,
        { role: 'assistant', content: 'Keep it secret.' },
        { role: 'user', content: 'B-12?' },
      ],
      answer: 'Yes.',
    }),
    line('2026-02-01T18:00:00Z', { session_id: 'short', model: 'test-a', question: 'q', answer: 'a' }),
  ]);
});
afterAll(() => rmSync(dir, { recursive: true }));

const write = (file: string, ...options: string[]): Promise<Ran> =>
  run(['export', file, '--data-dir', store, '--timezone', 'UTC', ...options]);

test('.md', async () => {
  const file = join(dir, 'talk.md');
  const ran = await write(file, '--conversation', 'ta');
  const text = readFileSync(file, 'utf8');
  expect(ran).toEqual({
    code: 0,
    out: `${file}: 2 rounds of 1 session, $2.0000 + 1 unpriced round (no-such-model, 10 tokens), ${Buffer.byteLength(text)} bytes\n`,
    err: '',
  });
  expect(text).toBe(`# My key is ${KEY}

- Session: \`talk\`
- Time: 2026-02-01T17:00:00+00:00 to 2026-02-01T17:01:00+00:00
- Models: \`no-such-model\`, \`test-a\`
- Rounds: 2
- Tokens: 1,000,007 input + 100,003 output = 1,100,010
- Cost: $2.000000 + 1 unpriced round (no-such-model, 10 tokens)

## Round 1

2026-02-01T17:00:00+00:00 · Tokens: 1,000,000 in → 100,000 out · Model: test-a · Cost: $2.000000

### User

> My key is ${KEY}

### Assistant

> Keep it secret.

## Round 2

2026-02-01T17:01:00+00:00 · Tokens: 7 in → 3 out · Model: no-such-model · Cost: unpriced

### User

> B-12?

### Assistant

> Yes.
`);
});

test('.jsonl is the chat, .json what show --json has; stdout takes --format', async () => {
  const file = join(dir, 'talk.jsonl');
  expect(await write(file, '--conversation', 'talk', '--quiet')).toEqual({ code: 0, out: '', err: '' });
  const chat = `${JSON.stringify({
    messages: [
      { role: 'user', content: `My key is ${KEY}` },
      { role: 'assistant', content: 'Keep it secret.' },
      { role: 'user', content: 'B-12?' },
      { role: 'assistant', content: 'Yes.' },
    ],
  })}\n`;
  expect(readFileSync(file, 'utf8')).toBe(chat);
  expect(await write('-', '--conversation', 'talk', '--format', 'jsonl')).toEqual({
    code: 0,
    out: chat,
    err: '',
  });
  const shown = await run(['show', 'talk', '--json', '--data-dir', store]);
  // A file has nothing about other sessions.
  const out = shown.out.replace(',"family":null', '').replace(',"threads":[]', '');
  expect(out).not.toBe(shown.out);
  expect(await write('-', '--conversation', 'talk')).toEqual({ ...shown, out });
});

test('a round without a list of messages is said to lack it', async () => {
  expect(await write('-', '--conversation', 'short', '--format', 'jsonl')).toEqual({
    code: 0,
    out: '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}\n',
    err: 'monitor: the log has no list of messages for 1 round: of these, the file has only questions and answers\n',
  });
});

test.each(['md', 'jsonl', 'json'])('--redact takes secrets and own patterns out of %s', async (format) => {
  const own = join(dir, 'own.json');
  writeFileSync(own, '{"patterns":[{"name":"badge","pattern":"B-[0-9]+"}]}');
  const args = ['--conversation', 'talk', '--format', format];
  const plain = await write('-', ...args, '--redact', 'email');
  expect(plain.out).toContain(KEY);
  const { code, out, err } = await write('-', ...args, '--redact', '--redact-patterns', own);
  expect([code, err]).toEqual([0, '']);
  expect(out).not.toContain('Ab3dE5gH7jK9');
  expect(out).not.toContain('B-12');
  expect(out).toMatch(/My key is \[redacted:[a-z-]+\]/);
  expect(out).toContain('[redacted:badge]?');
  if (format === 'md') expect(out).toContain('\n- Redacted: secrets, badge\n');
});

test("--redact has the store's own patterns too", async () => {
  const folder = mkdtempSync(join(dir, 'own-'));
  const own = join(folder, 'own.json');
  writeFileSync(own, '{"patterns":[{"name":"badge","pattern":"B-[0-9]+"}]}');
  const made = await makeStore(
    folder,
    [line('2026-02-01T18:00:00Z', { session_id: 's', model: 'test-a', question: 'q', answer: 'a' })],
    '--redact',
    'email',
    '--redact-patterns',
    own,
  );
  const { out } = await run([
    'export',
    '-',
    '--format',
    'md',
    '--conversation',
    's',
    '--redact',
    'phone',
    '--data-dir',
    made,
  ]);
  expect(out).toContain('\n- Redacted: email, phone, badge\n');
});

test.each([
  [['x.csv', '--conversation', 'talk'], 'a conversation cannot be csv: use md, html, json or jsonl'],
  [
    ['-', '--conversation', 'talk', '--format', 'focus'],
    'a conversation cannot be focus: use md, html, json or jsonl',
  ],
  [
    ['x.txt', '--conversation', 'talk'],
    "cannot tell the format from the name 'x.txt': use .md, .html, .jsonl or .json, or add --format",
  ],
  [['-', '--redact'], '--redact and --redact-patterns work only with --conversation'],
  [
    ['-', '--conversation', 'talk', '--model', 'm'],
    "'--conversation <id>' cannot be used with option '--model <name>'",
  ],
  [['-', '--conversation', 'talk', '--days', '3'], "cannot be used with option '--days <n>'"],
  [['-', '--conversation', 'talk', '--with-messages'], "cannot be used with option '--with-messages'"],
  [
    ['-', '--conversation', 'talk', '--focus-version', '1.2'],
    "cannot be used with option '--focus-version <version>'",
  ],
])('%j is wrong usage', async ([file = '', ...options], message) => {
  const ran = await write(file, ...options);
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toContain(message);
});

test('no such session, no texts, and unpriced rounds with --strict are answers: no', async () => {
  expect(await write('-', '--conversation', 'tolk')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining("no session 'tolk'. Did you mean:\n  talk"),
  });
  const folder = mkdtempSync(join(dir, 'numbers-'));
  const numbers = await makeStore(
    folder,
    [line('2026-02-01T18:00:00Z', { session_id: 's', model: 'test-a', question: 'q' })],
    '--no-content',
  );
  const file = join(folder, 's.md');
  expect(await run(['export', file, '--conversation', 's', '--data-dir', numbers])).toEqual({
    code: 1,
    out: '',
    err: 'monitor: the store keeps no texts (--no-content), so there is no conversation to write\n',
  });
  expect(readdirSync(folder)).not.toContain('s.md');
  expect(await write('-', '--conversation', 'talk', '--format', 'md', '--strict')).toMatchObject({
    code: 1,
    err: 'monitor: the total does not include 1 unpriced round (no-such-model, 10 tokens)\n',
  });
});

test('pruned texts are said, in the file and on stderr; if all are, there is no file', async () => {
  const folder = mkdtempSync(join(dir, 'pruned-'));
  const said = (day: string): string =>
    line(`2026-01-${day}T18:00:00Z`, { session_id: 's', model: 'test-a', question: 'q', answer: `a${day}` });
  const made = await makeStore(folder, [said('01')]);
  const prune = (age: string): Promise<Ran> =>
    run(['prune', '--content', '--older-than', age, '--data-dir', made]);
  const pruned = await prune('25d');
  expect([pruned.code, pruned.err]).toEqual([0, '']);
  const log = join(folder, 'access.log');
  appendFileSync(log, said('20'));
  await run(['parse', '--log-path', log, '--data-dir', made]);
  const args = ['export', '-', '--format', 'md', '--conversation', 's', '--data-dir', made];
  const ran = await run(args);
  expect([ran.code, ran.err]).toEqual([
    0,
    'monitor: not in this file, because pruned: the texts of round 1, on 2026-02-03\n',
  ]);
  expect(ran.out).toContain('\n- Pruned, and not in this file: the texts of round 1, on 2026-02-03\n');
  expect(ran.out).toContain('> a20');
  expect(ran.out).not.toContain('a01');
  await prune('10d');
  expect(await run(args)).toEqual({
    code: 1,
    out: '',
    err: 'monitor: there is no conversation to write: pruned the texts of rounds 1 to 2, on 2026-02-03\n',
  });
});

test('a damaged session is an error, and the old file stays', async () => {
  const folder = mkdtempSync(join(dir, 'damaged-'));
  const said = (i: number): string =>
    line(`2026-02-01T18:0${i}:00Z`, { session_id: 's', model: 'test-a', question: `q${i}`, answer: 'x' });
  const made = await makeStore(folder, [said(1), said(2), said(3)]);
  const session = join(made, 's.json');
  const text = readFileSync(session, 'utf8');
  expect(text).toContain('"q2"');
  writeFileSync(session, text.replace('"q2"', '"Q2"'));
  const file = join(folder, 's.md');
  appendFileSync(file, 'old');
  const ran = await run(['export', file, '--conversation', 's', '--data-dir', made]);
  expect([ran.code, ran.out]).toEqual([74, '']);
  expect(ran.err).toContain('round 2');
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(folder).toSorted()).toEqual(['access.log', 'prices.json', 's.md', 'store']);
});
