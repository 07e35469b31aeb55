import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLANTED } from '../query/why/planted-misses.ts';
import { line, makeStore, run } from './run.ts';

/** One round of 500 tokens in and 20 out, of another session, model and day. */
const SMALL = line('2026-02-01T10:00:00Z', {
  session_id: 'small',
  model: 'unknown-model',
  messages: [{ role: 'user', content: 'hi' }],
  answer: 'hello',
  input_token: 500,
  output_token: 20,
});
const CHEAP = line('2026-02-01T11:00:00Z', {
  session_id: 'cheap',
  model: 'test-a',
  messages: [{ role: 'user', content: 'hi' }],
  answer: 'hello',
  input_token: 1380,
  output_token: 100,
  input_token_details: JSON.stringify({ cached_tokens: 0 }),
  llm_service_duration: 1500,
});

const folder = mkdtempSync(join(tmpdir(), 'compare-'));
let store: string;
beforeAll(async () => {
  store = await makeStore(folder, [...PLANTED, SMALL, CHEAP]);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function outOf(...argv: string[]): Promise<string> {
  const { code, out, err } = await run(['compare', ...argv, '--data-dir', store]);
  expect([code, err]).toEqual([0, '']);
  return out;
}

interface Difference {
  measure: string;
  a: number | null;
  b: number | null;
  difference: number | null;
  share: number | null;
}

async function differencesOf(...argv: string[]): Promise<Record<string, unknown>> {
  const { differences } = JSON.parse(await outOf(...argv, '--json')) as { differences: Difference[] };
  return Object.fromEntries(
    differences.map(({ measure, a, b, difference, share }) => [measure, [a, b, difference, share]]),
  );
}

test('two sessions, side by side', async () => {
  expect(await outOf('planted', 'cheap')).toMatchInlineSnapshot(`
    "================================================================================
    📊 planted and cheap
    ================================================================================

    Session                  planted      cheap    Difference        %
    ──────────────────────────────────────────────────────────────────
    Sessions                       1          1             0     0.0%
    Rounds                         5          1            -4   -80.0%
    Failed rounds                  0          0             0        -
    Input tokens              19,000      1,380       -17,620   -92.7%
      Cached                   5,200          0        -5,200  -100.0%
      Cache write                  0          0             0        -
    Output tokens                 80        100           +20   +25.0%
      Reasoning                    5          0            -5  -100.0%
    Cache hit rate             27.4%       0.0%  -27.4 points        -
    Cost                   $0.015120  $0.002380    -$0.012740   -84.3%
      New input            $0.013800  $0.001380    -$0.012420   -90.0%
      Cache reads          $0.000520  $0.000000    -$0.000520  -100.0%
      Output               $0.000750  $0.001000    +$0.000250   +33.3%
      Reasoning            $0.000050  $0.000000    -$0.000050  -100.0%
    Cost per priced round  $0.003024  $0.002380    -$0.000644   -21.3%
    Duration p50               1.5 s      1.5 s          0 ms     0.0%
    Duration p90               1.5 s      1.5 s          0 ms     0.0%
    Tool calls                     1          0            -1  -100.0%
    Failed calls                   1          0            -1  -100.0%

    p50 and p90 are of answered requests, and at most 5% off.

    ================================================================================
    "
  `);
});

test('in a narrow terminal, amounts stay whole', async () => {
  const { out } = await run(['compare', 'planted', 'cheap', '--data-dir', store], { columns: 40 });
  expect(out).toMatch(/^Cost +\$0\.015120 +\$0\.002380$/m);
});

test('as JSON: amounts have all their digits', async () => {
  expect(await differencesOf('planted', 'cheap')).toEqual({
    sessions: [1, 1, 0, 0],
    rounds: [5, 1, -4, -0.8],
    failed_rounds: [0, 0, 0, null],
    input_tokens: [19_000, 1380, -17_620, -0.9274],
    cached_tokens: [5200, 0, -5200, -1],
    cache_write_tokens: [0, 0, 0, null],
    output_tokens: [80, 100, 20, 0.25],
    reasoning_tokens: [5, 0, -5, -1],
    cache_hit_rate: [0.2737, 0, -0.2737, null],
    cost: [0.01512, 0.00238, -0.01274, -0.8426],
    input_cost: [0.0138, 0.00138, -0.01242, -0.9],
    cache_read_cost: [0.00052, 0, -0.00052, -1],
    output_cost: [0.00075, 0.001, 0.00025, 0.3333],
    reasoning_cost: [0.00005, 0, -0.00005, -1],
    cost_per_round: [0.003024, 0.00238, -0.000644, -0.213],
    duration_p50_ms: [1467, 1467, 0, 0],
    duration_p90_ms: [1467, 1467, 0, 0],
    tool_calls: [1, 0, -1, -1],
    failed_calls: [1, 0, -1, -1],
  });
});

test('two models, of which one has no price: its cost is not known', async () => {
  const found = await differencesOf('--model', 'TEST-A', 'unknown-model');
  expect(found).toMatchObject({
    sessions: [2, 1, -1, -0.5],
    rounds: [6, 1, -5, -0.8333],
    cost: [0.0175, null, null, null],
    cost_per_round: [0.002916666666666666, null, null, null],
  });
  const text = await outOf('--model', 'TEST-A', 'unknown-model');
  expect(text).toContain('unknown-model: No cost includes 1 unpriced round (unknown-model, 520 tokens).');
  expect(text).toMatch(/^Cost .*\$0\.017500 +- +- +-$/m);
});

test('two periods, in the time zone', async () => {
  // In Shanghai, round 4 of the planted session began on 2026-02-02 at 18:03.
  const found = await differencesOf('--period', '2026-02-01', '2026-02-02T00:00/2026-02-02T18:15');
  expect(found).toMatchObject({
    sessions: [2, 1, -1, -0.5],
    rounds: [2, 4, 2, 1],
    tool_calls: [0, 1, 1, null],
  });
});

test.each([
  [['planted', 'nobody'], 1, "no session 'nobody'"],
  [['--model', 'test-a', 'none'], 1, "no rounds of the model 'none'"],
  [['--model', 'test-a', 'unknown-model', '--days', '1'], 1, "no rounds of the model 'test-a' (Today)"],
  [['--period', '2026-02-01', '2025-01-01'], 1, 'no rounds of 2025-01-01'],
  [
    ['--period', '2026-02-01', 'tomorrow'],
    2,
    "'tomorrow' is not a period. Use a date (2026-02-01), or from/to",
  ],
  [['--period', '2026-02-01', '2026-02-01/2026-02-02/2026-02-03'], 2, 'is not a period'],
  [['--period', '2026-02-01', '2026-02-02', '--model'], 2, 'cannot be used with'],
])('%j is no answer', async (argv, expected, said) => {
  const { code, err } = await run(['compare', ...argv, '--data-dir', store]);
  expect(code).toBe(expected);
  expect(err).toContain(said);
});

test('filters choose the rounds of both sides, and the heading names them', async () => {
  const periods = ['--period', '2026-02-01', '2026-02-02'];
  const all = await differencesOf(...periods);
  expect([all['rounds'], all['input_tokens']]).toEqual([
    [2, 5, 3, 1.5],
    [1880, 19_000, 17_120, 9.106],
  ]);
  const priced = await differencesOf(...periods, '--where', 'model=test-a');
  expect([priced['rounds'], priced['input_tokens'], priced['tool_calls']]).toEqual([
    [1, 5, 4, 4],
    [1380, 19_000, 17_620, 12.77],
    [0, 1, 1, null],
  ]);
  const models = await differencesOf('--model', 'test-a', 'unknown-model', '--session', '*a*');
  expect(models['rounds']).toEqual([6, 1, -5, -0.8333]);
  const [one, ...more] =
    (await outOf('--model', 'test-a', 'TEST-A', '--session', 'cheap')).match(/^Rounds .*$/m) ?? [];
  expect([one?.split(/ +/), more]).toEqual([['Rounds', '1', '1', '0', '0.0%'], []]);

  const text = await outOf('planted', 'cheap', '--where', 'model=test*');
  expect(text).toContain('📊 planted and cheap (model=test*)\n');
  // The index counts the tools of whole sessions.
  expect(text).toMatch(/^Tool calls +- +- +- +-$/m);
  const json = JSON.parse(await outOf('planted', 'cheap', '--where', 'model=test*', '--json'));
  expect(json.filter).toEqual(['model=test*']);
  expect(JSON.parse(await outOf('planted', 'cheap', '--json')).filter).toEqual([]);
});

test.each([
  [
    ['planted', 'small', '--where', 'model=test-a'],
    1,
    "monitor: no rounds of the session 'small' (model=test-a)\n",
  ],
  [
    ['planted', 'cheap', '--consumer', 'ana', '--days', '3'],
    1,
    "monitor: no consumer 'ana' in the store. List them with 'monitor stats-consumer'\n" +
      "monitor: no rounds of the session 'planted' (Last 3 days, consumer ana)\n",
  ],
  [
    ['planted', 'cheap', '--agent', 'main'],
    2,
    'two are named: leave them out, or compare with --model or --period',
  ],
  [['planted', 'cheap', '--where', 'department=x'], 2, '--where department: there is no such name'],
])('%j is no answer with a filter', async (argv, expected, said) => {
  const { code, out, err } = await run(['compare', ...argv, '--data-dir', store]);
  expect([code, out]).toEqual([expected, '']);
  expect(err).toContain(said);
});
