import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { line, run, type Ran } from './run.ts';

let dir: string;
let store: string;

const HOSTILE = 'se\u001b[31march|\u202e';

const round = (session: string, ai: Record<string, unknown>) => ({
  session_id: session,
  model: 'test-a',
  input_token: 1000,
  output_token: 0,
  ...ai,
});

/** The first round is stored before the store has dimensions. */
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dimensions-'));
  store = join(dir, 'store');
  const prices = join(dir, 'prices.json');
  writeFileSync(prices, JSON.stringify({ models: [{ match: 'test-a', input: 1, output: 10 }] }));
  const parse = async (name: string, lines: string[], ...options: string[]): Promise<void> => {
    const log = join(dir, name);
    writeFileSync(log, lines.join(''));
    const argv = ['parse', '--log-path', log, '--data-dir', store, '--prices', prices, ...options];
    expect((await run(argv)).code).toBe(0);
  };
  await parse('a.log', [line('2026-01-31T10:00:00Z', round('agent:ops:cron:x', { department: 'search' }))]);
  await parse(
    'b.log',
    [
      line('2026-02-01T15:00:00Z', round('agent:main:main', { department: 'search' })),
      line(
        '2026-02-01T17:00:00Z',
        round('agent:main:discord:1', { department: 'ads', service_tier: 'flex' }),
      ),
      line('2026-02-02T10:00:00Z', round('plain', { department: HOSTILE, rounds: 'x' })),
      line('2026-02-02T10:00:00Z', round('plain', {})).replace('"200"', '"429"'),
      line('2026-02-02T11:00:00Z', round('plain', {})).replace('"200"', '"503"'),
    ],
    '--dimension',
    'department',
    'rounds',
  );
});
afterAll(() => rmSync(dir, { recursive: true }));

const ask = (...argv: string[]): Promise<Ran> => run([...argv, '--data-dir', store]);

async function rows(...argv: string[]): Promise<unknown[]> {
  const { code, out, err } = await ask(...argv, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out).rows.map((row: Record<string, unknown>) => {
    const names = ['week', 'month', 'agent', 'channel', 'dimensions'].filter((name) => name in row);
    return [...names.map((name) => row[name]), row['rounds'], row['failed_rounds']];
  });
}

test('a table by a dimension says what its values mean, and how many requests failed', async () => {
  const { out } = await ask('stats-model', '--group-by', 'department,service_tier');
  expect(out).toMatchInlineSnapshot(`
    "================================================================================
    📊 Statistics by Model, department and service_tier
    ================================================================================

    Model   department      service_tier  Sessions  Input  Output  Cost (USD)
    ──────────────────────────────────────────────────────────────────────────
    test-a  (none)          (default)            1  2,000       0    $  0.0020
    test-a  ads             flex                 1  1,000       0  ≤ $  0.0010
    test-a  search|         (default)            1  1,000       0    $  0.0010
    test-a  search          (default)            1  1,000       0    $  0.0010
    test-a  (not recorded)  (default)            1  1,000       0    $  0.0010
    ──────────────────────────────────────────────────────────────────────────
    TOTAL                                        4  6,000       0  ≤ $  0.0060

    ≤ 1 round may have cost less than its $0.0010
      1 × the price has no rate for the service tier, which costs less
    1 round was stored before the store counted by department: run monitor reindex
    to count by it.
    2 of 6 requests failed (1 rate limited (429), 1 server error (5xx))

    ================================================================================
    "
  `);
});

test('by a dimension: null is not recorded, "" is no value', async () => {
  expect(await rows('stats-model', '--group-by', 'department')).toEqual([
    [{ department: '' }, 2, 2],
    [{ department: 'ads' }, 1, 0],
    [{ department: HOSTILE }, 1, 0],
    [{ department: 'search' }, 1, 0],
    [{ department: null }, 1, 0],
  ]);
});

test('by week and month of the time zone, by agent and channel', async () => {
  expect(await rows('stats-model', '--group-by', 'week', '--timezone', 'UTC')).toEqual([
    ['2026-W05', 3, 0],
    ['2026-W06', 3, 2],
  ]);
  expect(await rows('stats-model', '--group-by', 'week')).toEqual([
    ['2026-W05', 2, 0],
    ['2026-W06', 4, 2],
  ]);
  expect(await rows('stats-model', '--group-by', 'month')).toEqual([
    ['2026-01', 1, 0],
    ['2026-02', 5, 2],
  ]);
  expect(await rows('stats-model', '--group-by', 'agent,channel')).toEqual([
    [null, null, 3, 2],
    ['main', 'discord', 1, 0],
    ['main', 'main', 1, 0],
    ['ops', 'cron', 1, 0],
  ]);
});

test('which model did this agent use? Filters on the session', async () => {
  expect(await rows('stats-model', '--agent', 'MAIN')).toEqual([[2, 0]]);
  expect(await rows('stats-model', '--agent', 'main', '--channel', 'discord')).toEqual([[1, 0]]);
  expect(await rows('stats-model', '--session', 'agent:*1')).toEqual([[1, 0]]);
});

const LEFT =
  'left out: stored before the store counted by it (see monitor reindex), or in a session with more than 1,000 values\n';

test('what the store cannot decide is said: on stderr, in JSON, and by a budget', async () => {
  const warned = `monitor: 1 round whose value for the filter is not known is ${LEFT}`;
  const where = ['--where', 'department=SEARCH'];
  const stats = await ask('stats-model', ...where, '--json');
  expect([stats.code, stats.err]).toEqual([0, warned]);
  expect(JSON.parse(stats.out)).toMatchObject({ total: { rounds: 1 }, undecided_rounds: 1 });
  const exported = await ask('export', '-', '--format', 'csv', ...where);
  expect([exported.out.split('\n').length, exported.err]).toEqual([3, warned]);
  const checked = await ask('check', '--budget-usd', '1', '--per', 'total', ...where);
  expect(checked).toEqual({
    code: 0,
    err: warned,
    out: 'within budget: $0.0010 of $1 (0.1%) for department=SEARCH in total; excluding 1 round whose value for the filter is not known\n',
  });
  const json = await ask('check', '--budget-usd', '1', '--quiet', '--json', '--agent', 'main', ...where);
  expect(JSON.parse(json.out)).toMatchObject({ agent: 'main', session: null, where: ['department=SEARCH'] });
  const listed = await ask('list', ...where, '--json');
  expect(JSON.parse(listed.out).sessions.map((one: { session_id: string }) => one.session_id)).toEqual([
    'agent:main:main',
  ]);
  expect(listed.err).toBe(`monitor: 1 session whose values for the filter are not known is ${LEFT}`);
});

test('conditions are repeated, and all must hold', async () => {
  const where = ['--where', 'department!=', '--where', 'department!=ads', '--where', 'model=test-*'];
  const { out } = await ask('stats-model', '--json', ...where);
  expect(JSON.parse(out)).toMatchObject({ total: { rounds: 2 }, undecided_rounds: 1 });
  expect(
    JSON.parse((await ask('stats-model', '--json', '--where', 'service_tier=flex')).out).total.rounds,
  ).toBe(1);
});

describe('names that are not there', () => {
  test.each([
    [['stats-model', '--where', 'departmnt=x'], '--where departmnt: there is no such name.'],
    [['list', '--where', 'channel=x'], '--where channel: there is no such name. Use --channel.'],
    [['check', '--budget-usd', '1', '--where', 'x=y'], '--where x: there is no such name.'],
    [['export', '-', '--where', 'x=y'], '--where x: there is no such name.'],
    [['export', '-', '--group-by', 'day'], '--group-by day: there is no such key.'],
    [['stats-date', '--group-by', 'model,model'], '--group-by model,model: it names a key twice'],
  ])('%j is wrong usage', async (argv, message) => {
    const { code, out, err } = await ask(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`monitor: ${message}`);
    if (!message.includes('twice')) expect(err).toContain('; dimensions: department, rounds. Add one with: ');
  });

  test.each([
    ['department=serch', "monitor: no department 'serch' in the store. Did you mean 'search'?\n"],
    ['api=r*', "monitor: no api 'r*' in the store. List them with 'monitor stats-model --group-by api'\n"],
  ])('the value %s', async (where, message) => {
    const { code, err } = await ask('stats-model', '--where', where);
    expect(code).toBe(0);
    expect(err).toContain(message);
    expect((await ask('check', '--budget-usd', '1', '--where', where)).code).toBe(2);
  });

  test('and a session', async () => {
    const { code, err } = await ask('stats-model', '--session', 'plan');
    expect([code, err]).toEqual([0, "monitor: no session 'plan' in the store. Did you mean 'plain'?\n"]);
  });
});

test('an export has a column, or a nested key, for each dimension; a name that is taken gets a prefix', async () => {
  const csv = await ask('export', '-', '--format', 'csv', '--group-by', 'department,rounds,agent');
  const [head = '', ...lines] = csv.out.split('\n').slice(0, -1);
  expect(head.split(',').slice(0, 5)).toEqual([
    'department',
    'dimension:rounds',
    'agent',
    'sessions',
    'rounds',
  ]);
  expect(lines.map((text) => text.split(',').slice(0, 5))).toEqual([
    ['', '', '', '1', '2'],
    ['ads', '', 'main', '1', '1'],
    [String.raw`se\u{1b}[31march|\u{202e}`, 'x', '', '1', '1'],
    ['search', '', 'main', '1', '1'],
    ['(not recorded)', '(not recorded)', 'ops', '1', '1'],
  ]);
  const ndjson = await ask('export', '-', '--format', 'ndjson', '--group-by', 'dimension:rounds');
  expect(
    ndjson.out
      .split('\n')
      .slice(0, -1)
      .map((text) => JSON.parse(text).dimensions),
  ).toEqual([{ rounds: '' }, { rounds: 'x' }, { rounds: null }]);
  const markdown = await ask('export', '-', '--format', 'md', '--group-by', 'department');
  expect(markdown.out.split('\n').slice(-6)).toMatchInlineSnapshot(`
    [
      "≤ 1 round may have cost less than its $0.0010; 1 × the price has no rate for the service tier, which costs less.",
      "",
      "1 round was stored before the store counted by department: run monitor reindex to count by it.",
      "",
      "2 of 6 requests failed (1 rate limited (429), 1 server error (5xx)).",
      "",
    ]
  `);
});

test('an export of rounds has the dimensions last, in the words of the groups', async () => {
  const { out, err } = await ask('export', '-', '--format', 'csv');
  const [head = '', ...lines] = out.split('\n').slice(0, -1);
  expect(err).toBe('');
  expect(head.endsWith(',currency,cost,service_tier,gateway,department,rounds')).toBe(true);
  const last = lines.map((text) => [text.split(',')[0] ?? '', ...text.split(',').slice(-4)]);
  expect(last.toSorted()).toEqual([
    ['agent:main:discord:1', 'flex', 'store', 'ads', ''],
    ['agent:main:main', '', 'store', 'search', ''],
    ['agent:ops:cron:x', '', 'store', '(not recorded)', '(not recorded)'],
    ['plain', '', 'store', '', ''],
    ['plain', '', 'store', '', ''],
    ['plain', '', 'store', String.raw`se\u{1b}[31march|\u{202e}`, 'x'],
  ]);
  // A filter does not change what a round counts by.
  const some = await ask('export', '-', '--format', 'csv', '--where', 'rounds=x');
  expect(some.out.split('\n')[1]?.split(',').slice(-2)).toEqual([String.raw`se\u{1b}[31march|\u{202e}`, 'x']);
});

test('dimensions with names of any kind', async () => {
  const log = join(dir, 'odd.log');
  const odd = join(dir, 'odd');
  const values = { 'a,b': '1', 'x=y': '2', '=cmd"': '=3', 'response id': '4\n' };
  writeFileSync(log, line('2026-02-01T15:00:00Z', round('s', values)));
  const argv = ['--log-path', log, '--data-dir', odd, '--dimension', ...Object.keys(values)];
  expect((await run(['parse', ...argv])).code).toBe(0);
  const csv = await run(['export', '-', '--format', 'csv', '--data-dir', odd]);
  const [head = '', row = ''] = csv.out.split('\n');
  expect(head.slice(head.indexOf('service_tier'))).toBe(
    `service_tier,gateway,"a,b",x=y,"'=cmd""",response id`,
  );
  expect(row.endsWith(String.raw`,,odd,1,2,'=3,4\u{a}`)).toBe(true);
  for (const [flag, value] of [
    ['--group-by', 'a,b'],
    ['--group-by', 'x=y,a,b,model'],
    ['--where', 'a,b=1'],
    ['--where', 'x=y=2'],
    ['--where', '=cmd"==3'],
    ['--where', '=cmd"!=3'],
  ] as const) {
    const ran = await run(['stats-model', flag, value, '--json', '--data-dir', odd]);
    expect([ran.code, ran.err, JSON.parse(ran.out || 'null')?.total.rounds], value).toEqual([0, '', 1]);
  }
});
