import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { line, run, type Ran } from './run.ts';

let folder: string;
let log: string;
let store: string;
let prices: string;

const RATES = {
  CNY: [
    { from: '2026-01-01', per_usd: 7 },
    { from: '2026-02-01', per_usd: '8' },
  ],
};
const MODELS = [
  { match: 'house', input: 3, currency: 'CNY' },
  { match: 'gpt-4o', input: 1 },
];

beforeEach(() => {
  folder = makeFolder();
  log = join(folder, 'access.log');
  store = join(folder, 'sessions');
  prices = join(folder, 'contract.json');
  writeFileSync(prices, JSON.stringify({ models: MODELS, rates: RATES }));
});

/** A million input tokens. */
const round = (time: string, model: string): string =>
  line(time, {
    session_id: model,
    model,
    input_token: 1_000_000,
    output_token: 0,
    total_token: 1_000_000,
    cached_tokens: 0,
  });

const JANUARY = '2026-01-31T12:00:00Z';
const FEBRUARY = '2026-02-01T12:00:00Z';

const parse = async (text: string, ...more: string[]): Promise<Ran> => {
  appendFileSync(log, text);
  return await run(['parse', '--log-path', log, '--data-dir', store, '--quiet', ...more]);
};
const at = (...argv: string[]): Promise<Ran> => run([...argv, '--data-dir', store]);
const json = async (...argv: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await at(...argv, '--json')).out) as Record<string, unknown>;

/** $1 in January, $1 and ¥3 in February. */
const both = (...more: string[]): Promise<Ran> =>
  parse(
    round(JANUARY, 'gpt-4o') + round(FEBRUARY, 'gpt-4o') + round(FEBRUARY, 'house'),
    '--prices',
    prices,
    ...more,
  );

describe('costs in several currencies', () => {
  test('are never added: each has its sum, and cost_usd is USD alone', async () => {
    expect(await both()).toEqual({ code: 0, out: '', err: '' });
    const { out } = await at('stats-model');
    expect(out).toMatch(/^TOTAL .* \$2\.0000 \+ ¥3\.0000$/m);
    expect(out).toMatch(/^house .* ¥3\.0000$/m);
    expect((await json('stats-model'))['total']).toMatchObject({ cost_usd: 2, costs: { USD: 2, CNY: 3 } });
    const { rounds } = await json('show', 'house');
    expect(rounds).toMatchObject([{ cost_usd: null, cost: 3, currency: 'CNY', price_state: 'priced' }]);
    expect((await at('show', 'house')).out).toContain('Estimated Cost: ¥3.000000\n');
    const { out: csv } = await at('export', '-', '--format', 'csv', '--group-by', 'model');
    expect(csv).toContain('house,1,1,1000000,0,0,0,0,,0,,"{""CNY"":3}",');
  });

  test('by the rates of the price file are one sum, each by the rate of its day', async () => {
    await both();
    const { out, err } = await at('stats-model', '--currency', 'cny');
    expect(err).toBe('');
    expect(out).toMatch(/^gpt-4o .* ¥15\.0000$/m);
    expect(out).toMatch(/^TOTAL .* ¥18\.0000$/m);
    expect((await json('stats-date', '--currency', 'CNY', '--since', '2026-01-01'))['total']).toMatchObject({
      cost_usd: 2,
      costs: { USD: 2, CNY: 3 },
      currency: 'CNY',
      cost: 18,
      unconverted_costs: {},
    });
    expect((await json('stats-model', '--currency', 'USD'))['total']).toMatchObject({ cost: 2.375 });
    expect((await at('show', 'gpt-4o', '--currency', 'CNY', '--no-messages')).out).toContain(
      'Cost: ¥7.000000',
    );
    expect((await at('list', '--currency', 'CNY')).out).toMatch(/¥15\.0000/);
    const { out: ndjson } = await at('export', '-', '--format', 'ndjson', '--currency', 'CNY');
    expect(ndjson.match(/"currency":"CNY","cost":(?:7|8|3),/g)).toHaveLength(3);
  });

  test('without a rate nothing is converted, and that is said', async () => {
    await both();
    const { code, out, err } = await at('stats-model', '--currency', 'EUR');
    expect(code).toBe(0);
    expect(out).toMatch(/^TOTAL .* \$2\.0000 \+ ¥3\.0000$/m);
    expect(err).toBe(
      "monitor: $2.0000 + ¥3.0000 could not be converted to EUR: the store's price file has no rate for that time. " +
        'Add one under "rates" in the file, then run monitor parse --prices <file>\n',
    );
    expect((await json('stats-model', '--currency', 'EUR'))['total']).toMatchObject({
      cost: null,
      unconverted_costs: { CNY: 3, USD: 2 },
    });
  });

  test('the store has a currency of its own, where it was given one, until another is given', async () => {
    await both('--currency', 'CNY');
    expect((await at('stats-model')).out).toMatch(/^TOTAL .* ¥18\.0000$/m);
    expect((await at('stats-model', '--currency', 'none')).out).toMatch(/\$2\.0000 \+ ¥3\.0000$/m);
    expect(await parse('', '--currency', 'none')).toEqual({ code: 0, out: '', err: '' });
    expect((await at('stats-model')).out).toMatch(/\$2\.0000 \+ ¥3\.0000$/m);
  });

  test('rates are read from the store’s copy, which may be all there is', async () => {
    await both();
    rmSync(prices);
    expect((await at('stats-model', '--currency', 'CNY')).out).toMatch(/^TOTAL .* ¥18\.0000$/m);
  });

  test.each([
    [['--currency', 'yuan'], 'It must be a currency code'],
    [['--currency', ''], 'It must be a currency code'],
  ])('%j is wrong usage', async (argv, message) => {
    await both();
    const { code, err } = await at('stats-model', ...argv);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('a budget', () => {
  test('in a currency holds all that rates convert to it', async () => {
    await both();
    const check = (...argv: string[]): Promise<Ran> =>
      at('check', '--per', 'total', '--timezone', 'UTC', ...argv);
    expect(await check('--budget', '18', '--currency', 'CNY')).toEqual({
      code: 0,
      out: 'within budget: ¥18.0000 of ¥18 (100%) in total\n',
      err: '',
    });
    expect(await check('--budget', '17.99', '--currency', 'CNY')).toMatchObject({ code: 1 });
    // 3 CNY are 0.375 USD.
    expect(await check('--budget-usd', '2.375')).toMatchObject({ code: 0 });
    expect(await check('--budget-usd', '2.374')).toMatchObject({ code: 1 });
  });

  test('without a rate for a part of the cost cannot be told, unless the rest breaks it', async () => {
    writeFileSync(prices, JSON.stringify({ models: MODELS }));
    await both();
    const check = (...argv: string[]): Promise<Ran> => at('check', '--per', 'total', ...argv);
    for (const more of [[], ['--quiet'], ['--strict']])
      expect(await check('--budget-usd', '5', ...more)).toEqual({
        code: 2,
        out: 'cost unknown: $2.0000 of $5 (40%) in total; excluding ¥3.0000\n',
        err: expect.stringMatching(/^monitor: ¥3\.0000 could not be converted to USD: .*\n$/),
      });
    expect(await check('--budget', '1', '--currency', 'CNY')).toMatchObject({
      code: 1,
      out: 'over budget: ¥3.0000 of ¥1 (300%) in total; excluding $2.0000\n',
    });
    // A budget of tokens has nothing to do with currencies.
    expect(await check('--budget-tokens', '100000000')).toMatchObject({ code: 0 });
    expect(JSON.parse((await check('--budget-usd', '5', '--json')).out)).toMatchObject({
      spent: 2,
      spent_usd: 2,
      costs: { CNY: 3 },
    });
  });

  test('--budget needs a currency, and is the only amount', async () => {
    await both();
    expect(await at('check', '--budget', '5')).toMatchObject({ code: 2 });
    expect(await at('check', '--budget', '5', '--budget-usd', '5', '--currency', 'CNY')).toMatchObject({
      code: 2,
    });
  });
});

describe('the mainland’s prices', () => {
  test('are the store’s once they were asked for, in CNY; stored rounds keep theirs', async () => {
    const deepseek = (time: string): string => round(time, 'deepseek-chat');
    await parse(deepseek(JANUARY));
    const before = await json('stats-model');
    const { code, err } = await parse(deepseek(FEBRUARY), '--price-list', 'cn');
    expect([code, err]).toEqual([
      0,
      "monitor: --price-list cn: now this store's list of built-in prices: new rounds take its prices, stored rounds keep theirs until monitor prices --refresh\n",
    ]);
    const { rounds } = await json('show', 'deepseek-chat');
    expect(rounds).toMatchObject([{ currency: 'USD' }, { currency: 'CNY', cost: 2 }]);
    expect((await json('stats-model'))['total']).toMatchObject({
      cost_usd: (before['total'] as { cost_usd: number }).cost_usd,
      costs: { CNY: 2 },
    });
    expect(await parse(deepseek(FEBRUARY))).toEqual({ code: 0, out: '', err: '' });
    expect((await json('stats-model'))['total']).toMatchObject({ costs: { CNY: 4 } });
    const { pricing } = JSON.parse(readFileSync(join(store, '.store.json'), 'utf8')) as { pricing: object };
    expect(pricing).toEqual({ file: null, list: 'cn', currency: null });
  });

  test('a refresh goes by the store’s list', async () => {
    await parse(round(JANUARY, 'deepseek-chat'));
    await parse('', '--price-list', 'cn');
    expect((await at('prices', '--refresh', '--yes')).code).toBe(0);
    expect((await json('stats-model'))['total']).toMatchObject({ cost_usd: null, costs: { CNY: 2 } });
  });
});
