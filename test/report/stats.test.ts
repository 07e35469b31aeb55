import { expect, test } from 'vitest';
import { ALL_TIME, periodOf } from '../../src/report/period.ts';
import { dateTable, modelTable, statsByDate, statsByModel } from '../../src/report/stats.ts';
import { widthOf } from '../../src/report/terminal.ts';
import { cell, screen, session, usd } from './make.ts';
import { SESSIONS, shanghai } from './two-sessions.ts';

function models(width: number): string {
  return modelTable(statsByModel(SESSIONS, ALL_TIME), ALL_TIME, screen(width), '');
}

function dates(width: number): string {
  const period = periodOf({ days: 7 }, shanghai, Date.parse('2026-02-03T00:00Z'));
  return dateTable(statsByDate(SESSIONS, period, shanghai), period, screen(width), '');
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
  const stats = statsByModel(
    [session('s', [cell('2026-02-01T01:30Z', 'm', { input: 15_230, cost: 1n })])],
    ALL_TIME,
  );
  expect(modelTable(stats, ALL_TIME, screen(40), '')).toMatchInlineSnapshot(`
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
  const none = statsByModel([], ALL_TIME);
  expect(modelTable(none, ALL_TIME, screen(40), 'no sessions yet\nread a log first')).toMatchInlineSnapshot(`
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
    cell('2026-02-01T01:30Z', '👩‍👩‍👧'.repeat(20), { cost: 1n }),
  ]);
  const both = [hostile, ...SESSIONS];
  const text =
    modelTable(statsByModel(both, ALL_TIME), ALL_TIME, screen(width), '') +
    dateTable(statsByDate(both, ALL_TIME, shanghai), ALL_TIME, screen(width), '');
  expect(text.split('\n').filter((line) => widthOf(line) > width)).toEqual([]);
  expect(text).not.toMatch(/\u001b/);
});
