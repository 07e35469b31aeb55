import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../fast-check.ts';
import { expect, test } from 'vitest';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { usdOf } from '../../src/pricing/money.ts';
import { sessionTotals, type Row } from '../../src/query/aggregate.ts';
import { groupUsage } from '../../src/query/group-usage.ts';
import { roundMoney } from '../../src/query/round-money.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';
import { run as monitor } from '../cli/run.ts';
import { aiLine, makeFolder, run } from '../ingest/make.ts';
import { priceFile, refreshBy } from '../maintenance/refresh-scene.ts';

/** Rates in millionths of a USD per million tokens: whole attodollars per token, for an oracle in plain integers. */
interface Rates {
  input: number;
  output: number;
  cached: number;
  write: number;
  /** Above so many input tokens everything costs `times` as much. */
  above: number;
  times: number;
}
type Price = Rates | 'free' | null;

interface Round {
  session: string;
  model: string;
  consumer: string;
  /** Minutes after the beginning of 2026-02-01 UTC. */
  minute: number;
  input: number;
  output: number;
  cached: number;
  write: number;
}

const MODELS = ['m1', 'm2', 'm3', '__proto__'];
const ZONES = ['UTC', 'Asia/Shanghai', 'America/St_Johns', 'Asia/Kathmandu'];

const rate = fc.integer({ min: 0, max: 20_000_000 });
const price: fc.Arbitrary<Price> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      input: rate,
      output: rate,
      cached: rate,
      write: rate,
      above: fc.integer({ min: 0, max: 3000 }),
      times: fc.integer({ min: 2, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Price>('free', null) },
);
const prices = fc.tuple(price, price, price, price);
const round: fc.Arbitrary<Round> = fc
  .record({
    session: fc.constantFrom('a', 'b', 'c'),
    model: fc.constantFrom(...MODELS),
    consumer: fc.constantFrom('', 'x', 'y'),
    minute: fc.integer({ min: 0, max: 3 * 1440 }),
    input: fc.integer({ min: 1, max: 4000 }),
    output: fc.integer({ min: 0, max: 4000 }),
    parts: fc.tuple(
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
    ),
  })
  .map(({ parts: [cached, write], ...rest }) => ({
    ...rest,
    cached: Math.floor(rest.input * cached),
    write: Math.floor(rest.input * write),
  }));

/** A price file; `null` leaves a model out. */
function filed(list: readonly Price[]): Record<string, unknown>[] {
  return list.flatMap((one, i): Record<string, unknown>[] => {
    const match = MODELS[i] ?? '';
    if (one === null) return [];
    if (one === 'free') return [{ match, free: true }];
    const scaled = (times: number) => ({
      input: (one.input * times) / 1e6,
      output: (one.output * times) / 1e6,
      cache_read: (one.cached * times) / 1e6,
      cache_write: (one.write * times) / 1e6,
    });
    return [{ match, ...scaled(1), tiers: [{ above: one.above, ...scaled(one.times) }] }];
  });
}

/** 10⁻¹⁸ USD; null: unpriced. */
function expected({ model, input, output, cached, write }: Round, list: readonly Price[]): bigint | null {
  const one = list[MODELS.indexOf(model)] ?? null;
  if (one === null || one === 'free') return one === null ? null : 0n;
  const tokens =
    BigInt(input - cached - write) * BigInt(one.input) +
    BigInt(cached) * BigInt(one.cached) +
    BigInt(write) * BigInt(one.write) +
    BigInt(output) * BigInt(one.output);
  return tokens * BigInt(input > one.above ? one.times : 1) * 1_000_000n;
}

function logLine(one: Round, n: number): string {
  const text = aiLine(one.session, 0, {
    model: one.model,
    ...(one.consumer !== '' && { consumer: one.consumer }),
    input_token: one.input,
    output_token: one.output,
    total_token: one.input + one.output,
    input_token_details: {
      cached_tokens: one.cached,
      // Beside cached_tokens, with a total that is input + output: inside the input.
      cache_write_tokens: one.write,
    },
  });
  const time = new Date(Date.UTC(2026, 1, 1) + one.minute * 60_000).toISOString();
  return text.replace('"2026-02-01T00:00:00.000Z"', `"${time}"`).replace(`${one.session}-0`, `r${n}`);
}

const sumOf = (costs: Iterable<bigint | null>): bigint =>
  [...costs].reduce<bigint>((sum, cost) => sum + (cost ?? 0n), 0n);
const sumRows = (rows: readonly Row[]) => ({
  cost: sumOf(rows.map(({ cost }) => cost)),
  unpriced: rows.reduce((sum, { unpricedRounds }) => sum + unpricedRounds, 0),
});

/** That every way to add up the store's rounds gives the same, and each round what the oracle says. */
async function checkSums(
  dir: string,
  rounds: readonly Round[],
  pricesOf: (n: number) => readonly Price[],
): Promise<void> {
  const { sessions, priceLines } = readSnapshot(dir);
  const moneyOf = roundMoney(priceLines, dir);
  const total = {
    cost: sumOf(rounds.map((one, n) => expected(one, pricesOf(n)))),
    unpriced: rounds.filter((one, n) => expected(one, pricesOf(n)) === null).length,
  };
  for (const entry of sessions.values()) {
    const own = rounds.flatMap((one, n) => (one.session === entry.id ? [expected(one, pricesOf(n))] : []));
    const costs = [...expandRounds(readRoundLines(dir, entry))].map((expanded) => moneyOf(expanded).cost);
    expect(costs).toEqual(own);
    expect(sessionTotals(entry).cost).toBe(sumOf(costs));
    const shown = JSON.parse((await monitor(['show', entry.id, '--json', '--data-dir', dir])).out) as {
      cost_usd: number | null;
      rounds: { cost_usd: number | null }[];
    };
    expect(shown.rounds.map(({ cost_usd: usd }) => usd)).toEqual(
      own.map((cost) => (cost === null ? null : usdOf(cost))),
    );
    expect(shown.cost_usd).toBe(own.every((cost) => cost === null) ? null : usdOf(sumOf(own)));
  }
  const groupings = [
    groupUsage(sessions.values(), { by: [(cell) => cell.model] }),
    groupUsage(sessions.values(), { by: [(cell) => cell.consumer] }),
    ...ZONES.map((zone) => {
      const local = localTimeIn(zone);
      return groupUsage(sessions.values(), { by: [(cell) => local.dateOf(cell.bucket)] });
    }),
  ];
  for (const grouped of groupings) {
    expect(sumRows(grouped.groups.map(({ row }) => row))).toEqual(total);
    expect(sumRows([grouped.total])).toEqual(total);
  }
}

test('rounds = sessions = models = dates = consumers, exactly, before and after a refresh', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { minLength: 1, maxLength: 12 }),
      fc.array(round, { maxLength: 4 }),
      prices,
      prices,
      async (first, later, before, after) => {
        const folder = makeFolder();
        const [log, dir] = [join(folder, 'access.log'), join(folder, 'sessions')];
        const pricesPath = priceFile(folder, filed(before));
        const all = [...first, ...later];
        writeFileSync(log, first.map(logLine).join(''));
        await run(dir, log, { pricesPath });
        await checkSums(dir, first, () => before);
        await refreshBy(dir, filed(after));
        await checkSums(dir, first, () => after);
        writeFileSync(log, all.map(logLine).join(''));
        await run(dir, log, { pricesPath });
        await checkSums(dir, all, (n) => (n < first.length ? after : before));
      },
    ),
    { numRuns: 8 },
  );
});
