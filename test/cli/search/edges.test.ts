import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { literalPattern } from '../../../src/query/search/pattern.ts';
import { searchSession, type RoundTest } from '../../../src/query/search/search-session.ts';
import type { SessionHead } from '../../../src/model/session-entry.ts';
import { nodeFiles, type Files } from '../../../src/platform/files.ts';
import { readLineBlocks, readSnapshot, type Snapshot } from '../../../src/store/read.ts';
import { newMemory } from '../../../src/store/round-bytes.ts';
import { line, makeStore, run } from '../run.ts';

const dir = mkdtempSync(join(tmpdir(), 'search-edges-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

let stores = 0;
/** A store of one session, with a round for each of these. */
function storeOf(...rounds: Record<string, unknown>[]): Promise<string> {
  const lines = rounds.map((rest, i) =>
    line(new Date(Date.UTC(2026, 1, 1, 10, i)).toISOString(), {
      session_id: 's',
      model: 'test-a',
      input_token: 10,
      output_token: 1,
      ...rest,
    }),
  );
  return makeStore(join(dir, String(++stores)), lines);
}

async function found(store: string, text: string, ...args: string[]): Promise<unknown[][]> {
  const { code, out, err } = await run(['search', '--json', '--data-dir', store, ...args, '--', text]);
  expect([code, err]).toEqual([0, '']);
  const { hits } = JSON.parse(out) as { hits: Record<string, unknown>[] };
  return hits.map((hit) => [hit['round'], hit['role'], hit['part'], hit['tool'], hit['match']]);
}

const user = (content: unknown): Record<string, unknown> => ({ role: 'user', content });

test('rounds of many megabytes, over the ends of blocks, are found where they are', async () => {
  // 700 kB each, so that the blocks of 1 MiB end within rounds; one is longer than a block.
  const texts = Array.from(
    { length: 8 },
    (_, i) => `${'x '.repeat(i === 3 ? 1_500_000 : 350_000)}number ${i}.`,
  );
  const messages = texts.map(user);
  const store = await storeOf(
    ...messages.map((_, i) => ({ messages: messages.slice(0, i + 1), answer: `and ${i}!` })),
  );
  expect(await found(store, 'NUMBER 3.')).toEqual([[4, 'user', 'text', null, 'number 3.']]);
  expect(await found(store, 'number')).toHaveLength(8);
  expect((await found(store, 'and')).map(([number]) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await found(store, 'number 8')).toEqual([]);
  expect(await found(store, 'session_id')).toEqual([]);
});

test('the name of a tool whose call is many rounds before its result', async () => {
  const call = (id: string, name: string): Record<string, unknown> => ({
    id,
    type: 'function',
    function: { name, arguments: '{"a":1}' },
  });
  const ask = user('go');
  const store = await storeOf(
    { messages: [ask], tool_calls: [call('c1', 'slow_tool'), call('c2', 'other_tool')] },
    { messages: [ask, user('still waiting?')], answer: 'Yes.' },
    {
      messages: [
        ask,
        user('still waiting?'),
        { role: 'tool', tool_call_id: 'c1', content: 'needle one' },
        { role: 'tool', tool_call_id: 'c9', content: 'needle two' },
      ],
    },
  );
  expect(await found(store, 'needle')).toEqual([
    [3, 'tool', 'result', 'slow_tool', 'needle'],
    [3, 'tool', 'result', null, 'needle'],
  ]);
  expect(await found(store, 'needle', '--tool', 'slow_tool')).toHaveLength(1);
  expect(await found(store, 'SLOW_tool')).toEqual([[1, 'assistant', 'call', 'slow_tool', 'slow_tool']]);
});

test('the same result of two calls is found twice, and the same words of a user once', async () => {
  const result = (id: string): Record<string, unknown> => ({
    role: 'tool',
    tool_call_id: id,
    content: 'exit code 1: needle',
  });
  const store = await storeOf(
    { messages: [user('needle'), result('a')], question: 'needle' },
    {
      messages: [user('needle'), result('a'), result('b'), user([{ type: 'text', text: 'needle' }])],
      question: 'needle',
    },
  );
  expect((await found(store, 'needle')).map(([number, role]) => [number, role])).toEqual([
    [1, 'user'],
    [1, 'tool'],
    [2, 'tool'],
  ]);
});

test('an answer that the gateway cut, and that comes back whole', async () => {
  const whole = `needle ${'a'.repeat(100)} middle ${'b'.repeat(100)} tail`;
  const cut = `${whole.slice(0, 60)} [truncated] ${whole.slice(-60)}`;
  const store = await storeOf(
    { messages: [user('q')], answer: cut },
    {
      messages: [user('q'), { role: 'assistant', content: whole }, user('needle, in another way')],
      question: 'needle, in another way',
      answer: 'x',
    },
  );
  expect((await found(store, 'needle')).map(([number, role]) => [number, role])).toEqual([
    [1, 'assistant'],
    [2, 'user'],
  ]);
  // What was cut off is found where it came back.
  expect(await found(store, 'middle')).toEqual([[2, 'assistant', 'text', null, 'middle']]);
});

test('a request that the gateway cut', async () => {
  const text = JSON.stringify([user('say "needle" \u00fc'), user('x'.repeat(300))]);
  const cut = `${text.slice(0, 100)} [truncated] ${text.slice(-100)}`;
  const store = await storeOf(
    { messages: cut, question: 'say "needle" ü' },
    { messages: cut, question: 'other', answer: 'ok' },
  );
  expect((await found(store, '"needle" Ü')).map(([number, role, part]) => [number, role, part])).toEqual([
    [1, 'user', 'text'],
  ]);
  const alone = await storeOf({ messages: cut }, { messages: cut });
  expect((await found(alone, '"needle" Ü')).map(([number, role, part]) => [number, role, part])).toEqual([
    [1, 'other', 'request'],
  ]);
});

test('roles and parts of all providers', async () => {
  const store = await storeOf({
    system: 'needle 1',
    messages: [
      { role: 'developer', content: 'needle 2' },
      {
        role: 'model',
        parts: [{ text: 'needle 3' }, { functionCall: { name: 'f', args: { x: 'needle 4' } } }],
      },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'needle 5' } } }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'needle 6' },
          { type: 'text', text: 'needle 7' },
        ],
      },
      { type: 'function_call', call_id: 'c', name: 'g', arguments: '{"x":"needle 8"}' },
      { type: 'function_call_output', call_id: 'c', output: 'needle 9' },
      { role: 'critic', content: 'needle 10' },
    ],
    reasoning: 'needle 11',
  });
  expect((await found(store, 'needle')).map(([, ...rest]) => rest.slice(0, 3))).toEqual([
    ['system', 'text', null],
    ['assistant', 'text', null],
    ['assistant', 'call', 'f'],
    ['tool', 'result', 'f'],
    ['assistant', 'text', null],
    ['assistant', 'reasoning', null],
    ['assistant', 'call', 'g'],
    ['tool', 'result', 'g'],
    ['other', 'text', null],
    ['system', 'text', null],
    ['assistant', 'reasoning', null],
  ]);
});

test('JSON in arguments and results is searched value by value, however it is written', async () => {
  const given = JSON.stringify({ command: 'say "hi"\n\u00fcber C:\\dir', count: 5000 }).replace(
    '\u00fc',
    '\\u00fc',
  );
  const store = await storeOf({
    messages: [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'bash', arguments: given } }],
      },
      { role: 'tool', tool_call_id: 'a', content: JSON.stringify({ out: given }) },
    ],
  });
  for (const text of ['say "hi"', '"\nüber c:\\DIR', 'ÜBER', '5000', 'command'])
    expect(
      (await found(store, text)).map(([, role]) => role),
      text,
    ).toEqual(['assistant', 'tool']);
  // As it stands in the arguments, which are a string.
  expect((await found(store, 'say \\"hi\\"')).map(([, role]) => role)).toEqual(['assistant', 'tool']);
});

test('hits before a damaged round are shown', async () => {
  const store = await storeOf(
    { messages: [user('needle')], answer: 'one' },
    { messages: [user('needle'), user('b')], answer: 'two' },
    { messages: [user('needle'), user('b'), user('needle 3')], answer: 'three' },
  );
  const path = join(store, readdirSync(store).find((name) => /^s.*\.json$/.test(name)) ?? '');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"two"', '"tWo"'));
  const { code, out, err } = await run(['search', 'needle', '--data-dir', store]);
  expect([code, out.split('\n').at(-2)]).toEqual([74, expect.stringMatching(/^1 hit in 1 of 1 session /)]);
  expect(err).toContain('round 2 does not match its checksum');
});

function blocksOf(store: string, files = nodeFiles): Snapshot['blocks'] {
  return (session, memory) => readLineBlocks(store, session, memory, files);
}

/** The rounds that were decoded. */
function askedRounds(store: string, session: SessionHead, asksAll: boolean): number[] {
  const asked: number[] = [];
  const test: RoundTest = { asksAll, isMeant: ({ stored }) => asked.push(stored.round) > 0 };
  for (const searched of searchSession(
    blocksOf(store),
    session,
    { pattern: literalPattern('needle') },
    test,
    newMemory(),
  ))
    expect(searched.bytes).toBeGreaterThan(0);
  return asked;
}

test('only rounds that may match are decoded', async () => {
  const store = await storeOf(
    { answer: 'a' },
    { answer: 'needle' },
    { answer: 'b' },
    { answer: 'needle 2' },
    { answer: 'c' },
  );
  const session = readSnapshot(store).sessions.get('s');
  if (!session) throw new Error('no session');
  expect(askedRounds(store, session, false)).toEqual([2, 4]);
  expect(askedRounds(store, session, true)).toEqual([1, 2, 3, 4, 5]);
});

test('the same answer to two questions is found twice', async () => {
  const store = await storeOf(
    { messages: [user('a')], answer: 'needle' },
    { messages: [user('b')], answer: 'needle' },
  );
  expect((await found(store, 'needle')).map(([number]) => number)).toEqual([1, 2]);
});

test('an answer comes back with other line ends', async () => {
  const store = await storeOf(
    { messages: [user('a')], answer: ' needle\r\nline\r\n' },
    { messages: [user('a'), { role: 'assistant', content: 'needle\nline' }, user('b')], answer: 'x' },
  );
  expect((await found(store, 'needle')).map(([number]) => number)).toEqual([1]);
});

test('a question that the gateway cut is the message that it did not cut', async () => {
  const whole = `needle ${'a'.repeat(200)} tail`;
  const question = `${whole.slice(0, 60)} [truncated] ${whole.slice(-60)}`;
  const store = await storeOf({ messages: [user(whole)], question });
  expect(await found(store, 'needle')).toHaveLength(1);
});

test.each([
  [
    'holds NUL bytes',
    (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('letters', 'lett\0\0s')),
  ],
  ['is truncated: ', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 100))],
])('a file that %s', async (problem, damage) => {
  const store = await storeOf({ answer: 'some letters' }, { answer: 'needle' });
  damage(join(store, readdirSync(store).find((name) => /^s.*\.json$/.test(name)) ?? ''));
  const { code, out } = await run(['search', 'needle', '--json', '--data-dir', store]);
  expect([code, JSON.parse(out)]).toEqual([
    74,
    expect.objectContaining({
      unreadable_sessions: [{ session_id: 's', problem: expect.stringContaining(problem) as string }],
    }),
  ]);
});

test('a file that becomes shorter while it is read', async () => {
  const store = await storeOf({ answer: 'needle' }, { answer: 'x'.repeat(3_000_000) });
  const session = readSnapshot(store).sessions.get('s');
  if (!session) throw new Error('no session');
  const files: Files = {
    ...nodeFiles,
    read: (fd, target, at) =>
      at > 1_000_000 && target.length === 1 << 20 ? 0 : nodeFiles.read(fd, target, at),
  };
  const search = searchSession(
    blocksOf(store, files),
    session,
    { pattern: literalPattern('needle') },
    undefined,
    newMemory(),
  );
  expect(() => [...search]).toThrow(/is truncated: \d+ bytes of rounds were committed/);
});

test('rounds that were stored after the search began are not part of it', async () => {
  const store = await storeOf({ messages: [user('needle 1')] });
  const snapshot = readSnapshot(store);
  const before = snapshot.sessions.get('s');
  if (!before) throw new Error('no session');
  const log = join(dir, String(stores), 'access.log');
  appendFileSync(
    log,
    line('2026-02-01T11:00:00Z', {
      session_id: 's',
      model: 'test-a',
      input_token: 1,
      messages: [user('needle 1'), user('needle 2')],
    }),
  );
  await run(['parse', '--log-path', log, '--output-dir', store]);
  const rounds = (): number[] =>
    [
      ...searchSession(
        blocksOf(store),
        before,
        { pattern: literalPattern('needle') },
        undefined,
        newMemory(),
      ),
    ].flatMap(({ hits }) => hits.map(({ round }) => round.round));
  expect(rounds()).toEqual([1]);
  // Also if a prune has moved the file.
  await run(['prune', '--older-than', '1d', '--content', '--data-dir', store]);
  expect(rounds()).toEqual([]);
  expect(askedRounds(store, before, true)).toEqual([1]);
});
