import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { line, makeStore, run } from './run.ts';

let dir: string;
let store: string;
let empty: string;

const HOSTILE = 'a\u001b[31m\u202e';
const user = { role: 'user', content: 'hi' };
const more = { role: 'user', content: 'more \u001b[2J' };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'reports-'));
  const tokens = { model: 'test-a', input_token: 1_000_000, output_token: 100_000, total_token: 1_100_000 };
  store = await makeStore(join(dir, 'full'), [
    line('2026-02-01T17:00:00.000Z', {
      session_id: 'agent:1',
      ...tokens,
      messages: [user],
      question: 'hi',
      answer: 'yo',
    }),
    line('2026-02-02T17:00:00.000Z', {
      session_id: 'agent:1',
      ...tokens,
      messages: [user, more],
      question: 'more',
    }),
    line('2026-02-02T17:00:00.000Z', {
      session_id: 'agent:2',
      model: 'no-such-model',
      input_token: 7,
      output_token: 3,
      total_token: 10,
      question: HOSTILE,
    }),
    line('2026-02-02T18:00:00.000Z', { session_id: HOSTILE, ...tokens }),
    line('2026-02-02T18:00:00.000Z', { session_id: '--json', ...tokens }),
    line('2026-02-02T18:00:00.000Z', { session_id: '__proto__', ...tokens }),
  ]);
  empty = await makeStore(join(dir, 'empty'), ['{"ai_log":"-"}\n']);
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

interface Shown {
  session_id: string;
  cost_usd: number;
  rounds: { round: number; messages: unknown[]; cost_usd: number | null }[];
}
interface Table {
  rows: { date?: string; cost_usd: number | null }[];
  total: Record<string, unknown>;
}

function show(...argv: string[]): Promise<Shown> {
  return json('show', ...argv, '--data-dir', store);
}

async function dates(...argv: string[]): Promise<(string | undefined)[]> {
  const { rows } = await json<Table>('stats-date', '--data-dir', store, ...argv);
  return rows.map(({ date }) => date);
}

async function numbersOf(...argv: string[]): Promise<number[]> {
  return (await show('agent:1', ...argv)).rounds.map(({ round }) => round);
}

function sum(rows: { cost_usd: number | null }[]): number {
  return rows.reduce((all, row) => all + (row.cost_usd ?? 0), 0);
}

async function json<T>(...argv: string[]): Promise<T> {
  const { code, out, err } = await run([...argv, '--json']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
}

test('an empty store: tables say what to do, JSON has its shape', async () => {
  for (const command of ['list', 'stats-model', 'stats-date']) {
    const { code, out } = await run([command, '--data-dir', empty]);
    expect(code).toBe(0);
    expect(out).toContain('\nno sessions yet\nRead a log into this store with: monitor parse --log-path');
  }
  expect(await json('list', '--data-dir', empty)).toEqual({ version: 1, total: 0, sessions: [] });
  const { total, ...rest } = await json<Table>('stats-date', '--data-dir', empty);
  expect(rest).toEqual({ version: 1, rows: [] });
  expect(total).toMatchObject({ sessions: 0, cost_usd: 0, models: [] });
  const { code, err } = await run(['show', 'x', '--data-dir', empty]);
  expect([code, err]).toEqual([
    1,
    `monitor: no session 'x': ${empty} has no sessions yet. Read a log into it with 'monitor parse'\n`,
  ]);
});

test('the sum of models is the sum of dates is the sum of sessions', async () => {
  const models = await json<Table>('stats-model', '--data-dir', store);
  const days = await json<Table>('stats-date', '--data-dir', store);
  const { sessions } = await json<{ sessions: Table['rows'] }>('list', '--data-dir', store);
  expect(models.total).toMatchObject({
    sessions: 5,
    rounds: 6,
    input_tokens: 5_000_007,
    cost_usd: 10,
    unpriced_rounds: 1,
  });
  expect(days.total).toMatchObject(models.total);
  expect([sum(models.rows), sum(days.rows), sum(sessions)]).toEqual([10, 10, 10]);
});

test('dates are those of the zone', async () => {
  expect(await dates()).toEqual(['2026-02-02', '2026-02-03']);
  expect(await dates('--timezone', 'UTC')).toEqual(['2026-02-01', '2026-02-02']);
  expect(await dates('--days', '1')).toEqual(['2026-02-03']);
  expect(await dates('--until', '2026-02-02')).toEqual(['2026-02-02']);
});

test('without rounds in the period the table says when there were some', async () => {
  const late = { now: Date.parse('2027-01-01T00:00:00Z') };
  const { out } = await run(['stats-date', '--data-dir', store], late);
  expect(out).toContain(
    'no rounds in this period; the last was on 2026-02-03\nUse --since 2026-02-03 to include it.\n',
  );
});

test('show finds a session by a start of its id; after -- ids may look like flags', async () => {
  expect((await show('agent:1')).rounds).toHaveLength(2);
  expect((await show('__pro')).session_id).toBe('__proto__');
  const flag = await run(['show', '--data-dir', store, '--json', '--', '--js']);
  expect(JSON.parse(flag.out).session_id).toBe('--json');
});

test('show --json gives the requests whole, and the cost of each round', async () => {
  const { rounds, cost_usd } = await show('agent:1');
  expect(cost_usd).toBe(4);
  expect(rounds.map(({ messages, cost_usd }) => [messages, cost_usd])).toEqual([
    [[user], 2],
    [[user, more], 2],
  ]);
  expect((await show('agent:2')).rounds[0]).toMatchObject({
    messages: [],
    cost_usd: null,
    price_state: 'unpriced',
  });
});

test('--round and --last choose; a round that is not there is exit 1', async () => {
  expect(await numbersOf('--round', '1')).toEqual([1]);
  expect(await numbersOf('--last', '1')).toEqual([2]);
  const { code, out, err } = await run(['show', 'agent:1', '--data-dir', store, '--round', '3']);
  expect([code, out, err]).toEqual([1, '', 'monitor: no round 3: the session has 2\n']);
});

test('a wrong id: exit 1 and the nearest; a start of several: exit 1 and which; neither escapes', async () => {
  const wrong = await run(['show', 'agnet:2\u001b[31m', '--data-dir', store]);
  expect([wrong.code, wrong.out]).toEqual([1, '']);
  expect((await run(['show', 'agnet:2', '--data-dir', store])).err).toBe(
    "monitor: no session 'agnet:2'. Did you mean:\n  agent:2\n  agent:1\n",
  );
  const several = await run(['show', 'a', '--data-dir', store]);
  expect(several.code).toBe(1);
  expect(several.err).toBe(
    "monitor: 3 sessions begin with 'a':\n  a\\u{1b}[31m\\u{202e}\n  agent:1\n  agent:2\n",
  );
  expect(wrong.err + several.err).not.toMatch(/[\u001b\u202e]/);
});

test('no report lets a log write to the terminal', async () => {
  for (const argv of [
    ['list'],
    ['stats-model'],
    ['stats-date'],
    ['show', 'agent:1', '--full'],
    ['show', 'agent:2'],
    ['show', 'a\\u'],
  ]) {
    const { code, out } = await run([...argv, '--data-dir', store]);
    expect(code).toBe(0);
    expect(out).not.toMatch(/[\u001b\u202e]/);
  }
});

test('colours are used where they are allowed', async () => {
  const { out } = await run(['list', '--data-dir', store], { colourLevel: 1 });
  expect(out).toContain('\u001b[1m📋 Sessions (5, by updated)\u001b[22m');
});

test('a store of numbers only says so', async () => {
  const numbers = await makeStore(
    join(dir, 'numbers'),
    [
      line('2026-02-01T17:00:00.000Z', {
        session_id: 's',
        model: 'test-a',
        input_token: 5,
        question: 'secret',
      }),
    ],
    '--no-content',
  );
  const { out } = await run(['show', 's', '--data-dir', numbers]);
  expect(out).toContain('(content not stored)');
  expect(out).not.toContain('secret');
  expect((await json<Shown>('show', 's', '--data-dir', numbers)).rounds[0]).toMatchObject({
    messages: [],
    question: null,
  });
});

test.each([
  ['stats-model', []],
  ['stats-date', []],
  ['show', ['agent:2']],
])('%s --strict: the whole answer, and exit code 1 where the sum lacks a price', async (command, more) => {
  const plain = await run([command, ...more, '--data-dir', store, '--json']);
  const strict = await run([command, ...more, '--data-dir', store, '--json', '--strict']);
  expect(plain).toMatchObject({ code: 0, err: '' });
  expect(strict).toEqual({
    code: 1,
    out: plain.out,
    err: 'monitor: the total does not include 1 unpriced round (no-such-model, 10 tokens)\n',
  });
});

test('--strict is content where every round has a price', async () => {
  const argv = ['show', 'agent:1', '--data-dir', store, '--strict'];
  expect(await run(argv)).toMatchObject({ code: 0, err: '' });
});

test('--group-by adds keys to a command’s own, in their order; filters take whole names in any case', async () => {
  const rows = async (...argv: string[]): Promise<Record<string, unknown>[]> =>
    (await json<{ rows: Record<string, unknown>[] }>(...argv, '--data-dir', store)).rows;
  const keys = ['model', 'session_id', 'date'];
  const combined = await rows('stats-model', '--group-by', 'session, MODEL,date', '--model', 'NO-such-model');
  expect(combined.map((row) => keys.map((key) => row[key]))).toEqual([
    ['no-such-model', 'agent:2', '2026-02-03'],
  ]);
  expect(
    (await rows('stats-consumer', '--group-by', 'model')).map(({ consumer, model }) => [consumer, model]),
  ).toEqual([
    [null, 'test-a'],
    [null, 'no-such-model'],
  ]);
  const { out, err } = await run(['stats-consumer', '--consumer', 'no\u001bbody', '--data-dir', store]);
  expect(out).toContain('📊 Statistics by Consumer (consumer nobody)');
  expect(out).toContain('no rounds of consumer nobody in this period\n');
  expect(err).toBe("monitor: no consumer 'nobody' in the store. List them with 'monitor stats-consumer'\n");
});
