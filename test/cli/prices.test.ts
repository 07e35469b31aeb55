import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { line, makeStore, run } from './run.ts';

let folder: string;
let store: string;
let prices: string;

const ai = (model: string, rest: Record<string, unknown> = {}) => ({
  input_token: 1000,
  model,
  output_token: 100,
  session_id: 's',
  ...rest,
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'monitor-'));
  store = await makeStore(folder, [
    line('2026-02-01T00:00:00Z', ai('house-model')),
    line('2026-02-01T00:00:01Z', ai('house-model')),
    line('2026-02-01T00:00:02Z', ai('other-model')),
    line('2026-02-01T00:00:03Z', ai('gpt-4o')),
    line('2026-02-01T00:00:04Z', ai('qwen3-max')),
  ]);
  prices = join(folder, 'prices.json');
  const models = [{ match: 'house-*', input: 2, output: 5, source: 'our contract' }];
  writeFileSync(prices, JSON.stringify({ models }));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Listed {
  version: number;
  unpriced: Record<string, unknown>[];
  prices: Record<string, unknown>[];
  built_in: { title: string; count: number; old: number; undated: number; oldest: string }[];
}

const listed = async (...args: string[]): Promise<Listed> =>
  JSON.parse((await run(['prices', '--json', '--data-dir', store, ...args])).out) as Listed;

const shown = async (): Promise<{
  cost_usd: number;
  unpriced_rounds: number;
  rounds: Record<string, unknown>[];
}> => JSON.parse((await run(['show', 's', '--json', '--data-dir', store])).out);

describe('prices', () => {
  test('names what is unpriced first, the most tokens first, and whether a price is known by now', async () => {
    const { unpriced } = await listed('--prices', prices);
    expect(unpriced).toEqual([
      {
        model: 'house-model',
        rounds: 2,
        input_tokens: 2000,
        output_tokens: 200,
        known_now: 'prices.json house-* (our contract)',
      },
      { model: 'other-model', rounds: 1, input_tokens: 1000, output_tokens: 100, known_now: null },
    ]);
  });

  test('then the book: the rates in force, since when, what they cost', async () => {
    const { version, prices: entries } = await listed();
    expect(version).toBe(1);
    expect(
      entries.map(({ model, entry, latest, rounds, cost_usd }) => [model, entry, latest, rounds, cost_usd]),
    ).toEqual([
      ['gpt-4o', 1, true, 1, 0.0035],
      ['qwen3-max', 2, true, 1, 0.0018],
    ]);
    expect(entries[1]).toMatchObject({
      since: null,
      in_force: { free: false, input: 1.2, output: 6, cache_read: 0.24, cache_write: 1.5, requests: null },
      source: expect.stringMatching(
        /^shipped qwen3-max \(Alibaba Cloud Model Studio, .*, seen 2026-11-25\)$/,
      ),
    });
  });

  test.each([30, 45, 60, 80, 120])('as a table fits %s columns', async (columns) => {
    const { out } = await run(['prices', '--data-dir', store], { columns });
    const lines = out.split('\n');
    expect(Math.max(...lines.map((text) => text.length))).toBeLessThanOrEqual(columns);
    expect(out).toContain('Unpriced: 3 rounds of 2 models');
    expect(out.indexOf('house-model')).toBeLessThan(out.indexOf('gpt-4o'));
  });

  test('of a store without rounds: the same shape, and words', async () => {
    rmSync(folder, { recursive: true });
    store = await makeStore(mkdtempSync(folder), ['{"ai_log":"-"}\n']);
    const { built_in: _, ...rest } = await listed();
    expect(rest).toEqual({
      version: 1,
      price_file: expect.objectContaining({ on_disk: 'same' }),
      unpriced: [],
      prices: [],
    });
    expect((await run(['prices', '--data-dir', store])).out).toContain('No prices yet');
    folder = join(store, '..');
  });

  test('says when the built-in prices were last checked more than 60 days ago, and only then', async () => {
    const at = async (time: string) => {
      const now = Date.parse(time);
      const { out } = await run(['prices', '--data-dir', store], { now, columns: 300 });
      const json = await run(['prices', '--json', '--data-dir', store], { now });
      const [shipped, library] = (JSON.parse(json.out) as Listed).built_in;
      return { text: out.replace(/\s+/g, ' '), shipped: shipped!, library: library! };
    };
    const fresh = await at('2026-09-24T00:00:00Z');
    expect(fresh.text).not.toContain('last checked');
    expect([fresh.shipped.old, fresh.library.old]).toEqual([0, 0]);

    const stale = await at('2027-02-01T00:00:00Z');
    expect(stale.library).toEqual({
      title: 'genai-prices 0.1.8',
      count: 1,
      old: 1,
      undated: 0,
      oldest: '2026-09-23',
    });
    expect(stale.shipped).toMatchObject({ title: 'shipped prices', undated: 0 });
    expect(stale.shipped.old).toBe(stale.shipped.count);
    expect(stale.text).toContain(
      'Built-in prices that were last checked more than 60 days ago: ' +
        `${stale.shipped.old} of ${stale.shipped.count} shipped prices, the oldest on ${stale.shipped.oldest}; ` +
        'genai-prices 0.1.8, on 2026-09-23.',
    );
    expect(stale.text).toContain('Update monitor, or override them with a price file (--prices)');
  });

  test('without a store is 74', async () => {
    expect((await run(['prices', '--data-dir', join(folder, 'none')])).code).toBe(74);
  });
});

describe('prices <model>', () => {
  test('tells the steps, with the user’s file first; it needs no store', async () => {
    const none = join(folder, 'none');
    const { code, out } = await run(['prices', 'x/House-Model', '--prices', prices, '--data-dir', none]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'x/House-Model',
        '  1. price file prices.json: x/House-Model',
        '     ✗ no entry matches',
        '  2. shipped prices: x/House-Model',
        '     ✗ no entry matches',
        '  3. library: x/House-Model',
        '     ✗ not known',
        '  4. library, provider x: House-Model',
        '     ✗ not known',
        '  5. price file prices.json: House-Model',
        '     ✓ prices.json house-* (our contract)',
        '',
        'Price (USD per 1M tokens):',
        '  $2 input, $5 output (in force now)',
        '',
      ].join('\n'),
    );
  });

  test('many sources stand behind the price, one of each date in a paragraph', async () => {
    const { out } = await run(['prices', 'deepseek-chat', '--data-dir', join(folder, 'none')]);
    expect(out).toMatch(
      /^deepseek-chat\n {2}1\. shipped prices: deepseek-chat\n {5}✓ shipped deepseek-chat\n\nPrice \(USD per 1M tokens\):\n/,
    );
    const [, sources = ''] = out.split('\n\nSources:\n');
    expect(sources.match(/^ {2}DeepSeek V3 after its first price: /gm)).toHaveLength(1);
    expect(sources.trimEnd()).toMatch(/seen\s+2026-11-30$/);
  });

  test('says what of it is in the store', async () => {
    const { out } = await run(['prices', 'house-model', '--data-dir', store]);
    expect(out).toContain('No price list knows this model, so it is unpriced.');
    expect(out).toMatch(/In this store:\n {2}unpriced {2}2 rounds, 2,200 tokens\n$/);
    expect((await run(['prices', 'gpt-4o', '--data-dir', store])).out).toMatch(
      /In this store:\n {2}entry 1 {2}1 round, 1,100 tokens\n$/,
    );
  });

  test('--json', async () => {
    const { out } = await run(['prices', 'gpt-4o-clone', '--json', '--data-dir', store]);
    expect(JSON.parse(out)).toEqual({
      version: 1,
      model: 'gpt-4o-clone',
      steps: [
        { tried: 'price file prices.json: gpt-4o-clone', found: false, answer: 'no entry matches' },
        { tried: 'shipped prices: gpt-4o-clone', found: false, answer: 'no entry matches' },
        {
          tried: 'library: gpt-4o-clone',
          found: false,
          answer: expect.stringMatching(/is another model|not known/),
        },
      ],
      source: null,
      in_force: null,
      since: null,
      schedule: [],
      priced_rounds: 0,
      unpriced_rounds: 0,
    });
  });

  test('hostile names are made safe', async () => {
    const { out } = await run(['prices', 'x\u001b[31my\u202e', '--data-dir', store]);
    expect(out).not.toMatch(/\u001b|\u202e/);
  });
});

describe('prices --refresh', () => {
  test('prices history: in the rounds, in the sums, in every report', async () => {
    expect(await shown()).toMatchObject({ cost_usd: 0.0053, unpriced_rounds: 3, costs: { USD: 0.0053 } });
    const { code, out, err } = await run(['prices', '--refresh', '--prices', prices, '--data-dir', store]);
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(
        /^monitor: \/.*\/prices\.json: has changed since .*Z: new rounds take its new prices, and this refresh gives them to stored rounds\n$/,
      ),
    ]);
    expect(out).toBe(
      'The prices of 4 models were looked up again for 5 rounds: prices changed in 1 session.\n' +
        'Before: $0.0053 + 3 unpriced\nNow:    $0.0103 + 1 unpriced\n',
    );
    const { cost_usd, unpriced_rounds, rounds } = await shown();
    expect([cost_usd, unpriced_rounds]).toEqual([0.0103, 1]);
    expect(rounds.map((one) => [one['price_state'], one['cost_usd']])).toEqual([
      ['priced', 0.0025],
      ['priced', 0.0025],
      ['unpriced', null],
      ['priced', 0.0035],
      ['priced', 0.0018],
    ]);
    const model = JSON.parse((await run(['stats-model', '--json', '--data-dir', store])).out) as Listed & {
      total: Record<string, unknown>;
    };
    expect(model.total).toMatchObject({ cost_usd: 0.0103, unpriced_rounds: 1, costs: { USD: 0.0103 } });
    const text = (await run(['show', 's', '--round', '1', '--data-dir', store])).out;
    expect(text).toContain('Cost: $0.002500');
    expect(text).toContain('$0.010300 USD + 1 unpriced round (other-model, 1.1k tokens)');
    expect((await listed()).unpriced.map((one) => one['model'])).toEqual(['other-model']);
  });

  test('rounds that were pruned keep their prices, and are not counted', async () => {
    const dir = await makeStore(join(folder, 'pruned'), [
      line('2025-10-01T00:00:00Z', ai('house-model')),
      line('2025-10-01T00:00:01Z', ai('house-model')),
      line('2026-02-01T00:00:00Z', ai('house-model', { session_id: 't' })),
    ]);
    await run(['prune', '--older-than', '90d', '--data-dir', dir]);
    const { out } = await run(['prices', '--refresh', '--prices', prices, '--data-dir', dir]);
    expect(out).toBe(
      'The prices of 1 model were looked up again for 1 round: prices changed in 1 session.\n' +
        'Before: 3 unpriced\nNow:    $0.0025 + 2 unpriced\n',
    );
  });

  test('no cost is not zero', async () => {
    const dir = await makeStore(join(folder, 'unknown'), [line('2026-02-01T00:00:00Z', ai('no-such-model'))]);
    const { out } = await run(['prices', '--refresh', '--json', '--prices', prices, '--data-dir', dir]);
    const sum = { cost_usd: null, unpriced_rounds: 1, costs: {} };
    expect(JSON.parse(out)).toMatchObject({ changed_sessions: 0, before: sum, after: sum });
  });

  test('again: nothing changed', async () => {
    await run(['prices', '--refresh', '--prices', prices, '--data-dir', store]);
    const { out } = await run(['prices', '--refresh', '--json', '--prices', prices, '--data-dir', store]);
    const sum = { cost_usd: 0.0103, unpriced_rounds: 1, costs: { USD: 0.0103 } };
    expect(JSON.parse(out)).toEqual({
      version: 1,
      dry_run: false,
      models: 4,
      rounds: 5,
      changed_sessions: 0,
      changed_rounds: 0,
      repriced_rounds: 0,
      same_cost_rounds: 0,
      before: sum,
      after: sum,
      changes: [],
    });
  });

  test('a price file that is wrong makes no store, and so fixes no filter', async () => {
    const dir = join(folder, 'none');
    const wrong = join(folder, 'wrong.json');
    writeFileSync(wrong, '{"models":[{"match":"x","input":-1}]}');
    const argv = ['parse', '--log-path', join(folder, 'access.log'), '--output-dir', dir];
    expect((await run([...argv, '--session-key', 'zzz', '--prices', wrong])).code).toBe(2);
    expect(existsSync(join(dir, '.store.json'))).toBe(false);
    expect((await run(argv)).out).toContain('5 rounds');
  });

  test.each([
    [['--refresh', 'gpt-4o'], 2, '--refresh covers all models'],
    [['--prices', '/nowhere.json'], 74, 'Cannot read the price file /nowhere.json'],
    [['--refesh'], 2, "unknown option '--refesh'"],
  ])('%j is an error', async (args, code, message) => {
    const result = await run(['prices', ...args, '--data-dir', store]);
    expect([result.code, result.out]).toEqual([code, '']);
    expect(result.err).toContain(message);
  });
});
