import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { line, run, type Ran } from './run.ts';

let folder: string;
let log: string;
let store: string;
let prices: string;

const ROUND = { session_id: 's', model: 'gpt-4o', input_token: 1_000_000, output_token: 0 };

beforeEach(() => {
  folder = makeFolder();
  log = join(folder, 'access.log');
  store = join(folder, 'sessions');
  prices = join(folder, 'prices.json');
  writeFileSync(
    prices,
    JSON.stringify({
      models: [{ match: 'gpt-4o', input: 2 }],
      rates: { CNY: [{ from: '2026-01-01', per_usd: 7 }] },
    }),
  );
});

const parse = async (time: string, ...more: string[]): Promise<Ran> => {
  appendFileSync(log, line(time, ROUND));
  return await run(['parse', '--log-path', log, '--data-dir', store, '--quiet', ...more]);
};

/** The currency that the report is in, and its cost in it. */
const report = async (...more: string[]): Promise<unknown[]> => {
  const { code, out, err } = await run(['stats-model', '--json', '--data-dir', store, ...more]);
  const { total } = JSON.parse(out) as { total: Record<string, unknown> };
  return [code, err, total['currency'] ?? null, total['cost'] ?? null, total['costs']];
};

test("--currency is the store's default, until parse --currency none ends it", async () => {
  const done = { code: 0, out: '', err: '' };
  expect(await parse('2026-02-01T12:00:00Z', '--prices', prices, '--currency', 'cny')).toEqual(done);
  expect(await report()).toEqual([0, '', 'CNY', 14, { USD: 2 }]);
  expect(await report('--currency', 'none')).toEqual([0, '', null, null, { USD: 2 }]);

  expect(await parse('2026-02-01T13:00:00Z', '--currency', 'none')).toEqual(done);
  expect(await report()).toEqual([0, '', null, null, { USD: 4 }]);
  expect(await parse('2026-02-01T14:00:00Z')).toEqual(done);
  expect(await report('--currency', 'CNY')).toEqual([0, '', 'CNY', 42, { USD: 6 }]);
});

test('a budget in no currency is a mistake', async () => {
  await parse('2026-02-01T12:00:00Z', '--prices', prices, '--currency', 'CNY');
  const check = await run(['check', '--budget', '5', '--currency', 'none', '--data-dir', store]);
  expect(check).toEqual({
    code: 2,
    out: '',
    err: 'monitor: --budget needs a currency: add one, such as --currency CNY\n',
  });
});
