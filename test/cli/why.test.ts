import { expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { PLANTED } from '../query/why/planted-misses.ts';
import { makeStore, run } from './run.ts';

async function outOf(...argv: string[]): Promise<string> {
  const { code, out, err } = await run(argv);
  expect([code, err]).toEqual([0, '']);
  return out;
}

test('a table with a line for each round, then why it cost that', async () => {
  const store = await makeStore(makeFolder(), PLANTED);
  expect(await outOf('show', 'planted', '--rounds', '--data-dir', store)).toMatchInlineSnapshot(`
    "================================================================================
    📊 Rounds of planted
    ================================================================================

    🕐 2026-02-02T18:00:00+08:00 to 2026-02-02T19:03:00+08:00
    🤖 test-a

    #  Time      Status  Input  Cached  Output       Cost  Tools    Question
    ────────────────────────────────────────────────────────────────────────────────
    1  18:00:00     200  1,000       0      10  $0.001100           How tall is the…
    2  18:01:00     200  3,000   1,000      20  $0.002300           And the bridge?
    3  18:02:00     200  4,000     200      30  $0.004120  ❌ bash  Build it
    4  18:03:00     200  5,000   4,000      10  $0.001500
    5  19:03:00     200  6,000       0      10  $0.006100           Why?

    For          Tokens  Cost (USD)   Share
    ─────────────────────────────────────────────────────────────────
    New input    13,800   $0.013800   91.3%  █████████████████████▉
    Cache reads   5,200   $0.000520    3.4%  ▉
    Output           75   $0.000750    5.0%  █▎
    Reasoning         5   $0.000050    0.3%  ▏
    ─────────────────────────────────────────────────────────────────
    TOTAL        19,080   $0.015120  100.0%

    Cache: 27.4% of the input was read from a cache.
    Cache misses: 2 rounds read 4,800 fewer tokens from the cache than it held,
    which cost $0.004320 more.
      Round 5: 4,000 tokens, $0.003600. It repeats all messages of round 4, 1 h
        later: the cache may have expired.
      Round 3: 800 tokens, $0.000720. Message 2 (user) is the first that differs
        from round 2.
    Context: 1,000 tokens in round 1, 6,000 tokens in round 5.

    Most expensive round  Model        Cost  Share
    ──────────────────────────────────────────────
    5                     test-a  $0.006100  40.3%
    3                     test-a  $0.004120  27.2%
    2                     test-a  $0.002300  15.2%
    4                     test-a  $0.001500   9.9%
    1                     test-a  $0.001100   7.3%

    ================================================================================
    "
  `);
});

test('as JSON', async () => {
  const store = await makeStore(makeFolder(), PLANTED);
  const out = await outOf('show', 'planted', '--rounds', '--last', '3', '--json', '--data-dir', store);
  const { rounds, why, cost_usd } = JSON.parse(out);
  expect(rounds.map(({ round, tools }: any) => [round, tools])).toEqual([
    [3, [{ name: 'bash', failed: true }]],
    [4, []],
    [5, []],
  ]);
  expect(rounds[0]).toEqual({
    round: 3,
    timestamp: '2026-02-02T10:02:00.000Z',
    model: 'test-a',
    response_code: 200,
    input_tokens: 4000,
    cached_tokens: 200,
    cache_write_tokens: 0,
    output_tokens: 30,
    reasoning_tokens: 0,
    price_state: 'priced',
    cost: 0.00412,
    currency: 'USD',
    cost_bound: null,
    bound_reasons: [],
    duration_ms: 1500,
    flags: [],
    tools: [{ name: 'bash', failed: true }],
    question_start: 'Build it',
  });
  expect(why).toEqual({
    cost_split: {
      USD: {
        input: 0.0138,
        cache_read: 0.00052,
        cache_write: 0,
        output: 0.00075,
        reasoning: 0.00005,
        fees: 0,
        unsplit: 0,
        total: 0.01512,
      },
    },
    cache_hit_rate: 0.2737,
    cache_misses: {
      rounds: 2,
      tokens: 4800,
      costs: { USD: 0.00432 },
      unpriced_rounds: 0,
      unknown_rounds: 0,
      largest: [
        {
          round: 5,
          after_round: 4,
          tokens: 4000,
          cost: 0.0036,
          currency: 'USD',
          cause: 'none',
          after_ms: 3_600_000,
        },
        {
          round: 3,
          after_round: 2,
          tokens: 800,
          cost: 0.00072,
          currency: 'USD',
          cause: 'message',
          message: 2,
          role: 'user',
        },
      ],
    },
    context: {
      first: { round: 1, tokens: 1000 },
      last: { round: 5, tokens: 6000 },
      largest: { round: 5, tokens: 6000 },
    },
    top_rounds: [
      [5, 0.0061],
      [3, 0.00412],
      [2, 0.0023],
      [4, 0.0015],
      [1, 0.0011],
    ].map(([round, cost]) => ({ round, model: 'test-a', cost, currency: 'USD' })),
    missing_rounds: 0,
  });
  expect(cost_usd).toBe(0.01512);
  expect(JSON.parse(await outOf('why', 'planted', '--json', '--data-dir', store))).toMatchObject(why);
});

test('without content: no questions, no tools, and misses are not known', async () => {
  const store = await makeStore(makeFolder(), PLANTED, '--no-content');
  const out = await outOf('show', 'planted', '--rounds', '--data-dir', store);
  expect(out).not.toContain('Question');
  expect(out).not.toContain('Cache misses');
  // That round 3 called a tool is known, but not which.
  expect(out).toMatch(/^3 .* yes$/m);
  expect(out.replaceAll(/\s+/g, ' ')).toContain('Of 5 rounds it is not known whether they missed the cache');
});

test('a filter: the same split as the session, from the sums of the index', async () => {
  const store = await makeStore(makeFolder(), PLANTED);
  const all = JSON.parse(await outOf('why', '--json', '--data-dir', store));
  const one = JSON.parse(await outOf('why', 'planted', '--json', '--data-dir', store));
  expect(all).toMatchObject({
    rounds: 5,
    cost_split: one.cost_split,
    unsplit_rounds: 0,
    cache_hit_rate: one.cache_hit_rate,
  });
  expect(await outOf('why', '--model', 'TEST-A', '--data-dir', store)).toMatchInlineSnapshot(`
    "================================================================================
    📊 Why it cost this (model TEST-A)
    ================================================================================

    5 rounds of 1 session

    For          Tokens  Cost (USD)   Share
    ─────────────────────────────────────────────────────────────────
    New input    13,800   $0.013800   91.3%  █████████████████████▉
    Cache reads   5,200   $0.000520    3.4%  ▉
    Output           75   $0.000750    5.0%  █▎
    Reasoning         5   $0.000050    0.3%  ▏
    ─────────────────────────────────────────────────────────────────
    TOTAL        19,080   $0.015120  100.0%

    Cache: 27.4% of the input was read from a cache.

    Most expensive round, of session  Round  Model        Cost  Share
    ─────────────────────────────────────────────────────────────────
    planted                               5  test-a  $0.006100  40.3%
    planted                               3  test-a  $0.004120  27.2%
    planted                               2  test-a  $0.002300  15.2%
    planted                               4  test-a  $0.001500   9.9%
    planted                               1  test-a  $0.001100   7.3%

    ================================================================================
    "
  `);
});

test('a session is explained as a whole', async () => {
  const store = await makeStore(makeFolder(), PLANTED);
  const { code, err } = await run(['why', 'planted', '--days', '2', '--data-dir', store]);
  expect(code).toBe(2);
  expect(err).toContain('a session is explained as a whole: leave out the filters, or the session');
});

test('--rounds shows no texts that could be whole or cut', async () => {
  for (const flag of [['--full'], ['--max-chars', '9']])
    expect((await run(['show', 'x', '--rounds', ...flag])).code).toBe(2);
});

test('nothing found says so', async () => {
  const store = await makeStore(makeFolder(), PLANTED);
  const { code, out, err } = await run(['why', '--model', 'none', '--data-dir', store]);
  expect(code).toBe(0);
  expect(out + err).toContain('none');
  expect((await run(['why', 'nobody', '--data-dir', store])).code).toBe(1);
});
