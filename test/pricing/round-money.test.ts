import { describe, expect, test } from 'vitest';
import { parsePriceBook, type PriceBook } from '../../src/pricing/price-book.ts';
import { repricingLine, toRepricings, withRepricing, type Repricing } from '../../src/pricing/repricing.ts';
import { moneyOfRound, type RoundMoney } from '../../src/pricing/round-money.ts';
import type { StoredRound } from '../../src/session-format/stored-round.ts';
import { usageOf } from '../../src/session-format/stored-usage.ts';

const entry = (number: number, model: string, ...prices: Record<string, unknown>[]): string =>
  JSON.stringify({ entry: number, model, schedule: { prices }, source: `source ${number}` });

const ENTRIES = [
  entry(1, 'm', { input: 1 }),
  entry(2, 'm', { input: 2 }),
  entry(3, 'dated', { from: '2026-02-02', input: 3 }),
  entry(4, 'gratis', { free: true }),
];
const ALL: Repricing = {
  commit: 7,
  models: new Map<string, number | null>([
    ['m', 2],
    ['dated', 3],
    ['gratis', 4],
    ['nothing', null],
  ]),
  covers: { nextLog: 3, offsets: new Map([[1, 100]]) },
};
const REFRESH = repricingLine([ALL]);
const book = parsePriceBook([...ENTRIES, REFRESH, entry(5, 'm', { input: 5 })], 'book');

/** What a round costs that is stored like this. */
function moneyOf(priceBook: PriceBook, rest: Partial<StoredRound>): RoundMoney {
  const round: StoredRound = {
    round: 1,
    model: 'm',
    timestamp: '2026-02-02T00:00:00.000Z',
    at: [1, 99],
    price: 1,
    input_tokens: 1000,
    output_tokens: 0,
    reasoning_tokens: 0,
    cached_tokens: 0,
    cache_write_tokens: 0,
    has_tool_calls: false,
    ...rest,
  };
  return moneyOfRound(priceBook, round, usageOf(round));
}
const EXACT = { currency: 'USD', inexact: [] };
const usd = (micro: number): bigint => BigInt(micro) * 10n ** 12n;

test('the entries behind a refresh go on with their numbers', () => {
  expect(book.entries.map((one) => one.entry)).toEqual([1, 2, 3, 4, 5]);
  expect(book.latest.get('m')?.entry).toBe(5);
});

describe('a round that a refresh covers', () => {
  test.each<[string, Partial<StoredRound>, unknown, bigint | null]>([
    ['takes its model’s entry', {}, 2, usd(2000)],
    ['though it was unpriced', { price: 'unpriced' }, 2, usd(2000)],
    ['or free', { price: 'free' }, 2, usd(2000)],
    ['is unpriced where no place knows its model', { model: 'nothing' }, 'unpriced', null],
    ['or where the refresh does not name it', { model: 'other' }, 'unpriced', null],
    ['is free where the entry says so', { model: 'gratis' }, 'free', 0n],
    ['is priced from the first price on', { model: 'dated' }, 3, usd(3000)],
    ['and not before', { model: 'dated', timestamp: '2026-02-01T23:59:59.999Z' }, 'unpriced', null],
    ['stays the gateway’s answer', { price: 'gateway-cache' }, 'gateway-cache', 0n],
    ['stays without usage', { price: 'no-usage' }, 'no-usage', null],
    ['is known by a log that was lost', { at: [2, 1_000_000] }, 2, usd(2000)],
  ])('%s', (_, rest, price, cost) => {
    expect(moneyOf(book, rest)).toEqual({ price, cost, saved: 0n, ...EXACT });
  });
});

describe('a round behind it keeps its own price', () => {
  test.each<[string, [number, number]]>([
    ['in the same log', [1, 100]],
    ['in a new one', [3, 0]],
  ])('%s', (_, at) => {
    expect(moneyOf(book, { at })).toEqual({ price: 1, cost: usd(1000), saved: 0n, ...EXACT });
    expect(moneyOf(book, { at, price: 'unpriced' }).cost).toBeNull();
  });
});

test('only the last refresh counts', () => {
  const later = repricingLine([
    {
      commit: 9,
      models: new Map([['m', 1]]),
      covers: { nextLog: 2, offsets: new Map([[1, 50]]) },
    },
  ]);
  const twice = parsePriceBook([...ENTRIES, REFRESH, later], 'book');
  expect(moneyOf(twice, { at: [1, 49], price: 2 }).price).toBe(1);
  expect(moneyOf(twice, { at: [1, 99] }).price).toBe(1);
  expect(moneyOf(twice, { at: [1, 99], price: 2 }).price).toBe(2);
});

describe('refreshes of a span of time', () => {
  const covers = { nextLog: 3, offsets: new Map([[1, 200]]) };
  const of = (commit: number, entry: number, from?: string, to?: string): Repricing => ({
    commit,
    models: new Map([['m', entry]]),
    covers,
    ...((from !== undefined || to !== undefined) && {
      span: { from: from ? Date.parse(from) : -Infinity, to: to ? Date.parse(to) : Infinity },
    }),
  });
  const models = ['m', 'm', 'm', 'm', 'm'].map((model, i) => entry(i + 1, model, { input: i + 1 }));
  const bookOf = (repricings: Repricing[]) => parsePriceBook([...models, repricingLine(repricings)], 'book');
  const priceAt = (repricings: Repricing[], timestamp: string, at: [number, number] = [1, 150]): unknown =>
    moneyOf(bookOf(repricings), { timestamp, at }).price;
  const [FEB, MARCH, APRIL] = [
    '2026-02-01T00:00:00.000Z',
    '2026-03-01T00:00:00.000Z',
    '2026-04-01T00:00:00.000Z',
  ];

  test('leave what is outside of it as it was: `from` is in it, `to` is not', () => {
    const one = [of(8, 3, MARCH, APRIL)];
    expect(priceAt(one, MARCH)).toBe(3);
    expect(priceAt(one, '2026-03-31T23:59:59.999Z')).toBe(3);
    expect(priceAt(one, '2026-02-28T23:59:59.999Z')).toBe(1);
    expect(priceAt(one, APRIL)).toBe(1);
    expect(priceAt(one, MARCH, [1, 200])).toBe(1);
    expect(priceAt([of(8, 3, MARCH)], '2027-01-01T00:00:00Z')).toBe(3);
    expect(priceAt([of(8, 3, undefined, MARCH)], FEB)).toBe(3);
  });

  test('stand above earlier ones, where they cover a round; else those hold', () => {
    const several = [ALL, of(8, 3, FEB, APRIL), of(9, 4, MARCH, APRIL)];
    expect(priceAt(several, '2026-03-15T00:00:00Z', [1, 99])).toBe(4);
    expect(priceAt(several, '2026-02-15T00:00:00Z', [1, 99])).toBe(3);
    expect(priceAt(several, '2026-01-15T00:00:00Z', [1, 99])).toBe(2);
    expect(priceAt(several, '2026-01-15T00:00:00Z', [1, 150])).toBe(1);
    // Rounds that came behind the last one, but not behind the book's line.
    expect(priceAt(several, '2026-03-15T00:00:00Z', [1, 200])).toBe(1);
  });

  test('are forgotten where a later one leaves nothing of them, and only there', () => {
    const kept = (before: Repricing[], latest: Repricing): number[] =>
      withRepricing(before, latest).map(({ commit }) => commit);
    const before = [ALL, of(8, 3, FEB, APRIL), of(9, 4, MARCH)];
    expect(kept(before, of(10, 5))).toEqual([10]);
    expect(kept(before, of(10, 5, FEB))).toEqual([7, 10]);
    expect(kept(before, of(10, 5, FEB, APRIL))).toEqual([7, 9, 10]);
    expect(kept(before, of(10, 5, MARCH, APRIL))).toEqual([7, 8, 9, 10]);
    expect(kept(before, of(10, 5, undefined, APRIL))).toEqual([7, 9, 10]);
  });

  test('are read as they were written; one of all times has the line that it always had', () => {
    const several = [ALL, of(8, 3, FEB, APRIL), of(9, 4, MARCH), of(10, 5, undefined, FEB)];
    const line = repricingLine(several);
    expect(toRepricings(JSON.parse(line))).toEqual(several);
    expect(line).toContain(`"span":["${FEB}","${APRIL}"]`);
    expect(line).toContain(`"span":["${MARCH}",null]`);
    expect(line.startsWith('{"refreshes":[{"commit":7,')).toBe(true);
    expect(repricingLine([ALL])).toBe(
      '{"refresh":{"commit":7,"models":[["m",2],["dated",3],["gratis",4],["nothing",null]],"next_log":3,"logs":[[1,100]]}}',
    );
    // A build that knows no spans must not take one for all times.
    expect(repricingLine([of(8, 3, MARCH)])).toMatch(/^\{"refreshes":\[/);
  });
});

test('what the cache saved is by the refreshed price too', () => {
  const cached = parsePriceBook(
    [entry(1, 'm', { input: 1 }), entry(2, 'm', { input: 2, cache_read: 0.5 }), REFRESH],
    'book',
  );
  expect(moneyOf(cached, { cached_tokens: 400 })).toEqual({
    price: 2,
    cost: usd(1400),
    saved: usd(600),
    ...EXACT,
  });
});

test('an entry that is not there is an error that names the book and the round', () => {
  expect(() => moneyOf(parsePriceBook([REFRESH], 'the-book'), {})).toThrow(
    'the price book the-book lacks entry 2, which round 1 of a session points at',
  );
});

test.each([
  ['{"refresh":{}}'],
  ['{"refresh":{"commit":1,"models":[["m","x"]],"next_log":1,"logs":[]}}'],
  ['{"refresh":{"commit":1,"models":[],"next_log":1,"logs":[[1]]}}'],
  ['{"refresh":{"commit":1,"models":[],"next_log":-1,"logs":[]}}'],
  ['{"refresh":{"commit":1,"models":[],"next_log":1,"logs":[],"span":[null,null]}}'],
  ['{"refreshes":[]}'],
  ['{"refreshes":[{"commit":1,"models":[],"next_log":1,"logs":[],"span":["soon",null]}]}'],
  ['{"refreshes":[{"commit":1,"models":[],"next_log":1,"logs":[]},{}]}'],
])('a damaged line is no refresh, and the book says where it is damaged: %s', (line) => {
  expect(toRepricings(JSON.parse(line))).toBeUndefined();
  expect(() => parsePriceBook([...ENTRIES, line], 'book')).toThrow('book:5: expected price book entry 5');
});

test('details, tier, flags and currency of a round decide what it costs and how it may be wrong', () => {
  const prices = {
    input: 1,
    cache_write: 2,
    cache_write_1h: 4,
    currency: 'CNY',
    service_tiers: { flex: { input: 0.5 } },
  };
  const cny = parsePriceBook([entry(1, 'm', prices)], 'book');
  const details: Record<string, number> = { cache_write_1h: 100, nonsense: 5 };
  const writes = { cache_write_tokens: 500, usage_details: details };
  expect(moneyOf(cny, writes)).toEqual({
    price: 1,
    cost: usd(500 + 400 * 2 + 100 * 4),
    saved: 0n,
    currency: 'CNY',
    inexact: [],
  });
  expect(moneyOf(cny, { service_tier: 'flex', flags: ['aborted', 'imported'] })).toEqual({
    price: 1,
    cost: usd(500),
    saved: 0n,
    currency: 'CNY',
    inexact: ['aborted'],
  });
});

test.each([
  ['no-usage', ['usage-unlogged', 'aborted'], ['usage-unlogged']],
  ['no-usage', ['aborted'], []],
  ['unpriced', ['aborted'], []],
  ['gateway-cache', ['aborted', 'usage-unlogged'], []],
  ['free', ['aborted'], []],
] as const)('a round with price %s and flags %j is inexact by %j', (price, flags, inexact) => {
  expect(moneyOf(book, { at: [9, 0], price, flags: [...flags] }).inexact).toEqual(inexact);
});
