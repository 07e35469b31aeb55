import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { line, makeStore, run, type Ran } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'budgets-'));
const file = join(folder, 'budgets.json');
let store: string;

afterAll(() => rmSync(folder, { recursive: true }));

/** A million input tokens of test-a cost 1 USD. It is noon of 3 February in Shanghai. */
beforeAll(async () => {
  const round = (at: string, consumer: string, millions: number, rest = {}): string =>
    line(at, { session_id: 's', model: 'test-a', consumer, input_token: millions * 1_000_000, ...rest });
  store = await makeStore(folder, [
    // Seven days before today: ann spends 1 USD on each, bob nothing.
    ...[27, 28, 29, 30, 31, 32, 33].map((day) =>
      round(new Date(Date.UTC(2026, 0, day, 4)).toISOString(), 'ann', 1),
    ),
    round('2026-02-03T02:00:00Z', 'ann', 4),
    round('2026-02-03T02:00:00Z', 'bob', 9),
    round('2026-02-03T02:00:00Z', 'eve', 1, { model: 'no-such-model' }),
  ]);
});

async function check(budgets: readonly object[], ...argv: string[]): Promise<Ran> {
  writeFileSync(file, JSON.stringify({ budgets }));
  return run(['check', '--data-dir', store, '--budgets', file, ...argv]);
}

const DAY = ' on 2026-02-03 (Asia/Shanghai)';
const all = { name: 'all', per: 'day', usd: 13 };
const near = { name: 'ann', per: 'day', usd: 5, warn_percent: 80, consumer: 'ann' };
const over = { name: 'bob', per: 'day', usd: '8.5', consumer: 'bob' };
const unknown = { name: 'zoe', per: 'day', usd: 1, consumer: 'zoe' };

test('one line each, and the worst exit code', async () => {
  const [within, nearly, exceeded] = [
    `all: within budget: $13.0000 of $13 (100%)${DAY}; excluding 1 unpriced round (no-such-model, 1M tokens)\n`,
    `ann: near budget: $4.0000 of $5 (80%) for ann${DAY}\n`,
    `bob: over budget: $9.0000 of $8.5 (105.8%) for bob${DAY}\n`,
  ];
  expect(await check([all])).toEqual({ code: 0, out: within, err: '' });
  expect(await check([all, near])).toEqual({ code: 3, out: within + nearly, err: '' });
  expect(await check([all, near], '--quiet')).toEqual({ code: 3, out: nearly, err: '' });
  expect(await check([over, all, near], '--quiet')).toEqual({ code: 1, out: exceeded + nearly, err: '' });
  const misspelled = await check([all, near, unknown], '--quiet');
  expect(misspelled.code).toBe(2);
  expect(misspelled.out).toContain('zoe: not checked: ');
  expect(misspelled.err).toContain("no consumer 'zoe' in the store");
  expect((await check([unknown, over])).code).toBe(1);
});

test('a warning begins with the percentage, not before, and not at zero', async () => {
  expect((await check([{ ...near, warn_percent: 80.1 }])).code).toBe(0);
  expect((await check([{ name: 'n', per: 'day', usd: 0, warn_percent: 50, consumer: 'eve' }])).code).toBe(0);
  expect((await check([{ name: 't', per: 'day', tokens: 5_000_000, warn_percent: 80, consumer: 'ann' }])).code).toBe(3); // prettier-ignore
  expect((await check([{ ...near, usd: 4, warn_percent: 100 }])).code).toBe(3);
  expect((await check([{ ...near, usd: '3.999999' }])).code).toBe(1);
});

test('a budget for each value: those that are not kept by name, the others in one line', async () => {
  const each = { name: 'each', per: 'day', usd: 8, each: 'consumer' };
  expect(await check([each])).toEqual({
    code: 1,
    out: `each: over budget: $9.0000 of $8 (112.5%) for bob${DAY}\neach: within budget: 2 of 3 values of consumer\n`,
    err: '',
  });
  const json = JSON.parse((await check([each], '--json')).out);
  expect(json).toMatchObject({ version: 1, ok: false });
  expect(
    json.budgets.map(({ each: key, value, state, spent }: Record<string, unknown>) => [
      key,
      value,
      state,
      spent,
    ]),
  ).toEqual([
    // prettier-ignore
    ['consumer', 'bob', 'over', 9],
    ['consumer', 'ann', 'within', 4],
    ['consumer', 'eve', 'within', null],
  ]);
  expect((await check([{ ...each, strict: true, usd: 99 }])).code).toBe(1);
});

test('a spike is a day that cost several times the average of the 7 days before', async () => {
  const spike = { name: 'spike', per: 'day', usd: 2, spike: 3, each: 'consumer' };
  expect(await check([spike], '--quiet')).toEqual({
    code: 1,
    out:
      `spike: spike: $9.0000 for bob${DAY}, nothing in the 7 days before\n` +
      `spike: spike: $4.0000 for ann${DAY}, 4 times the daily average of the 7 days before ($1.0000)\n`,
    err: '',
  });
  const ann = { ...spike, each: undefined, consumer: 'ann' };
  expect((await check([{ ...ann, spike: 4 }])).code).toBe(0);
  expect((await check([{ ...ann, spike: 3.999 }])).code).toBe(1);
  // Below the amount no day is of interest.
  expect((await check([{ ...ann, usd: 4 }])).code).toBe(0);
  expect((await check([{ ...ann, usd: '3.99' }])).code).toBe(1);
});

test('what is wrong in the file is said, all of it', async () => {
  const ran = await check([
    { name: 'a', usd: -1 },
    { name: 'b', amount: 5 },
    { name: 'c' },
    { name: 'd', usd: 1, spike: 2 },
    { name: 'e', usd: 1, colour: 'red' },
  ]);
  expect(ran).toEqual({
    code: 2,
    out: '',
    err: [
      `monitor: ${file} is not a file of budgets:`,
      '  budgets[0] (a) usd: expected an amount, such as 50 or "0.25"',
      '  budgets[1] (b): amount and currency belong together',
      '  budgets[2] (c): it needs usd, amount with currency, or tokens',
      '  budgets[3] (d): spike compares days: it needs "per": "day"',
      '  budgets[4] (e): unknown field "colour"',
      '',
    ].join('\n'),
  });
  expect((await check([all, all])).err).toBe(`monitor: ${file} is not a file of budgets:\n  two budgets are named "all"\n`); // prettier-ignore
  const dimension = await check([{ ...all, where: ['department=x'] }]);
  expect(dimension.code).toBe(2);
  expect(dimension.err).toContain(`budget "all" of ${file}: `);
  expect((await check([{ ...all, where: ['nonsense'] }])).code).toBe(2);
  expect((await run(['check', '--data-dir', store, '--budgets', `${file}.gone`])).code).toBe(74);
  expect((await check([all], '--per', 'day')).err).toContain("option '--budgets <file>' cannot be used with option '--per <period>'"); // prettier-ignore
});
