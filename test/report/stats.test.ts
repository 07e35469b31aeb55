import { expect, test } from 'vitest';
import type { GroupKey } from '../../src/query/group-keys.ts';
import { groupBy } from '../../src/query/grouping.ts';
import { ALL_TIME, periodOf, bucketsOf, type Period } from '../../src/report/period.ts';
import { groupName } from '../../src/report/names.ts';
import { statsTable } from '../../src/report/stats.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { widthOf } from '../../src/report/terminal.ts';
import { cell, screen, session, source, usd } from './make.ts';
import { SESSIONS, shanghai } from './two-sessions.ts';

function table(
  keys: GroupKey[],
  width: number,
  sessions: SessionEntry[] = SESSIONS,
  period: Period = ALL_TIME,
  filter: string[] = [],
): string {
  const stats = groupBy(source(sessions), keys, { buckets: bucketsOf(period), local: shanghai });
  return statsTable(stats, { period, filter }, screen(width), () => 'no sessions yet\nread a log first');
}

function models(width: number): string {
  return table(['model'], width);
}

function dates(width: number): string {
  const period = periodOf({ days: 7 }, shanghai, Date.parse('2026-02-03T00:00Z'));
  return table(['date'], width, SESSIONS, period);
}

test('by model, 80 columns', () => {
  expect(models(80)).toMatchInlineSnapshot(`
    "================================================================================
    📊 Statistics by Model
    ================================================================================

    Model         Sessions      Input   Output  Cost (USD)
    ────────────────────────────────────────────────────────────────────────────────
    Qwen3-rerank         1     15,230    9,840  $  0.0168                ███████████
    DeepSeek-R1          2      9,295    6,820  $  0.0106 + 3 unpriced   ███████
    qwen-max             1  1,000,000  234,567  unpriced
    ────────────────────────────────────────────────────────────────────────────────
    TOTAL                2  1,024,525  251,227  $  0.0274 + 43 unpriced

    $0.0274 + 43 unpriced rounds (qwen-max, DeepSeek-R1, 1.2M tokens)

    ================================================================================
    "
  `);
});

test('by model, 140 columns: rounds, cached, reasoning and a bar', () => {
  expect(models(140)).toMatchInlineSnapshot(`
    "========================================================================================================================
    📊 Statistics by Model
    ========================================================================================================================

    Model         Sessions  Rounds      Input  Cached   Output  Reasoning  Cost (USD)
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    Qwen3-rerank         1       5     15,230   1,024    9,840        150  $  0.0168                ████████████████████████
    DeepSeek-R1          2       5      9,295       0    6,820          0  $  0.0106 + 3 unpriced   ███████████████▏
    qwen-max             1      40  1,000,000       0  234,567          0  unpriced
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    TOTAL                2      50  1,024,525   1,024  251,227        150  $  0.0274 + 43 unpriced

    $0.0274 + 43 unpriced rounds (qwen-max, DeepSeek-R1, 1.2M tokens)

    ========================================================================================================================
    "
  `);
});

test('by model, 40 columns', () => {
  expect(models(40)).toMatchInlineSnapshot(`
    "========================================
    📊 Statistics by Model
    ========================================

    Model         Cost (USD)
    ───────────────────────────────────
    Qwen3-rerank  $0.0168
    DeepSeek-R1   $0.0106 + 3 unpriced
    qwen-max      unpriced
    ───────────────────────────────────
    TOTAL         $0.0274 + 43 unpriced

    $0.0274 + 43 unpriced rounds (qwen-max,
    DeepSeek-R1, 1.2M tokens)

    ========================================
    "
  `);
});

test('by date, 80 columns', () => {
  expect(dates(80)).toMatchInlineSnapshot(`
    "================================================================================
    📊 Statistics by Date (Last 7 days)
    ================================================================================

    Date        Sessions      Input   Output  Cost (USD)               Models
    ───────────────────────────────────────────────────────────────────────────────
    2026-02-01         1     15,230    9,840  $  0.0168                Qwen3-rerank
    2026-02-02         2  1,009,295  241,387  $  0.0106 + 43 unpriced  qwen-max +1
    ───────────────────────────────────────────────────────────────────────────────
    TOTAL              2  1,024,525  251,227  $  0.0274 + 43 unpriced

    $0.0274 + 43 unpriced rounds (qwen-max, DeepSeek-R1, 1.2M tokens)

    ================================================================================
    "
  `);
});

test('by date, 140 columns', () => {
  expect(dates(140)).toMatchInlineSnapshot(`
    "====================================================================================================================================
    📊 Statistics by Date (Last 7 days)
    ====================================================================================================================================

    Date        Sessions  Rounds      Input  Cached   Output  Reasoning  Cost (USD)                                         Models
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    2026-02-01         1       5     15,230   1,024    9,840        150  $  0.0168                ████████████████████████  Qwen3-rerank
    2026-02-02         2      45  1,009,295       0  241,387          0  $  0.0106 + 43 unpriced  ███████████████▏          qwen-max +1
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    TOTAL              2      50  1,024,525   1,024  251,227        150  $  0.0274 + 43 unpriced

    $0.0274 + 43 unpriced rounds (qwen-max, DeepSeek-R1, 1.2M tokens)

    ====================================================================================================================================
    "
  `);
});

test('by date, 40 columns', () => {
  expect(dates(40)).toMatchInlineSnapshot(`
    "========================================
    📊 Statistics by Date (Last 7 days)
    ========================================

    Date        Input  Cost (USD)
    ────────────────────────────────────────
    2026-02-01  15.2k  $0.0168
    2026-02-02     1M  $0.0106 + 43 unpriced
    ────────────────────────────────────────
    TOTAL          1M  $0.0274 + 43 unpriced

    $0.0274 + 43 unpriced rounds (qwen-max,
    DeepSeek-R1, 1.2M tokens)

    ========================================
    "
  `);
});

test('priced rounds, 40 columns: counts are shortened', () => {
  const one = session('s', [cell('2026-02-01T01:30Z', 'm', { input: 15_230, cost: 1n })]);
  expect(table(['model'], 40, [one])).toMatchInlineSnapshot(`
    "========================================
    📊 Statistics by Model
    ========================================

    Model  Input  Output  Cost (USD)
    ────────────────────────────────
    m      15.2k       0  <$0.0001
    ────────────────────────────────
    TOTAL  15.2k       0  <$0.0001

    ========================================
    "
  `);
});

test('nothing: the table says so', () => {
  expect(table(['model'], 40, [])).toMatchInlineSnapshot(`
    "========================================
    📊 Statistics by Model
    ========================================

    no sessions yet
    read a log first

    ========================================
    "
  `);
});

test.each([20, 33, 40, 57, 80, 81, 109, 110, 140, 200])('nothing is wider than %i columns', (width) => {
  const hostile = session('x', [
    cell('2026-02-01T01:30Z', `模型\u001b[31m${'长'.repeat(90)}\n`, {
      input: Number.MAX_SAFE_INTEGER,
      cost: usd(123_456_789),
    }),
    cell('2026-02-01T01:30Z', 'क्षि'.repeat(30), { rounds: 999_999, price: 'unpriced' }),
    cell('2026-02-01T01:30Z', '👩‍👩‍👧'.repeat(20), { cost: 1n, consumer: '队'.repeat(99), saved: -usd(9) }),
  ]);
  const both = [hostile, ...SESSIONS];
  const keys: GroupKey[][] = [['model'], ['date'], ['consumer']];
  if (width >= 30) keys.push(['consumer', 'model'], ['session', 'date', 'api']);
  const text = keys.map((by) => table(by, width, both)).join('');
  expect(text.split('\n').filter((line) => widthOf(line) > width)).toEqual([]);
  expect(text).not.toMatch(/\u001b/);
});

const TEAM = [
  session('one', [
    cell('2026-02-01T01:30Z', 'gpt', { consumer: 'bot', input: 10, cost: usd(1), saved: usd(0.25) }),
    cell('2026-02-01T01:30Z', 'qwen', { consumer: '', input: 5, price: 'unpriced' }),
  ]),
  session('two', [
    cell('2026-02-02T01:30Z', 'qwen', { consumer: 'bot', input: 20, cost: usd(3), saved: -usd(0.5) }),
    cell('2026-02-02T01:30Z', 'gpt', { consumer: 'ann', input: 30, cost: usd(2) }),
  ]),
];

test('by consumer: who spent it, those without a name named so, and what caches saved where there is room', () => {
  expect(table(['consumer'], 120, TEAM)).toMatchInlineSnapshot(`
    "========================================================================================================================
    📊 Statistics by Consumer
    ========================================================================================================================

    Consumer       Sessions  Rounds  Input  Cached  Output  Reasoning     Saved  Cost (USD)                          Models
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    bot                   2       2     30       0       0          0  -$0.2500  $  4.0000               ██████████  qwen +1
    ann                   1       1     30       0       0          0   $0.0000  $  2.0000               █████       gpt
    (no consumer)         1       1      5       0       0          0            unpriced                            qwen
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    TOTAL                 2       4     65       0       0          0  -$0.2500  $  6.0000 + 1 unpriced

    $6.0000 + 1 unpriced round (qwen, 5 tokens)

    ========================================================================================================================
    "
  `);
  expect(table(['consumer'], 119, TEAM)).not.toContain('Saved');
  const plain = [session('s', [cell('2026-02-01T01:30Z', 'gpt', { cost: usd(1) })])];
  expect(table(['consumer'], 120, plain)).not.toContain('Saved');
});

test('by consumer and model: the rows of a consumer stand together', () => {
  expect(table(['consumer', 'model'], 80, TEAM, ALL_TIME, ['consumer b\u001b[1mot'])).toMatchInlineSnapshot(`
    "================================================================================
    📊 Statistics by Consumer and Model (consumer bot)
    ================================================================================

    Consumer       Model  Sessions  Input  Output  Cost (USD)
    ────────────────────────────────────────────────────────────────────────────────
    bot            qwen          1     20       0  $  3.0000               █████████
    bot            gpt           1     10       0  $  1.0000               ███
    ann            gpt           1     30       0  $  2.0000               ██████
    (no consumer)  qwen          1      5       0  unpriced
    ────────────────────────────────────────────────────────────────────────────────
    TOTAL                        2     65       0  $  6.0000 + 1 unpriced

    $6.0000 + 1 unpriced round (qwen, 5 tokens)

    ================================================================================
    "
  `);
});

test('a name that is none, or of marks only, is never an empty cell', () => {
  expect(['', '\u202e', 'x'].map((name) => groupName('consumer', name))).toEqual(['(no consumer)', '-', 'x']);
  expect([groupName('api', ''), groupName('session', 'a\u001b')]).toEqual(['(no API)', 'a\\u{1b}']);
});

test('of two wide columns the widest is clipped first', () => {
  const wide = session('s', [
    cell('2026-02-01T01:30Z', 'm'.repeat(90), { consumer: 'c'.repeat(20), cost: 1n }),
  ]);
  const row = table(['consumer', 'model'], 80, [wide])
    .split('\n')
    .find((line) => line.startsWith('ccc'));
  expect(row).toMatch(/^c{20}  m{10,}…  /);
});

test.each([40, 48, 60])('grouped by five keys in %i columns, names are cut and no cost is', (width) => {
  const lines = table(['model', 'consumer', 'api', 'session', 'date'], width).split('\n');
  const costs = lines.flatMap((line) => /\$ *[\d.]+(?= |$|…)/.exec(line)?.[0].replace(/ +/, '') ?? []);
  const wide = table(['model', 'consumer', 'api', 'session', 'date'], 200).split('\n');
  expect(costs).toEqual(wide.flatMap((line) => /\$ *[\d.]+/.exec(line)?.[0].replace(/ +/, '') ?? []));
  expect(costs.length).toBeGreaterThan(3);
  for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
});
