import { expect, test } from 'vitest';
import { listJson } from '../../src/report/json.ts';
import { listTable, listSessions, type ListQuery } from '../../src/report/list.ts';
import { ALL_TIME, periodOf } from '../../src/report/period.ts';
import { widthOf } from '../../src/report/terminal.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { cell, screen, session, source, usd, exactCosts } from './make.ts';

const shanghai = localTimeIn('Asia/Shanghai');
const SESSIONS = [
  session(
    'agent:main:discord:channel:1465367993012981988',
    [
      cell('2026-02-01T01:30Z', 'Qwen3-rerank', {
        rounds: 4,
        input: 15_230,
        output: 9_840,
        cost: usd(0.0168),
      }),
      cell('2026-02-03T01:30Z', 'DeepSeek-R1', {
        rounds: 1,
        input: 10,
        cached: 7,
        output: 3,
        reasoning: 2,
        cost: usd(0.01),
      }),
    ],
    { title: '查询北京天气' },
  ),
  session(
    'b',
    [cell('2026-02-02T01:30Z', 'qwen-max', { rounds: 9, input: 50, price: 'unpriced', consumer: 'Team' })],
    {
      title: 'a \u001b[31mred\u001b[0m\ntitle \u202e that is long enough to be cut',
    },
  ),
  session('c\u001b[31m', [
    cell('2026-02-02T01:30Z', 'free', { rounds: 2, input: 99_999, cacheWrite: 5, price: 'free' }),
  ]),
];

function select(query: Partial<ListQuery>): { sessions: string[]; total: number } {
  const found = listSessions(source(SESSIONS), { sortBy: 'updated', limit: 20, period: ALL_TIME, ...query });
  return { sessions: found.sessions.map(({ id }) => id.slice(0, 1)), total: found.total };
}

test.each([
  ['updated', 'abc'],
  ['created', 'bca'],
  ['cost', 'abc'],
  ['tokens', 'cab'],
  ['rounds', 'bac'],
] as const)('by %s: %s', (sortBy, order) => {
  expect(select({ sortBy }).sessions.join('')).toBe(order);
});

test('of thousands the first ones are those of all, equals by their ids, whatever comes first', () => {
  // Five ranks only: most are equals.
  const many = Array.from({ length: 4000 }, (_, n) =>
    session(`s${(n * 2741) % 4000}`, [
      cell('2026-02-02T01:30Z', 'm', { rounds: 1 + ((n * 7) % 5), input: 1 }),
    ]),
  );
  for (const sortBy of ['rounds', 'cost'] as const) {
    const ask = (limit: number) => listSessions(source(many), { sortBy, limit, period: ALL_TIME });
    expect(ask(30)).toEqual({ sessions: ask(0).sessions.slice(0, 30), total: 4000 });
  }
});

test('the limit is not the total; 0 is no limit', () => {
  expect(select({ limit: 2 })).toEqual({ sessions: ['a', 'b'], total: 3 });
  expect(select({ limit: 0 })).toEqual({ sessions: ['a', 'b', 'c'], total: 3 });
});

test.each<[Partial<ListQuery>, string]>([
  [{ model: 'qwen3-RERANK' }, 'a'],
  [{ model: 'qwen' }, ''],
  [{ consumer: 'team' }, 'b'],
  [{ search: 'DISCORD' }, 'a'],
  [{ search: '北京' }, 'a'],
  [{ search: 'RED' }, 'b'],
  [{ period: periodOf({ since: '2026-02-03' }, shanghai, 0) }, 'a'],
  [{ period: periodOf({ until: '2026-02-01' }, shanghai, 0) }, 'a'],
  [{ period: periodOf({ since: '2026-02-02', until: '2026-02-02' }, shanghai, 0) }, 'abc'],
  [{ period: periodOf({ until: '2026-01-31' }, shanghai, 0) }, ''],
])('%o finds %j', (query, ids) => {
  expect(select(query).sessions.join('')).toBe(ids);
});

function table(width: number, limit = 20): string {
  const selected = listSessions(source(SESSIONS), { sortBy: 'updated', limit, period: ALL_TIME });
  return listTable(selected, 'updated', shanghai, screen(width), () => 'none');
}

test('80 columns: the id, and its title and numbers below', () => {
  expect(table(80)).toMatchInlineSnapshot(`
    "================================================================================
    📋 Sessions (3, by updated)
    ================================================================================

    Session             Rounds  Tokens  Cost (USD)  Model           Updated
    ────────────────────────────────────────────────────────────────────────────────
    agent:main:discord:channel:1465367993012981988
      查询北京天气           5  25,083  $0.0268     DeepSeek-R1 +1  2026-02-03 09:30
    b
      a red title tha…       9      50  unpriced    qwen-max        2026-02-02 09:30
    c\\u{1b}[31m
      -                      2  99,999  $0.0000     free            2026-02-02 09:30

    ================================================================================
    "
  `);
});

test('140 columns', () => {
  expect(table(140)).toMatchInlineSnapshot(`
    "============================================================================================================
    📋 Sessions (3, by updated)
    ============================================================================================================

    Session                                      Rounds  Tokens  Cost (USD)  Model           Updated
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────
    agent:main:discord:channel:1465367993012981988
      查询北京天气                                    5  25,083  $0.0268     DeepSeek-R1 +1  2026-02-03 09:30:00
    b
      a red title that is long enough to be cut       9      50  unpriced    qwen-max        2026-02-02 09:30:00
    c\\u{1b}[31m
      -                                               2  99,999  $0.0000     free            2026-02-02 09:30:00

    ============================================================================================================
    "
  `);
});

test('40 columns, and more sessions than the limit', () => {
  expect(table(40, 1)).toMatchInlineSnapshot(`
    "========================================
    📋 Sessions (1 of 3, by updated)
    ========================================

    Session         Cost (USD)
    ──────────────────────────
    agent:main:discord:channel:146536799301…
      查询北京天气  $0.0268

    2 more sessions: --limit 0 lists all.

    ========================================
    "
  `);
});

test.each([20, 40, 80, 140])('nothing is wider than %i columns, and nothing escapes', (width) => {
  const text = table(width);
  expect(text.split('\n').filter((line) => widthOf(line) > width)).toEqual([]);
  expect(text).not.toMatch(/[\u001b\u202e]/);
});

test('none: what to do', () => {
  const nothing = { sessions: [], total: 0 };
  expect(listTable(nothing, 'cost', shanghai, screen(20), () => 'no sessions yet')).toBe(
    `${'='.repeat(20)}\n📋 Sessions (0)\n${'='.repeat(20)}\n\nno sessions yet\n\n${'='.repeat(20)}\n`,
  );
});

test('list --json', () => {
  expect(JSON.parse([...listJson(SESSIONS.slice(0, 2), { total: 3 })].join(''))).toEqual({
    version: 1,
    total: 3,
    sessions: [
      {
        session_id: 'agent:main:discord:channel:1465367993012981988',
        title: '查询北京天气',
        created_at: '2026-02-01T01:30:00.000Z',
        updated_at: '2026-02-03T01:30:00.000Z',
        messages_count: 5,
        model: 'DeepSeek-R1',
        models: ['Qwen3-rerank', 'DeepSeek-R1'],
        total_input_tokens: 15_240,
        total_output_tokens: 9_843,
        total_reasoning_tokens: 2,
        total_cached_tokens: 7,
        total_cache_write_tokens: 0,
        cost_usd: 0.0268,
        unpriced_rounds: 0,
        ...exactCosts(0.0268),
        tools: null,
      },
      {
        session_id: 'b',
        title: 'a \u001b[31mred\u001b[0m\ntitle \u202e that is long enough to be cut',
        created_at: '2026-02-02T01:30:00.000Z',
        updated_at: '2026-02-02T01:30:00.000Z',
        messages_count: 9,
        model: 'qwen-max',
        models: ['qwen-max'],
        total_input_tokens: 50,
        total_output_tokens: 0,
        total_reasoning_tokens: 0,
        total_cached_tokens: 0,
        total_cache_write_tokens: 0,
        cost_usd: null,
        unpriced_rounds: 9,
        ...exactCosts(null),
        tools: null,
      },
    ],
  });
  expect([...listJson([], { total: 0 })].join('')).toBe('{"version":1,"total":0,"sessions":[]}\n');
});
