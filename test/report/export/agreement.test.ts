import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc } from '../../fast-check.ts';
import { afterAll, expect, test } from 'vitest';
import { localTimeIn } from '../../../src/query/time-zone.ts';
import { GROUP_KEYS, KEY_FIELDS, type GroupKey } from '../../../src/query/group-keys.ts';
import { groupBy } from '../../../src/query/grouping.ts';
import { periodOf, bucketsOf } from '../../../src/report/period.ts';
import { readSnapshot } from '../../../src/store/read.ts';
import { line, run } from '../../cli/run.ts';
import { atto, readExactJson, readRecords } from './make.ts';

// Statistics by anything, and every export, add up to the same attodollar.

const dir = mkdtempSync(join(tmpdir(), 'agreement-'));
afterAll(() => rmSync(dir, { recursive: true }));

const prices = join(dir, 'prices.json');
writeFileSync(
  prices,
  JSON.stringify({
    models: [
      {
        match: 'tiered',
        input: '0.123456789012',
        output: 7,
        cache_read: '0.3',
        tiers: [{ above: 900, input: 3.7, output: '11.1' }],
      },
      { match: 'dated', input: 1, output: 2, cache_read: 5, effective_from: '2026-02-01T12:00:00Z' },
      { match: 'dated', input: 3, output: 4, effective_from: '2026-02-03' },
      { match: 'free', free: true },
    ],
  }),
);

const count = fc.integer({ min: 0, max: 2000 });
const round = fc.record({
  session: fc.constantFrom('a', 'b', '=cmd', 'x;y'),
  model: fc.constantFrom('tiered', 'dated', 'free', 'gpt-4o', 'no-such-model', 'from-cache', '@x"y'),
  consumer: fc.constantFrom('', 'bot', '-ann', 'a,b'),
  api: fc.constantFrom('', 'chat@route'),
  hour: fc.integer({ min: 0, max: 99 }),
  input: count,
  output: count,
  cached: count,
});

type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

function logLine({ session, model, consumer, api, hour, input, output, cached }: Round): string {
  const time = new Date(Date.UTC(2026, 0, 31) + hour * 3_600_000 + 1234).toISOString();
  const parts = Math.min(cached, input);
  return line(time, {
    session_id: session,
    model,
    ...(consumer !== '' && { consumer }),
    ...(api !== '' && { api }),
    input_token: input,
    output_token: output,
    total_token: input + output,
    input_token_details: { cached_tokens: parts },
  });
}

let stores = 0;

async function makeStore(rounds: readonly Round[]): Promise<string> {
  const [log, store] = [join(dir, `${++stores}.log`), join(dir, `store-${stores}`)];
  writeFileSync(log, rounds.map(logLine).join(''));
  const ran = await run(['parse', '--log-path', log, '--output-dir', store, '--prices', prices]);
  expect([ran.code, ran.err]).toEqual([0, '']);
  return store;
}

async function exported(store: string, ending: string, ...argv: string[]): Promise<string> {
  const file = join(dir, `out${ending}`);
  const ran = await run(['export', file, '--data-dir', store, '--quiet', ...argv]);
  expect([ran.code, ran.out]).toEqual([0, '']);
  return readFileSync(file, 'utf8');
}

interface Sum {
  rounds: number;
  cost: bigint;
  unpriced: number;
}

const sumOf = (sums: Sum[]): Sum =>
  sums.reduce(
    (a, b) => ({ rounds: a.rounds + b.rounds, cost: a.cost + b.cost, unpriced: a.unpriced + b.unpriced }),
    { rounds: 0, cost: 0n, unpriced: 0 },
  );

const roundSum = ({ cost_usd: cost, price_state: state }: Record<string, string | null>): Sum => ({
  rounds: 1,
  cost: cost === '' || cost === null || cost === undefined ? 0n : atto(cost),
  unpriced: Number(state === 'unpriced'),
});

const groupSum = ({
  cost_usd: cost,
  rounds,
  unpriced_rounds: unpriced,
}: Record<string, string | number | null>): Sum => ({
  rounds: Number(rounds),
  cost: cost === '' || cost === null ? 0n : atto(String(cost)),
  unpriced: Number(unpriced),
});

test('statistics and exports agree exactly, by every key and in every period', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { minLength: 1, maxLength: 40 }),
      fc.constantFrom([], ['--since', '2026-02-01T07:10', '--until', '2026-02-02'], ['--consumer', 'BOT']),
      fc.constantFrom('UTC', 'Asia/Kathmandu'),
      fc.shuffledSubarray([...GROUP_KEYS], { minLength: 1 }),
      async (rounds, limits, zone, keys) => {
        const store = await makeStore(rounds);
        const argv = ['--timezone', zone, ...limits];
        const local = localTimeIn(zone);
        const [, since, , until] = limits[0] === '--since' ? limits : [];
        const period = periodOf({ ...(since && { since }), ...(until && { until }) }, local, 0);
        const query = {
          buckets: bucketsOf(period),
          local,
          ...(limits[1] === 'BOT' && { consumer: 'bot' }),
        };
        const statsBy = (by: readonly GroupKey[]) => groupBy(readSnapshot(store).sessions, by, query);
        const { total } = statsBy(['model']);
        const whole: Sum = { rounds: total.rounds, cost: total.cost, unpriced: total.unpricedRounds };

        for (const by of [...GROUP_KEYS.map((key) => [key]), keys]) {
          const { rows } = statsBy(by);
          const sums = rows.map(({ row }) => ({
            rounds: row.rounds,
            cost: row.cost,
            unpriced: row.unpricedRounds,
          }));
          expect(sumOf(sums)).toEqual(whole);
          const csv = readRecords(await exported(store, '.csv', '--group-by', by.join(), ...argv));
          expect(csv.map(groupSum)).toEqual(sums);
        }
        const combined = (await exported(store, '.ndjson', '--group-by', keys.join(), ...argv))
          .split('\n')
          .slice(0, -1);
        expect(combined.map((text) => groupSum(readExactJson(text)))).toEqual(
          statsBy(keys).rows.map(({ row }) => ({
            rounds: row.rounds,
            cost: row.cost,
            unpriced: row.unpricedRounds,
          })),
        );
        expect(Object.keys(JSON.parse(combined[0] ?? '{}')).slice(0, keys.length)).toEqual(
          combined.length === 0 ? [] : keys.map((key) => KEY_FIELDS[key]),
        );

        expect(sumOf(readRecords(await exported(store, '.csv', ...argv)).map(roundSum))).toEqual(whole);
        const plain = (await exported(store, '.ndjson', ...argv)).split('\n').slice(0, -1).map(readExactJson);
        expect(sumOf(plain.map(roundSum))).toEqual(whole);
        const withTexts = (await exported(store, '.jsonl', '--with-messages', ...argv))
          .split('\n')
          .slice(0, -1);
        expect(sumOf(withTexts.map((text) => roundSum(readExactJson(text))))).toEqual(whole);

        const report = readExactJson(await exported(store, '.json', ...argv));
        expect(report.summary).toMatchObject({ total_rounds: whole.rounds, unpriced_rounds: whole.unpriced });
        expect(atto(report.summary.total_cost_usd ?? '0')).toBe(whole.cost);
        for (const part of [report.by_model, report.by_date]) {
          const entries = Object.values(part) as {
            round_count: number;
            total_cost: string | null;
            unpriced_rounds: number;
          }[];
          const sums = entries.map((e) => ({
            rounds: e.round_count,
            cost: atto(e.total_cost ?? '0'),
            unpriced: e.unpriced_rounds,
          }));
          expect(sumOf(sums)).toEqual(whole);
        }
      },
    ),
    { numRuns: 8 },
  );
});

test('a FOCUS export adds up to the statistics of its days, and cost is price × quantity in every row', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { minLength: 1, maxLength: 60 }),
      fc.constantFrom([], ['--since', '2026-02-01', '--until', '2026-02-03'], ['--model', 'TIERED']),
      fc.constantFrom('1.2', '1.3', '1.4'),
      async (rounds, limits, version) => {
        const store = await makeStore(rounds);
        const file = join(dir, 'focus.csv');
        const argv = [
          '--format',
          'focus',
          '--focus-version',
          version,
          '--billing-account-id',
          'acct',
          ...limits,
        ];
        const { err } = await run(['export', file, '--data-dir', store, '--quiet', ...argv]);
        if (err !== '') expect(err).toMatch(/^monitor: no model 'TIERED' in the store/);
        const rows = readRecords(readFileSync(file, 'utf8'));
        const costs = new Map<string, bigint>();
        for (const row of rows) {
          const cost = atto(row['BilledCost'] ?? '');
          if (row['x_Unpriced'] === 'true')
            expect([cost, row['PricingQuantity'], row['ListUnitPrice']]).toEqual([0n, '', '']);
          else {
            const product = atto(row['PricingQuantity'] ?? '') * atto(row['ListUnitPrice'] ?? '');
            expect(product).toBe(cost * 10n ** 18n);
            expect(atto(row['ConsumedQuantity'] ?? '')).toBe(atto(row['PricingQuantity'] ?? '') * 1_000_000n);
          }
          for (const name of ['EffectiveCost', 'ListCost', 'ContractedCost', 'PricingCurrencyEffectiveCost'])
            expect(row[name]).toBe(row['BilledCost']);
          const key = `${row['ChargePeriodStart']?.slice(0, 10)} ${row['x_Model']} ${row['x_Consumer']} ${row['x_Route']}`;
          costs.set(key, (costs.get(key) ?? 0n) + cost);
        }
        const by = ['--group-by', 'date,model,consumer,api', '--timezone', 'UTC', ...limits];
        const groups = readRecords(await exported(store, '.csv', ...by));
        const known = groups.filter(({ cost_usd }) => cost_usd !== '' && cost_usd !== '0');
        expect(new Map([...costs].filter(([, cost]) => cost !== 0n))).toEqual(
          new Map(
            known.map((g) => [
              `${g['date']} ${g['model']} ${g['consumer']} ${g['api']}`,
              atto(g['cost_usd'] ?? ''),
            ]),
          ),
        );
        const tokens = rows.reduce((sum, row) => sum + atto(row['x_ConsumedTokens'] ?? '') / 10n ** 18n, 0n);
        const used = groups.reduce(
          (sum, g) => sum + BigInt(g['input_tokens'] ?? 0) + BigInt(g['output_tokens'] ?? 0),
          0n,
        );
        expect(tokens).toBe(used);
      },
    ),
    { numRuns: 12 },
  );
});
