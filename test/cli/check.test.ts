import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { line, makeStore, run, type Ran } from './run.ts';

let dir: string;
let store: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'check-'));
  const round = (consumer: string, rest = {}) => ({
    session_id: 's',
    model: 'test-a',
    input_token: 1_000_000,
    consumer,
    ...rest,
  });
  store = await makeStore(dir, [
    line('2026-01-31T15:00:00Z', round('ann')),
    line('2026-02-02T15:59:00Z', round('ann')),
    line('2026-02-02T16:00:00Z', round('ann')),
    line('2026-02-02T16:00:00Z', round('bob', { model: 'no-such-model' })),
  ]);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** It is noon of 3 February in Shanghai. */
const check = (...argv: string[]): Promise<Ran> => run(['check', '--data-dir', store, ...argv]);

test.each([
  ['day', '1', 'within budget: $1.0000 of $1 (100%) on 2026-02-03'],
  ['week', '2', 'within budget: $2.0000 of $2 (100%) in the week of 2026-02-02'],
  ['month', '2', 'within budget: $2.0000 of $2 (100%) in 2026-02'],
  ['total', '3', 'within budget: $3.0000 of $3 (100%) in total'],
])('--per %s counts the rounds of the current one, in the time zone', async (per, usd, begins) => {
  const zone = per === 'total' ? '' : ' (Asia/Shanghai)';
  const unpriced = '; excluding 1 unpriced round (no-such-model, 1M tokens)\n';
  expect(await check('--budget-usd', usd, '--per', per)).toEqual({
    code: 0,
    out: begins + zone + unpriced,
    err: '',
  });
  const over = await check('--budget-usd', `${Number(usd) - 1}.99`, '--per', per);
  expect([over.code, over.err]).toEqual([1, '']);
  expect(over.out).toMatch(/^over budget: [^\n]*\n$/);
});

test('--quiet is silent while the budget holds', async () => {
  expect(await check('--budget-usd', '9', '--quiet')).toEqual({ code: 0, out: '', err: '' });
  expect(await check('--budget-usd', '1', '--quiet')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^over budget/),
  });
});

test('--consumer and --model, in any case; --strict; --budget-tokens; another zone', async () => {
  expect((await check('--budget-usd', '0', '--consumer', 'BOB')).code).toBe(0);
  expect((await check('--budget-usd', '0', '--consumer', 'BOB', '--strict')).code).toBe(1);
  expect((await check('--budget-usd', '2', '--consumer', 'ann', '--strict')).code).toBe(0);
  expect((await check('--budget-usd', '0', '--model', 'test-A')).code).toBe(1);
  expect((await check('--budget-tokens', '3000000')).code).toBe(0);
  expect((await check('--budget-tokens', '2999999')).code).toBe(1);
  expect((await check('--budget-usd', '9', '--per', 'day', '--timezone', 'UTC')).out).toContain(
    '$0.0000 of $9 (0%) on 2026-02-03 (UTC)',
  );
});

test('a name that no round has is wrong usage: such a budget would hold for ever', async () => {
  const line =
    'not checked: $0.0000 of $1 (0%) for bo in 2026-02 (Asia/Shanghai); no round in the store has these names\n';
  const err = "monitor: no consumer 'bo' in the store. Did you mean 'bob'?\n";
  expect(await check('--budget-usd', '1', '--consumer', 'bo')).toEqual({ code: 2, out: line, err });
  expect(await check('--budget-usd', '1', '--consumer', 'bo', '--quiet')).toEqual({
    code: 2,
    out: line,
    err,
  });
  const { code, out } = await check('--budget-usd', '1', '--model', 'test-b', '--json');
  expect([code, JSON.parse(out)]).toMatchObject([2, { ok: false, model: 'test-b', rounds: 0 }]);
});

test('names that are there, but not in the period or not together, are no wrong usage', async () => {
  const later = { now: Date.parse('2026-03-03T04:00:00Z') };
  const bob = ['check', '--data-dir', store, '--budget-usd', '1', '--consumer', 'bob'];
  expect(await run(bob, later)).toEqual({
    code: 0,
    out: 'within budget: $0.0000 of $1 (0%) for bob in 2026-03 (Asia/Shanghai)\n',
    err: "monitor: no rounds of consumer 'bob' in this period; the last was on 2026-02-03\n",
  });
  expect(await run([...bob, '--quiet'], later)).toEqual({ code: 0, out: '', err: '' });
  expect(await check('--budget-usd', '1', '--consumer', 'bob', '--model', 'test-a')).toEqual({
    code: 0,
    out: 'within budget: $0.0000 of $1 (0%) for test-a by bob in 2026-02 (Asia/Shanghai); no round in the store has these names\n',
    err: '',
  });
});

test('--json, with the same exit code', async () => {
  const { code, out } = await check('--budget-usd', '0.1', '--per', 'day', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ ok: false, spent_usd: 1, budget_usd: 0.1, percent_usd: 1000 });
});

test.each([
  [
    [],
    'monitor: check needs a budget: --budget-usd 50, --budget 300 --currency CNY, --budget-tokens 1000000, or --budgets <file>\n',
  ],
  [['--budget-usd', '-5'], 'It must be an amount in USD, such as 50 or 0.25.'],
  [['--budget-usd', '5', '--per', 'year'], 'Allowed choices are day, week, month, total.'],
])('%j is wrong usage', async (argv, message) => {
  const { code, out, err } = await check(...argv);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(message);
});
