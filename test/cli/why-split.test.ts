import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exactUsd } from '../../src/pricing/money.ts';
import { fc } from '../fast-check.ts';
import { makeFolder } from '../platform/make.ts';
import { answered } from './outcome-store.ts';
import { line, run } from './run.ts';

/** Every part has a rate of its own; above 3,000 tokens everything costs 7 times as much, and reasoning makes output dearer. */
const RATES = { input: 2, output: 3, cache_read: 5, cache_write: 11 };
const ABOVE = 3000;
const MODELS = [
  { match: 'plain', ...RATES },
  {
    match: 'tiered',
    ...RATES,
    tiers: [{ above: ABOVE, input: 14, output: 21, cache_read: 35, cache_write: 77 }],
  },
  { match: 'thinks', ...RATES, output_reasoning: 13 },
  { match: 'fees', ...RATES, requests: 1 },
  { match: 'free', free: true },
];

const RATES_OF_DAY = { CNY: [{ from: '2026-01-01', per_usd: 7.1 }] };

interface Round {
  session: string;
  model: string;
  minute: number;
  input: number;
  cached: number;
  write: number;
  output: number;
  reasoning: number;
}

const round: fc.Arbitrary<Round> = fc
  .record({
    session: fc.constantFrom('a', 'b'),
    model: fc.constantFrom(...MODELS.map(({ match }) => match), 'unpriced'),
    // Few minutes: rounds of one quarter of an hour share a cell.
    minute: fc.integer({ min: 0, max: 40 }),
    input: fc.integer({ min: 1, max: 4000 }),
    cached: fc.nat(100),
    write: fc.nat(100),
    output: fc.integer({ min: 1, max: 500 }),
    reasoning: fc.nat(100),
  })
  .map((one) => ({
    ...one,
    cached: Math.floor((one.input * one.cached) / 200),
    write: Math.floor((one.input * one.write) / 200),
    reasoning: Math.floor((one.output * one.reasoning) / 100),
  }));

type Split = Record<'input' | 'cache_read' | 'cache_write' | 'output' | 'reasoning' | 'fees', bigint>;

function expected(rounds: readonly Round[]): Split {
  const sum: Split = { input: 0n, cache_read: 0n, cache_write: 0n, output: 0n, reasoning: 0n, fees: 0n };
  for (const { model, input, cached, write, output, reasoning } of rounds) {
    if (model === 'free' || model === 'unpriced') continue;
    const times = model === 'tiered' && input > ABOVE ? 7 : 1;
    const out = model === 'thinks' && reasoning > 0 ? 13 : 3 * times;
    const add = (part: keyof Split, micros: number): void => void (sum[part] += BigInt(micros) * 10n ** 12n);
    add('input', (input - cached - write) * 2 * times);
    add('cache_read', cached * 5 * times);
    add('cache_write', write * 11 * times);
    add('output', (output - reasoning) * out);
    add('reasoning', reasoning * out);
    if (model === 'fees') sum.fees += 10n ** 15n;
  }
  return sum;
}

function logLine(one: Round, n: number): string {
  return line(new Date(Date.UTC(2026, 1, 1) + one.minute * 60_000 + n).toISOString(), {
    session_id: one.session,
    model: one.model,
    messages: [{ role: 'user', content: `go ${n}` }],
    input_token: one.input,
    output_token: one.output,
    total_token: one.input + one.output,
    input_token_details: { cached_tokens: one.cached, cache_write_tokens: one.write },
    output_token_details: { reasoning_tokens: one.reasoning },
  });
}

async function storeOf(rounds: readonly Round[]): Promise<string> {
  const folder = makeFolder();
  const [log, prices, store] = ['access.log', 'prices.json', 'store'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(log, rounds.map(logLine).join(''));
  writeFileSync(prices, JSON.stringify({ models: MODELS, rates: RATES_OF_DAY }));
  await answered('parse', '--log-path', log, '--output-dir', store, '--prices', prices);
  return store;
}

/** The amounts of a document, as they are written: they have all their digits. */
function splitIn(json: string): Record<string, string> {
  const text = /"cost_split":\{"USD":\{([^}]*)\}/.exec(json)?.[1] ?? '';
  return Object.fromEntries(
    [...text.matchAll(/"(\w+)":([^,]+)/g)].map(([, name = '', amount = '']) => [name, amount]),
  );
}

function written(split: Split): Record<string, string> {
  const total = Object.values(split).reduce((sum, part) => sum + part, 0n);
  if (total === 0n) return {};
  return Object.fromEntries(
    Object.entries({ ...split, unsplit: 0n, total }).map(([name, amount]) => [name, exactUsd(amount)]),
  );
}

test('the split of a session, of a filter and of rounds is what each token costs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 14 }), async (rounds) => {
      const store = await storeOf(rounds);
      const all = await answered('why', '--json', '--data-dir', store);
      expect(splitIn(all)).toEqual(written(expected(rounds)));
      expect(JSON.parse(all)).toMatchObject({ unsplit_rounds: 0 });
      for (const id of new Set(rounds.map(({ session }) => session))) {
        const own = rounds.filter(({ session }) => session === id);
        expect(splitIn(await answered('why', id, '--json', '--data-dir', store))).toEqual(
          written(expected(own)),
        );
      }
      for (const { match } of MODELS) {
        const own = rounds.filter(({ model }) => model === match);
        const found = await answered('why', '--model', match, '--json', '--data-dir', store);
        expect(splitIn(found)).toEqual(written(expected(own)));
      }
    }),
    { numRuns: 12 },
  );
});

const ONE: Round = {
  session: 'a',
  model: 'tiered',
  minute: 0,
  input: 2000,
  cached: 500,
  write: 0,
  output: 10,
  reasoning: 0,
};

test('what was pruned is split as far as its sum tells', async () => {
  // Together, the first two are above the tier, and it is not known whether one is. The third is in another cell.
  const store = await storeOf([ONE, ONE, { ...ONE, minute: 30 }]);
  await answered('prune', '--older-than', '1d', '--data-dir', store);
  const out = await answered('why', '--json', '--data-dir', store);
  const parts = written(expected([ONE]));
  const rest = expected([ONE, ONE]);
  const unsplit = rest.input + rest.cache_read + rest.output;
  expect(splitIn(out)).toEqual({
    ...parts,
    unsplit: exactUsd(unsplit),
    total: exactUsd((unsplit * 3n) / 2n),
  });
  expect(JSON.parse(out)).toMatchObject({ unsplit_rounds: 2 });
  const text = (await answered('why', '--data-dir', store)).replaceAll(/\s+/g, ' ');
  expect(text).toContain(
    'The cost of 2 rounds is not split: the rate depends on each round, and these were pruned or cannot be read.',
  );
});

test('the cost of a session that cannot be read is not split; the others are, and nothing counts twice', async () => {
  // Only the rounds of a tiered price have to be read.
  const store = await storeOf([ONE, { ...ONE, minute: 1 }, { ...ONE, session: 'b', input: 4001 }]);
  const whole = JSON.parse(await answered('why', '--json', '--data-dir', store));
  const file = join(store, 'a.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"input_tokens":2000', '"input_tokens":2001'));
  const { code, out, err } = await run(['why', '--json', '--data-dir', store]);
  const { input, cache_read, output } = expected([ONE]);
  expect([code, splitIn(out)]).toEqual([
    0,
    {
      ...written(expected([{ ...ONE, input: 4001 }])),
      unsplit: exactUsd(2n * (input + cache_read + output)),
      total: String(whole.cost_usd),
    },
  ]);
  const problem = 'is damaged: round 1 does not match its checksum';
  expect(JSON.parse(out)).toMatchObject({
    unsplit_rounds: 2,
    unreadable_sessions: [{ session_id: 'a', problem }],
  });
  expect(err.split('\n').map((text) => text.split('. ')[0])).toEqual([
    `monitor: the session file ${file} ${problem}`,
    '',
  ]);
  const compared = await run(['compare', 'a', 'b', '--json', '--data-dir', store]);
  expect([compared.code, compared.err, JSON.parse(compared.out).a.unsplit_rounds]).toEqual([0, err, 2]);
});

test('in another currency, the parts add up to the converted cost', async () => {
  const store = await storeOf([ONE, { ...ONE, session: 'b', input: 4001 }]);
  for (const argv of [['why'], ['why', 'b']]) {
    const out = await answered(...argv, '--currency', 'CNY', '--json', '--data-dir', store);
    const {
      cost,
      currency,
      cost_split: split,
    } = JSON.parse(out) as {
      cost: number;
      currency: string;
      cost_split: Record<string, Record<string, number>>;
    };
    expect(Object.keys(split)).toEqual(['CNY']);
    expect([currency, split['CNY']?.['total']]).toEqual(['CNY', cost]);
  }
  const out = await answered('why', 'b', '--currency', 'CNY', '--json', '--data-dir', store);
  expect(JSON.parse(out)).toMatchObject({
    // 3,501 × 14, 500 × 35 and 10 × 21 millionths of a USD.
    cost_split: { CNY: { input: 0.3479994, cache_read: 0.12425, output: 0.001491, total: 0.4737404 } },
  });
});
