import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ClosedOutput } from '../../src/cli/context.ts';
import { readRecords } from '../report/export/make.ts';
import { line, makeStore, run, type Ran } from './run.ts';
import { exactCosts } from '../report/make.ts';

/** What an export says of money beside the cost in USD, where all of it is in USD and exact. */
function exactFields(usd: number | null): Record<string, unknown> {
  const { lower_bound_costs: _lower, upper_bound_costs: _upper, ...fields } = exactCosts(usd);
  return { ...fields, currency: null, cost: null };
}

let dir: string;
let store: string;
let out: string;

const SECRET = 'the secret words';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'export-'));
  const texts = {
    messages: [{ role: 'user', content: SECRET }],
    question: SECRET,
    answer: SECRET,
    reasoning: SECRET,
    system: SECRET,
    tool_calls: [{ function: { name: SECRET } }],
  };
  const priced = {
    model: 'test-a',
    input_token: 1_000_000,
    output_token: 100_000,
    consumer: 'bot',
    ...texts,
  };
  store = await makeStore(dir, [
    line('2026-02-01T17:00:00.000Z', { session_id: '=cmd', ...priced }),
    line('2026-02-02T17:00:00.000Z', { session_id: '=cmd', ...priced, consumer: '' }),
    line('2026-02-02T18:00:00.000Z', {
      session_id: 's',
      model: 'no-such-model',
      input_token: 7,
      output_token: 3,
    }),
  ]);
});
beforeEach(() => {
  out = mkdtempSync(join(dir, 'out-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const exportTo = (name: string, ...argv: string[]): Promise<Ran> =>
  run(['export', name === '-' ? '-' : join(out, name), '--data-dir', store, '--timezone', 'UTC', ...argv]);
const read = (name: string): string => readFileSync(join(out, name), 'utf8');

test('a file is written by its ending, mode 0600, and said with what its total lacks', async () => {
  const before = process.umask(0);
  try {
    for (const [name, begins] of [
      ['a.json', '{"version":1,"generated_at":"2026-02-03T04:00:00.000Z"'],
      ['a.CSV', 'session_id,round,timestamp,'],
      ['a.ndjson', '{"session_id":"=cmd","round":1,'],
      ['a.jsonl', '{"session_id":"=cmd","round":1,'],
      ['a.md', '| Model | Sessions |'],
    ] as const) {
      const ran = await exportTo(name);
      const size = statSync(join(out, name)).size.toLocaleString('en-US');
      expect(ran).toEqual({
        code: 0,
        out: `${join(out, name)}: 3 rounds of 2 sessions, $4.0000 + 1 unpriced round (no-such-model, 10 tokens), ${size} bytes\n`,
        err: '',
      });
      expect(read(name).startsWith(begins)).toBe(true);
      expect(statSync(join(out, name)).mode & 0o777).toBe(0o600);
    }
  } finally {
    process.umask(before);
  }
  expect(readdirSync(out).toSorted()).toEqual(['a.CSV', 'a.json', 'a.jsonl', 'a.md', 'a.ndjson']);
});

test('--format says more than an ending; - is stdout, json where nothing else is said', async () => {
  await exportTo('report', '--format', 'csv', '--group-by', 'model');
  expect(read('report')).toMatch(/^model,sessions,/);
  await exportTo('x.json', '--format', 'md');
  expect(read('x.json')).toMatch(/^\| Model/);
  const ran = await exportTo('-');
  expect([ran.code, ran.err, JSON.parse(ran.out).summary.total_rounds]).toEqual([0, '', 3]);
  expect((await exportTo('-', '--format', 'csv')).out).toMatch(/^session_id,/);
  expect(await exportTo('q.csv', '--quiet')).toEqual({ code: 0, out: '', err: '' });
});

test('no export has anybody’s words in it, but rounds as ndjson --with-messages', async () => {
  for (const argv of [
    ['json'],
    ['csv'],
    ['ndjson'],
    ['md'],
    ['focus'],
    ['csv', '--group-by', 'session'],
    ['ndjson', '--group-by', 'session,model'],
  ]) {
    const ran = await run(['export', '-', '--data-dir', store, '--format', ...argv]);
    expect([ran.code, ran.out.length > 100, ran.out.includes('secret')]).toEqual([0, true, false]);
  }
  const texts = (await exportTo('-', '--format', 'ndjson', '--with-messages')).out.split('\n');
  const [first = '{}', , third = '{}'] = texts;
  expect(JSON.parse(first)).toMatchObject({
    messages: [{ role: 'user', content: SECRET }],
    question: SECRET,
    answer: SECRET,
    reasoning: SECRET,
    system: SECRET,
    tool_calls: [{ function: { name: SECRET } }],
  });
  expect(JSON.parse(third)).toMatchObject({ messages: [], question: null, answer: null });
});

test('a round as ndjson has the keys of show --json but its thread, between its session and its gateway, and the same values', async () => {
  const lines = async (...argv: string[]): Promise<string[]> =>
    (await exportTo('-', '--format', 'ndjson', ...argv)).out.split('\n');
  const { thread, ...shown } = JSON.parse((await run(['show', '=cmd', '--data-dir', store, '--json'])).out)
    .rounds[1];
  expect(thread).toEqual({ kind: 'main', number: 1 });
  const [, whole = ''] = await lines('--with-messages');
  expect(whole).toBe(JSON.stringify({ session_id: '=cmd', ...shown, gateway: 'store' }));
  const {
    messages: _1,
    question: _2,
    answer: _3,
    reasoning: _4,
    tool_calls: _5,
    system: _6,
    ...wordless
  } = shown;
  expect((await lines())[1]).toBe(JSON.stringify({ session_id: '=cmd', ...wordless, gateway: 'store' }));
});

test('csv: rounds, or a row for each group; formulas are defused, the total is no row', async () => {
  await exportTo('r.csv');
  const rounds = readRecords(read('r.csv'));
  expect(
    rounds.map((row) => [
      row['session_id'],
      row['round'],
      row['consumer'],
      row['cost_usd'],
      row['price_state'],
    ]),
  ).toEqual([
    ["'=cmd", '1', 'bot', '2', 'priced'],
    ["'=cmd", '2', '', '2', 'priced'],
    ['s', '1', '', '', 'unpriced'],
  ]);
  expect((await exportTo('-', '--format', 'csv', '--group-by', 'Round')).out).toBe(read('r.csv'));
  expect((await exportTo('-', '--format', 'csv', '--group-by', 'date,session')).out).toBe(
    [
      'date,session_id,sessions,rounds,input_tokens,output_tokens,reasoning_tokens,cached_tokens,cache_write_tokens,cost_usd,unpriced_rounds,saved_usd,costs,cost_bound,lower_bound_rounds,upper_bound_rounds,bound_reasons,currency,cost,failed_rounds,uncounted_rounds',
      '2026-02-01,\'=cmd,1,1,1000000,100000,0,0,0,2,0,0,"{""USD"":2}",,0,0,{},,,0,0',
      '2026-02-02,\'=cmd,1,1,1000000,100000,0,0,0,2,0,0,"{""USD"":2}",,0,0,{},,,0,0',
      '2026-02-02,s,1,1,7,3,0,0,0,,1,,{},,0,0,{},,,0,0',
      '',
    ].join('\n'),
  );
  expect((await exportTo('-', '--format', 'csv', '--since', '2027-01-01')).out.split('\n')).toHaveLength(2);
});

test('the FinOps report keeps the names of the first session monitor, with what it lacked', async () => {
  const report = JSON.parse((await exportTo('-', '--since', '2026-02-02', '--group-by', 'consumer')).out);
  expect(report).toEqual({
    version: 1,
    generated_at: '2026-02-03T04:00:00.000Z',
    period: { from: '2026-02-02T00:00:00.000Z', to: null, timezone: 'UTC' },
    summary: {
      total_sessions: 2,
      total_rounds: 2,
      total_input_tokens: 1_000_007,
      total_output_tokens: 100_003,
      total_reasoning_tokens: 0,
      total_cached_tokens: 0,
      total_cache_write_tokens: 0,
      total_cost_usd: 2,
      total_saved_usd: 0,
      unpriced_rounds: 1,
      unpriced_tokens: 10,
      unpriced_models: ['no-such-model'],
      ...exactFields(2),
    },
    by_model: {
      'test-a': {
        session_count: 1,
        round_count: 1,
        total_input: 1_000_000,
        total_output: 100_000,
        total_reasoning: 0,
        total_cached: 0,
        total_cache_write: 0,
        total_cost: 2,
        total_saved: 0,
        unpriced_rounds: 0,
        ...exactFields(2),
      },
      'no-such-model': {
        session_count: 1,
        round_count: 1,
        total_input: 7,
        total_output: 3,
        total_reasoning: 0,
        total_cached: 0,
        total_cache_write: 0,
        total_cost: null,
        total_saved: null,
        unpriced_rounds: 1,
        ...exactFields(null),
      },
    },
    by_date: {
      '2026-02-02': {
        session_count: 2,
        round_count: 2,
        total_input: 1_000_007,
        total_output: 100_003,
        total_reasoning: 0,
        total_cached: 0,
        total_cache_write: 0,
        total_cost: 2,
        total_saved: 0,
        unpriced_rounds: 1,
        ...exactFields(2),
        models: ['test-a', 'no-such-model'],
      },
    },
    group_by: ['consumer'],
    groups: [
      {
        consumer: null,
        sessions: 2,
        rounds: 2,
        input_tokens: 1_000_007,
        output_tokens: 100_003,
        reasoning_tokens: 0,
        cached_tokens: 0,
        cache_write_tokens: 0,
        cost_usd: 2,
        unpriced_rounds: 1,
        saved_usd: 0,
        ...exactFields(2),
        failed_rounds: 0,
        uncounted_rounds: 0,
      },
    ],
  });
  const nothing = JSON.parse((await exportTo('-', '--since', '2027-01-01')).out);
  expect(nothing).toMatchObject({ by_model: {}, by_date: {}, group_by: [], groups: [] });
  expect(nothing.summary).toMatchObject({ total_rounds: 0, total_cost_usd: 0, unpriced_models: [] });
});

test('a file that was there is replaced as a whole, also behind a link; a failure leaves it and nothing beside it', async () => {
  writeFileSync(join(out, 'real.csv'), 'old');
  chmodSync(join(out, 'real.csv'), 0o644);
  symlinkSync('real.csv', join(out, 'link.csv'));
  const held = statSync(join(out, 'real.csv')).ino;
  expect((await exportTo('link.csv')).code).toBe(0);
  expect(read('real.csv')).toMatch(/^session_id,/);
  expect(statSync(join(out, 'real.csv')).mode & 0o777).toBe(0o600);
  expect(statSync(join(out, 'real.csv')).ino).not.toBe(held);
  expect(readdirSync(out).toSorted()).toEqual(['link.csv', 'real.csv']);

  // A session file that is gone is found out in the middle.
  const broken = await makeStore(join(out, 'broken'), [
    line('2026-02-01T17:00:00.000Z', { session_id: 's', model: 'test-a', input_token: 1 }),
  ]);
  rmSync(join(broken, 's.json'));
  const ran = await run(['export', join(out, 'real.csv'), '--data-dir', broken]);
  expect([ran.code, ran.out]).toEqual([74, '']);
  expect(ran.err).toContain('s.json is missing');
  expect(read('real.csv')).toMatch(/^session_id,/);
  expect(readdirSync(out).toSorted()).toEqual(['broken', 'link.csv', 'real.csv']);
});

test('a pipe or a device is written into, and stays what it is', async () => {
  const ran = await run(['export', '/dev/full', '--format', 'csv', '--data-dir', store]);
  expect(ran).toMatchObject({ code: 74, out: '' });
  expect(ran.err).toMatch(
    /^monitor: cannot write \/dev\/full: no space left on device \(ENOSPC\)\. Free some space/,
  );
  expect((await run(['export', '/dev/null', '--format', 'csv', '--data-dir', store])).code).toBe(0);
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a reader of stdout that goes away is no fault', async () => {
  const write = (): Promise<void> => Promise.reject(new ClosedOutput());
  const argv = ['export', '-', '--format', 'csv', '--data-dir', store];
  expect(await run(argv, { write })).toEqual({ code: 0, out: '', err: '' });
});

test('where no file of an export belongs it is refused, and nothing is written', async () => {
  const names = readdirSync(store).toSorted();
  mkdirSync(join(out, 'folder.csv'));
  symlinkSync(store, join(out, 'way-in'));
  const refused = async (path: string, message: string, code = 2): Promise<void> => {
    const ran = await run(['export', path, '--data-dir', store]);
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toContain(message);
  };
  await refused(join(store, 'x.csv'), 'is inside the store');
  await refused(join(store, '.state.json'), 'is inside the store');
  await refused(join(out, 'way-in', 'x.csv'), 'is inside the store');
  await refused(join(out, 'folder.csv'), 'is a directory: name a file in it');
  await refused(join(out, 'none', 'x.csv'), 'does not exist. Create it with: mkdir -p ', 74);
  await refused(`${out}/x.csv/`, 'cannot tell the format from the name');
  await refused(
    'x.txt',
    "cannot tell the format from the name 'x.txt': use .json, .csv, .ndjson, .md or .prom, or add --format",
  );
  await refused('', 'cannot tell the format from the name');
  await refused(join(out, 'x.xlsx'), 'use .json, .csv, .ndjson, .md or .prom, or add --format');
  expect(readdirSync(store).toSorted()).toEqual(names);
  // A sibling whose name begins like the store's is outside of it.
  expect((await run(['export', `${store}-x.csv`, '--data-dir', store])).code).toBe(0);
});

test('a state file that lies beside the store is no place either', async () => {
  const state = join(out, 'state.json');
  const log = join(out, 'a.log');
  writeFileSync(log, line('2026-02-01T17:00:00.000Z', { session_id: 's', model: 'm', input_token: 1 }));
  const other = join(out, 'store');
  await run(['parse', '--log-path', log, '--output-dir', other, '--state-file', state]);
  const ran = await run(['export', state, '--data-dir', other]);
  expect([ran.code, ran.err]).toEqual([
    2,
    `monitor: ${state} is the state file of the store ${other}: choose another place\n`,
  ]);
});

test.each([
  [['a.csv', '--with-messages'], '--with-messages works only with ndjson of rounds'],
  [
    ['a.ndjson', '--with-messages', '--group-by', 'model'],
    '--with-messages works only with ndjson of rounds',
  ],
  [['a.md', '--group-by', 'round'], '--group-by round works only with csv and ndjson, not with md'],
  [['a.json', '--group-by', 'round'], '--group-by round works only with csv and ndjson, not with json'],
  [['a.csv', '--format', 'focus', '--group-by', 'model'], '--group-by does not work with focus'],
  [
    ['a.csv', '--format', 'focus', '--since', '2026-02-01T10:00'],
    'focus covers whole days: --since must be a date',
  ],
  [['a.csv', '--billing-account-id', 'x'], '--billing-account-… options work only with --format focus'],
  [
    ['a.csv', '--group-by', 'round,model'],
    "argument 'round,model' is invalid. It cannot be both keys and round.",
  ],
  [
    ['a.csv', '--format', 'xlsx'],
    'Allowed choices are json, csv, ndjson, focus, md, jsonl, html, prometheus, parquet, otlp.',
  ],
  [['a.csv', '--format', 'focus', '--focus-version', '1.1'], 'Allowed choices are 1.2, 1.3, 1.4.'],
])('%j is wrong usage', async (argv, message) => {
  const ran = await run(['export', join(out, argv[0] ?? ''), '--data-dir', store, ...argv.slice(1)]);
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toContain(message);
  expect(existsSync(join(out, argv[0] ?? ''))).toBe(false);
});

test('focus has days of UTC, whatever the system’s zone is', async () => {
  const focus = (...argv: string[]): Promise<Ran> =>
    run(['export', '-', '--format', 'focus', '--billing-account-id', 'a', '--data-dir', store, ...argv]);
  const days = async (...argv: string[]): Promise<unknown[]> => [
    ...new Set(readRecords((await focus(...argv)).out).map((row) => row['ChargePeriodStart'])),
  ];
  expect(await days('--since', '2026-02-02')).toEqual(['2026-02-02T00:00:00Z']);
  expect(await days('--until', '2026-02-01', '--timezone', 'UTC')).toEqual(['2026-02-01T00:00:00Z']);
  expect(await days('--days', '2')).toEqual(['2026-02-02T00:00:00Z']);
  expect((await focus('--timezone', 'Asia/Shanghai')).err).toContain(
    'focus uses UTC days: leave out --timezone',
  );
});

test('--strict: the whole file, and exit code 1 where its total lacks a price', async () => {
  const ran = await exportTo('a.csv', '--strict', '--quiet');
  expect(ran).toEqual({
    code: 1,
    out: '',
    err: 'monitor: the total does not include 1 unpriced round (no-such-model, 10 tokens)\n',
  });
  expect(readRecords(read('a.csv'))).toHaveLength(3);
  expect((await exportTo('b.csv', '--strict', '--quiet', '--model', 'test-a')).code).toBe(0);
});
