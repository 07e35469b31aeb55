import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { line, makeStore, run } from '../../cli/run.ts';
import { RoundPrices } from '../../../src/query/why/round-prices.ts';
import { topSpend, type TopSpend } from '../../../src/query/why/top-spend.ts';
import { usageWhy } from '../../../src/query/why/usage-why.ts';
import { readSnapshot } from '../../../src/store/read.ts';

const dir = mkdtempSync(join(tmpdir(), 'top-spend-'));
let store: string;
afterAll(() => rmSync(dir, { recursive: true }));

/** A round costs a micro-dollar for each token. The dearest round of all is in the session that spent least. */
const SESSIONS: Record<string, number[]> = {
  many: [100, 90, 80, 70, 60, 50],
  two: [200, 190],
  one: [300],
  small: [10, 20],
  tiny: [5],
};

beforeAll(async () => {
  const lines = Object.entries(SESSIONS).flatMap(([session_id, tokens]) =>
    tokens.map((input_token, i) =>
      line(`2026-02-0${1 + (i % 2)}T10:00:00Z`, {
        session_id,
        model: 'test-a',
        input_token,
        output_token: 0,
      }),
    ),
  );
  const free = line('2026-02-01T10:00:00Z', { session_id: 'unpriced', model: 'x', input_token: 9e9 });
  store = await makeStore(dir, [...lines, free]);
});

function topOf(mostRead?: { sessions: number; bytes: number }, rest: object = {}): unknown[] {
  const snapshot = readSnapshot(store);
  const prices = new RoundPrices(snapshot.priceLines, store);
  const query = { buckets: { from: -Infinity, to: Infinity }, ...rest };
  const { costs } = usageWhy(snapshot, query, prices);
  const { sessions, rounds, unread }: TopSpend = topSpend(snapshot, query, prices, costs, mostRead);
  const micro = (cost: bigint): number => Number(cost / 10n ** 12n);
  return [
    sessions.map(({ session, cost }) => [session, micro(cost)]),
    rounds.map(({ session, round, cost }) => [session, round, micro(cost)]),
    unread,
  ];
}

const TOP = [
  ['many', 450],
  ['two', 390],
  ['one', 300],
  ['small', 30],
  ['tiny', 5],
];
const ROUNDS = [
  ['one', 1, 300],
  ['two', 1, 200],
  ['two', 2, 190],
  ['many', 1, 100],
  ['many', 2, 90],
];

test('the dearest rounds of all sessions: as many are read as can have one', () => {
  expect(topOf()).toEqual([TOP, ROUNDS, 0]);
  // After three, no other session costs as much as the fifth round.
  expect(topOf({ sessions: 3, bytes: 1e9 })).toEqual([TOP, ROUNDS, 0]);
});

test('if too many would have to be read, it says how many were not', () => {
  expect(topOf({ sessions: 1, bytes: 1e9 })).toEqual([
    TOP,
    [100, 90, 80, 70, 60].map((cost, i) => ['many', i + 1, cost]),
    // `two` and `one` may have a round of more than 60.
    2,
  ]);
  expect(topOf({ sessions: 20, bytes: 1 })).toEqual(topOf({ sessions: 1, bytes: 1e9 }));
});

test('only rounds of the selection', () => {
  expect(topOf(undefined, { session: '*o*' })).toEqual([
    [
      ['two', 390],
      ['one', 300],
    ],
    ROUNDS.slice(0, 3),
    0,
  ]);
  const day = Date.parse('2026-02-02T00:00:00Z') / 900_000;
  expect(topOf(undefined, { buckets: { from: day, to: Infinity } })).toEqual([
    [
      ['many', 210],
      ['two', 190],
      ['small', 20],
    ],
    [
      ['two', 2, 190],
      ['many', 2, 90],
      ['many', 4, 70],
      ['many', 6, 50],
      ['small', 2, 20],
    ],
    0,
  ]);
});

test('what was pruned is said', async () => {
  const pruned = join(dir, 'pruned');
  const old = store;
  store = await makeStore(pruned, [
    line('2025-01-01T10:00:00Z', { session_id: 'old', model: 'test-a', input_token: 500, output_token: 0 }),
    line('2026-02-01T10:00:00Z', { session_id: 'new', model: 'test-a', input_token: 5, output_token: 0 }),
  ]);
  expect((await run(['prune', '--older-than', '90d', '--data-dir', store])).code).toBe(0);
  expect(topOf()).toEqual([
    [
      ['old', 500],
      ['new', 5],
    ],
    [['new', 1, 5]],
    1,
  ]);
  const { out } = await run(['why', '--data-dir', store]);
  expect(out).toContain('1 session may have rounds as expensive: pruned, damaged, or not read because');
  store = old;
});

test('a session that cannot be read is said, and the others are', async () => {
  const damaged = await makeStore(join(dir, 'damaged'), [
    ...[500, 400].map((input_token, i) =>
      line(`2026-02-01T10:0${i}:00Z`, { session_id: 'cut', model: 'test-a', input_token, output_token: 0 }),
    ),
    line('2026-02-01T10:00:00Z', { session_id: 'gone', model: 'test-a', input_token: 700, output_token: 0 }),
    line('2026-02-01T10:00:00Z', { session_id: 'whole', model: 'test-a', input_token: 5, output_token: 0 }),
  ]);
  const before = await run(['why', '--json', '--data-dir', damaged]);
  const file = join(damaged, 'cut.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"input_tokens":500', '"input_tokens":501'));
  rmSync(join(damaged, 'gone.json'));
  const { code, out, err } = await run(['why', '--json', '--data-dir', damaged]);
  const { top_rounds, unread_sessions, unreadable_sessions, ...rest } = JSON.parse(out);
  const { top_rounds: _1, unread_sessions: _2, unreadable_sessions: _3, ...same } = JSON.parse(before.out);
  expect([code, rest]).toEqual([0, same]);
  expect([_2, _3]).toEqual([0, []]);
  expect(top_rounds.map(({ session_id, round }: any) => [session_id, round])).toEqual([['whole', 1]]);
  expect([unread_sessions, unreadable_sessions]).toEqual([
    2,
    [
      { session_id: 'cut', problem: 'is damaged: round 1 does not match its checksum' },
      { session_id: 'gone', problem: 'is missing' },
    ],
  ]);
  expect(err.split('\n').map((text) => text.split('. ')[0])).toEqual([
    `monitor: the session file ${file} is damaged: round 1 does not match its checksum`,
    `monitor: the session file ${join(damaged, 'gone.json')} is missing`,
    '',
  ]);
});

test('of many sessions that cannot be read, a few are named on stderr', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const lost = await makeStore(
    join(dir, 'lost'),
    ids.map((session_id, i) =>
      line('2026-02-01T10:00:00Z', { session_id, model: 'test-a', input_token: 9 - i, output_token: 0 }),
    ),
  );
  for (const id of ids) rmSync(join(lost, `${id}.json`));
  const { code, out, err } = await run(['why', '--json', '--data-dir', lost]);
  expect([code, JSON.parse(out).unreadable_sessions.length]).toEqual([0, 7]);
  expect(err.split('\n').map((text) => text.split('. ')[0])).toEqual([
    ...ids.slice(0, 5).map((id) => `monitor: the session file ${join(lost, `${id}.json`)} is missing`),
    'monitor: 2 more sessions cannot be read: monitor repair lists them',
    '',
  ]);
});
