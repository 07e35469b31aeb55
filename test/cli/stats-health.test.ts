import { expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { reindexStore } from '../../src/maintenance/reindex/reindex.ts';
import { forgetCounters } from './forget-counters.ts';
import {
  answered,
  exportedRounds,
  filter,
  isFailed,
  request,
  requestStore,
  type ExportedRound,
  type LoggedRequest,
} from './outcome-store.ts';
import { run } from './run.ts';

/** Half an hour and a quarter off UTC: hours and dates begin inside those of UTC. */
const ZONE = 'Asia/Kathmandu';
const OFFSET_MS = 345 * 60_000;
const local = ({ timestamp }: ExportedRound): string =>
  new Date(Date.parse(timestamp) + OFFSET_MS).toISOString();

const NAMES: Record<string, (round: ExportedRound) => string | null> = {
  model: ({ model }) => model,
  consumer: ({ consumer }) => consumer,
  session: ({ session_id: id }) => id,
  date: (round) => local(round).slice(0, 10),
  hour: (round) => `${local(round).slice(0, 13)}:00+05:45`,
  month: (round) => local(round).slice(0, 7),
  agent: ({ session_id: id }) => (id.startsWith('agent:main:') ? 'main' : null),
  department: ({ attributes }) => attributes?.department ?? '',
};
const FIELDS: Record<string, string> = { session: 'session_id' };

const STATUSES: Record<string, (code: number | null) => boolean> = {
  none: (code) => code === null,
  '0': (code) => code === 0,
  '1xx': (code) => code !== null && code > 0 && code < 200,
  '2xx': (code) => code !== null && code >= 200 && code < 300,
  '3xx': (code) => code !== null && code >= 300 && code < 400,
  '4xx': (code) => code !== null && code >= 400 && code < 500,
  '429': (code) => code === 429,
  '5xx': (code) => code !== null && code >= 500,
};
const FLAGS: Record<string, string[]> = {
  client_gone: ['DC'],
  upstream_reset: [],
  upstream_failed: ['UF', 'URX'],
  timeout: ['UT'],
  rate_limited: ['RL'],
  no_route: [],
  unauthorized: [],
  overload: [],
  other: ['XX'],
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const count = (rounds: readonly ExportedRound[], test: (round: ExportedRound) => boolean): number =>
  rounds.filter(test).length;
const fourDigits = (value: number): number => Number(value.toPrecision(4));

interface TimesJson {
  rounds: number;
  mean: number | null;
  [percentile: `p${number}`]: number | null;
}

/** What can be compared as it is. */
function expectedOf(rounds: readonly ExportedRound[]): Record<string, unknown> {
  const failed = count(rounds, isFailed);
  const timed = rounds.filter((round) => !isFailed(round) && round.duration_ms !== null);
  const ms = sum(timed.map(({ duration_ms: all, first_token_ms: first }) => (all ?? 0) - (first ?? 0)));
  const output = sum(timed.map(({ output_tokens: tokens }) => tokens));
  return {
    sessions: new Set(rounds.map(({ session_id: id }) => id)).size,
    rounds: rounds.length,
    failed_rounds: failed,
    uncounted_rounds: 0,
    unflagged_rounds: 0,
    failed_share: rounds.length === 0 ? null : fourDigits(failed / rounds.length),
    statuses: Object.fromEntries(
      Object.entries(STATUSES).map(([name, is]) => [
        name,
        count(rounds, ({ response_code: code }) => is(code)),
      ]),
    ),
    response_flags: Object.fromEntries(
      Object.entries(FLAGS).map(([name, flags]) => [
        name,
        count(rounds, ({ access_log: log }) =>
          (log?.response_flags ?? '').split(',').some((flag) => flags.includes(flag)),
        ),
      ]),
    ),
    output_speed: {
      rounds: timed.length,
      tokens_per_second: ms > 0 ? fourDigits((output * 1000) / ms) : null,
    },
  };
}

function expectTimes(times: TimesJson, exact: readonly (number | null)[], error: number): void {
  const sorted = exact.filter((ms) => ms !== null).toSorted((a, b) => a - b);
  expect(times.rounds).toBe(sorted.length);
  expect(times.mean).toBe(sorted.length === 0 ? null : fourDigits(sum(sorted) / sorted.length));
  for (const percent of [50, 90, 99] as const) {
    const told = times[`p${percent}`];
    const ms = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
    if (ms === undefined) expect(told).toBe(null);
    // Below two milliseconds there is one bucket.
    else expect(Math.abs((told ?? NaN) - ms)).toBeLessThanOrEqual(Math.max(ms * error, ms === 0 ? 1 : 0));
  }
}

function check(row: Record<string, unknown>, rounds: readonly ExportedRound[], error: number): void {
  expect(row).toMatchObject(expectedOf(rounds));
  const times = (wanted: boolean) =>
    rounds.filter((round) => isFailed(round) === wanted).map(({ duration_ms: ms }) => ms);
  expectTimes(row['duration_ms'] as TimesJson, times(false), error);
  expectTimes(row['failed_duration_ms'] as TimesJson, times(true), error);
  expectTimes(
    row['first_token_ms'] as TimesJson,
    rounds.map(({ first_token_ms: ms }) => ms),
    error,
  );
}

test('every number is a sum over exported rounds, and percentiles are as exact as is said', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(request, { minLength: 1, maxLength: 60 }),
      fc.array(filter, { minLength: 1, maxLength: 3 }),
      fc.shuffledSubarray(Object.keys(NAMES), { minLength: 1, maxLength: 3 }),
      async (requests, filters, keys) => {
        const store = await requestStore(requests);
        for (const argv of filters) {
          const rounds = await exportedRounds(store, ...argv);
          const options = ['--data-dir', store, '--json', '--timezone', ZONE, ...argv];
          const shown = JSON.parse(await answered('stats-health', '--group-by', keys.join(','), ...options));
          expect(shown.percentile_error).toBe(0.05);
          check(shown.total, rounds, shown.percentile_error);
          const groups = new Map<string, ExportedRound[]>();
          for (const round of rounds) {
            const names = JSON.stringify(keys.map((key) => NAMES[key]?.(round)));
            groups.set(names, [...(groups.get(names) ?? []), round]);
          }
          expect(shown.rows).toHaveLength(groups.size);
          for (const row of shown.rows) {
            const names = keys.map((key) => (key === 'department' ? row.dimensions[key] : row[FIELDS[key] ?? key]));
            check(row, groups.get(JSON.stringify(names)) ?? [], shown.percentile_error);
          }
          // Other statistics have the same, in a key of its own.
          const { total, percentile_error: error } = JSON.parse(await answered('stats-model', '--health', ...options));
          expect(error).toBe(0.05);
          const { sessions: _s, rounds: _r, failed_rounds: _f, uncounted_rounds: _u, ...health } = shown.total;
          expect(total.health).toEqual(health);
          expect([total.rounds, total.failed_rounds]).toEqual([rounds.length, count(rounds, isFailed)]);
        }
      },
    ),
    { numRuns: 12 },
  );
}); // prettier-ignore

const ok: LoggedRequest = {
  session: 'a',
  model: 'fast',
  consumer: 'x',
  department: '',
  minute: 0,
  output: 100,
  status: 200,
  flags: '',
  durationMs: 2000,
  firstTokenMs: 1000,
};
const failed = (status: number, flags: string, rest: Partial<LoggedRequest> = {}): LoggedRequest => ({
  ...ok,
  model: 'slow',
  consumer: '',
  output: 0,
  status,
  flags,
  durationMs: 10,
  firstTokenMs: null,
  ...rest,
});

/** Of `slow`, 4 of 6 requests fail: two timeouts, one without a response, too many requests. */
const PLANTED: LoggedRequest[] = [
  ...Array.from({ length: 9 }, (): LoggedRequest => ok),
  { ...ok, durationMs: 100_000, output: 0 },
  { ...ok, model: 'slow', status: 200, durationMs: 60_000, firstTokenMs: null, output: 600 },
  { ...ok, model: 'slow', durationMs: null, firstTokenMs: 500, session: 'b' },
  failed(429, 'RL'),
  failed(504, 'UT', { durationMs: 30_000, output: 7, firstTokenMs: 9 }),
  failed(504, 'UT,UF', { durationMs: 30_000 }),
  failed(0, 'DC', { durationMs: 900, session: 'b' }),
];

async function tableOf(width: number, ...argv: string[]): Promise<string[]> {
  const { code, out } = await run(argv, { columns: width });
  expect(code).toBe(0);
  return out.split('\n');
}

test('the table of planted requests', async () => {
  const store = await requestStore(PLANTED);
  expect(await tableOf(140, 'stats-health', '--data-dir', store)).toEqual([
    '='.repeat(129),
    '📊 Health by Model',
    '='.repeat(129),
    '',
    'Model  Requests     Failed  429  Other 4xx  5xx  No response    p50    p90         p99  First p50  First p90  First p99  Tokens/s',
    '─'.repeat(129),
    'fast         10          0    0          0    0            0  2.0 s  2.0 s  1 min 37 s      1.0 s      1.0 s      1.0 s       8.3',
    'slow          6  4 (66.7%)    1          0    2            1  1 min  1 min       1 min       9 ms     514 ms     514 ms      10.0',
    '─'.repeat(129),
    'TOTAL        16  4 (25.0%)    1          0    2            1  2.0 s  1 min  1 min 37 s      1.0 s      1.0 s      1.0 s       8.9',
    '',
    '4 of 16 requests failed (1 rate limited (429), 2 server errors (5xx), 1 without a response (status 0))',
    'By response flag: timeout 2, client disconnected 1, upstream not reached 1, rate limited by the gateway 1.',
    'p50, p90 and p99 are of the durations of 11 answered requests, times to the first token of 12, tokens/s of 11; percentiles are at most 5%',
    'off.',
    '',
    '='.repeat(129),
    '',
  ]);
});

test('columns beside the cost', async () => {
  const store = await requestStore(PLANTED);
  const lines = await tableOf(120, 'stats-consumer', '--health', '--data-dir', store);
  expect(lines.slice(4, -3)).toEqual([
    'Consumer       Sessions  Input  Cached  Output  Reasoning      Failed    p50    p90  Tokens/s  Cost (USD)  Models',
    '─'.repeat(114),
    'x                     2    120       0   1,600          0           0  2.0 s  1 min       8.9  unpriced    fast +1',
    '(no consumer)         2     40       0       7          0  4 (100.0%)      -      -         -  unpriced    slow',
    '─'.repeat(114),
    'TOTAL                 2    160       0   1,607          0   4 (25.0%)  2.0 s  1 min       8.9  unpriced',
    '',
    '16 unpriced rounds (fast, slow, 1.7k tokens)',
    '4 of 16 requests failed (1 rate limited (429), 2 server errors (5xx), 1 without a response (status 0))',
    'p50, p90 and p99 are of the durations of 11 answered requests, times to the first token of 12, tokens/s of 11;',
    'percentiles are at most 5% off.',
  ]);
  const plain = await tableOf(120, 'stats-consumer', '--data-dir', store);
  expect(plain.join('\n')).not.toContain('p50');
});

test('requests of an older version are in no figure, and each row says how many they are', async () => {
  const store = await requestStore(PLANTED);
  forgetCounters(store, (id) => id === 'b');
  const ask = async (...argv: string[]) => JSON.parse(await answered('stats-health', '--json', '--data-dir', store, ...argv));
  const { rows, total } = await ask();
  expect(total).toMatchObject({
    rounds: 16,
    uncounted_rounds: 2,
    unflagged_rounds: 2,
    failed_rounds: 3,
    failed_share: 0.2143,
    statuses: { '2xx': 11, '4xx': 1, '5xx': 2, '0': 0 },
    duration_ms: { rounds: 11 },
    first_token_ms: { rounds: 11 },
  });
  // The cells of `slow` have no rounds of both kinds.
  expect(rows.map(({ output_speed: speed }: { output_speed: object }) => speed)).toEqual([
    { rounds: 10, tokens_per_second: 8.333 },
    { rounds: 1, tokens_per_second: 10 },
  ]);
  const table = await tableOf(140, 'stats-health', '--data-dir', store);
  expect(table.slice(4, 10)).toEqual([
    'Model  Requests     Failed  Not recorded  429  Other 4xx  5xx  No response    p50    p90         p99  First p50  First p90  Tokens/s',
    '─'.repeat(132),
    'fast         10          0             0    0          0    0            0  2.0 s  2.0 s  1 min 37 s      1.0 s      1.0 s       8.3',
    'slow          6  3 (75.0%)             2    1          0    2            0  1 min  1 min       1 min       9 ms       9 ms      10.0',
    '─'.repeat(132),
    'TOTAL        16  3 (21.4%)             2    1          0    2            0  2.0 s  1 min  1 min 37 s      1.0 s      1.0 s       8.9',
  ]);
  expect(table.join(' ')).toContain('Whether 2 requests that an older version stored failed is not known. monitor reindex counts those');
  reindexStore(nodeFiles, store, {});
  expect((await ask()).total).toMatchObject({ uncounted_rounds: 0, failed_rounds: 4 });
}); // prettier-ignore

test('a store without rounds', async () => {
  const store = await requestStore([ok]);
  const none = await run(['stats-health', '--data-dir', store, '--json', '--model', 'fats']);
  expect(none.code).toBe(0);
  expect(none.err).toBe("monitor: no model 'fats' in the store. Did you mean 'fast'?\n");
  expect(JSON.parse(none.out)).toMatchObject({ rows: [], total: { rounds: 0, failed_share: null, duration_ms: { rounds: 0, mean: null, p50: null } } });
}); // prettier-ignore
