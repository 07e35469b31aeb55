import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeFolder } from '../ingest/make.ts';
import { parseArgs, parseWell, randomNumbers, runMonitor, startMonitor } from './make.ts';
import { SEED } from '../seed.ts';

/**
 * Every session has a model and a day of its own, so that each answer tells its rounds from the others'. The ids are
 * long, so that the index outgrows its tail and is written anew while readers read it.
 */
const SESSIONS = ['s1', 's2', 's3', 's4'].map((name) => name.padEnd(1500, '-'));
const TURNS = 120;

/** The sessions take turns: what one commit holds is a beginning of this. */
function lineOf(session: number, n: number): string {
  const aiLog = {
    answer: `answer ${n}`,
    input_token: 100 + n,
    messages: [{ role: 'user', content: `question ${n}` }],
    model: `model-${session}`,
    output_token: 2 * n,
    question: `question ${n}`,
    session_id: SESSIONS[session],
    total_token: 100 + 3 * n,
  };
  const time = new Date(Date.UTC(2026, 1, 1 + session) + n * 1000).toISOString();
  return `${JSON.stringify({ ai_log: JSON.stringify(aiLog), request_id: `${session}-${n}`, start_time: time })}\n`;
}

interface Sums {
  input: number;
  output: number;
}

/** The tokens of the first `rounds` rounds. */
const sumsOf = (rounds: number): Sums => ({
  input: 100 * rounds + (rounds * (rounds - 1)) / 2,
  output: rounds * (rounds - 1),
});

interface StatsRow {
  model?: string;
  date?: string;
  sessions: number;
  rounds: number;
  input_tokens: number;
  output_tokens: number;
}

interface SessionTotals {
  session_id: string;
  messages_count: number;
  total_input_tokens: number;
  total_output_tokens: number;
}

type ShownRound = {
  round: number;
  input_tokens: number;
  output_tokens: number;
  question: string;
  messages: unknown;
};

async function ask<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await runMonitor(...args, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as T;
}

function checkTotals(session: SessionTotals): number {
  const { messages_count: rounds, total_input_tokens: input, total_output_tokens: output } = session;
  expect({ input, output }).toEqual(sumsOf(rounds));
  return rounds;
}

async function readList(store: string): Promise<number[]> {
  const { total, sessions } = await ask<{ total: number; sessions: SessionTotals[] }>(
    'list',
    '--output-dir',
    store,
  );
  expect(total).toBe(SESSIONS.length);
  return SESSIONS.map((id) =>
    checkTotals(sessions.find(({ session_id }) => session_id === id) as SessionTotals),
  );
}

async function readStats(store: string, by: 'model' | 'date'): Promise<number[]> {
  const period = by === 'date' ? ['--since', '2026-01-01', '--timezone', 'UTC'] : [];
  const { rows, total } = await ask<{ rows: StatsRow[]; total: StatsRow }>(
    `stats-${by}`,
    '--output-dir',
    store,
    ...period,
  );
  const ofRow = (row: StatsRow): number =>
    by === 'model' ? Number(row.model?.slice(6)) : Number(row.date?.slice(8)) - 1;
  const rounds = rows
    .toSorted((a, b) => ofRow(a) - ofRow(b))
    .map((row) => {
      expect({ input: row.input_tokens, output: row.output_tokens }).toEqual(sumsOf(row.rounds));
      return row.rounds;
    });
  const sum = (key: 'rounds' | 'input_tokens' | 'output_tokens'): number =>
    rows.reduce((all, row) => all + row[key], 0);
  expect(total).toMatchObject({
    sessions: SESSIONS.length,
    rounds: sum('rounds'),
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
  });
  return rounds;
}

/** The rounds of one session, one by one. */
async function readSession(store: string, id: string): Promise<number> {
  const session = await ask<SessionTotals & { rounds: ShownRound[] }>('show', id, '--output-dir', store);
  const rounds = checkTotals(session);
  expect(
    session.rounds.map(({ round, input_tokens, output_tokens, question, messages }) => [
      round,
      input_tokens,
      output_tokens,
      question,
      messages,
    ]),
  ).toEqual(
    Array.from({ length: rounds }, (_, n) => [
      n + 1,
      100 + n,
      2 * n,
      `question ${n}`,
      [{ role: 'user', content: `question ${n}` }],
    ]),
  );
  return rounds;
}

/** A commit holds a beginning of the log, in which the sessions take turns. */
function expectOneCommit(rounds: readonly number[]): void {
  expect(rounds).toEqual(rounds.toSorted((a, b) => b - a));
  expect((rounds[0] ?? 0) - (rounds.at(-1) ?? 0)).toBeLessThanOrEqual(1);
}

test(`row 29: readers see one commit, whole, and never an older one, while runs write and are killed (MONITOR_SEED=${SEED})`, async () => {
  const folder = makeFolder();
  const [log, store] = [join(folder, 'access.log'), join(folder, 'sessions')];
  const random = randomNumbers(SEED);
  const lines = Array.from({ length: TURNS * SESSIONS.length }, (_, i) =>
    lineOf(i % SESSIONS.length, Math.floor(i / SESSIONS.length)),
  );
  let written = SESSIONS.length;
  writeFileSync(log, lines.slice(0, written).join(''));
  await parseWell(log, store);

  const writer = { isWriting: true };
  const write = async (): Promise<void> => {
    while (written < lines.length) {
      const next = written + 1 + Math.floor(random() * 12);
      appendFileSync(log, lines.slice(written, next).join(''));
      written = Math.min(next, lines.length);
      const { child, ended } = startMonitor(...parseArgs(log, store), '--quiet');
      if (random() < 0.3) void sleep(random() * 400).then(() => child.kill('SIGKILL'));
      const { code, signal, err } = await ended;
      expect([code ?? signal, err]).toEqual([signal === 'SIGKILL' ? 'SIGKILL' : 0, '']);
    }
    await parseWell(log, store);
  };
  const writing = write().finally(() => (writer.isWriting = false));
  let seen = SESSIONS.map(() => 1);
  const see = (rounds: number[]): void => {
    rounds.forEach((count, i) => expect(count).toBeGreaterThanOrEqual(seen[i] ?? 0));
    seen = rounds;
  };
  let answers = 0;
  for (; writer.isWriting; answers++) {
    const kind = answers % 4;
    if (kind === 3) {
      const i = Math.floor(answers / 4) % SESSIONS.length;
      const count = await readSession(store, SESSIONS[i] ?? '');
      see(seen.map((known, j) => (i === j ? count : known)));
      continue;
    }
    const rounds = await (kind === 0 ? readList(store) : readStats(store, kind === 1 ? 'model' : 'date'));
    expectOneCommit(rounds);
    see(rounds);
  }
  await writing;
  expect(answers).toBeGreaterThan(20);
  expect(readdirSync(store)).not.toContain('.index-1.jsonl');
  expect(await readList(store)).toEqual(SESSIONS.map(() => TURNS));
});
