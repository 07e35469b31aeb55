import { attoPerRequest, attoPerToken, type Decimal } from './money.ts';

/** USD per million tokens. Cached tokens and cache writes without a rate of their own cost what input costs. */
export interface Rates {
  input?: Decimal;
  output?: Decimal;
  /** In place of `output` for a round that reasoned, all of its output: some models cost more when they think. */
  output_reasoning?: Decimal;
  cache_read?: Decimal;
  cache_write?: Decimal;
  /** USD per thousand requests, beside the tokens (Perplexity's search models). */
  requests?: Decimal;
}

/** The rates of a round whose input is larger than `above` tokens, all of its tokens; what it leaves out stays. */
export interface Tier extends Rates {
  above: number;
}

/** Prices under a condition: from an instant on (ISO 8601), or daily between two times (UTC, `start` ≤ t < `end`). */
export interface Prices extends Rates {
  from?: string;
  daily?: { start: string; end: string };
  /** Ascending by `above`. */
  tiers?: Tier[];
  free?: true;
}

/** Every price a model had and will have, never empty. The last one whose condition holds is in force. */
export interface PriceSchedule {
  prices: Prices[];
}

export interface PricedTokens {
  /** All prompt tokens, cached and cacheWrite included. */
  input: number;
  output: number;
  /** Of the output. */
  reasoning: number;
  cached: number;
  cacheWrite: number;
}

/** The prices in force; undefined before the first of them, and while there is a price but for no token. */
export function pricesAt(schedule: PriceSchedule, atMs: number): Prices | undefined {
  const prices = schedule.prices.findLast((candidate) => holds(candidate, atMs));
  return prices && hasRate(prices) ? prices : undefined;
}

/** Something to price tokens by: free, or a rate for input or output. */
export function hasRate(prices: Prices): boolean {
  return prices.free === true || prices.input !== undefined || prices.output !== undefined;
}

/** What a price is for: three parts of the input, the output, and the request itself. */
export type Meter = 'input' | 'cache-read' | 'cache-write' | 'output' | 'request';

/** One part of what a round costs: `quantity` tokens (or the request), each at `each` attodollars. */
export interface Charge {
  meter: Meter;
  quantity: number;
  each: bigint;
}

/** What one round costs, in attodollars: the sum of its charges. */
export function costOf(schedule: PriceSchedule, usage: PricedTokens, atMs: number): bigint {
  let cost = 0n;
  for (const { quantity, each } of chargesOf(schedule, usage, atMs)) cost += BigInt(quantity) * each;
  return cost;
}

/**
 * The parts of what one round costs, none for one that is free. A time without prices takes the schedule's first;
 * ask pricesAt where that must not happen. Tiers go by a round's input: never pass a sum of rounds.
 */
export function chargesOf(schedule: PriceSchedule, usage: PricedTokens, atMs: number): Charge[] {
  const prices = pricesAt(schedule, atMs) ?? schedule.prices[0];
  if (!prices || prices.free) return [];
  const rates = ratesFor(prices, usage.input);
  const input = rates.input ?? 0;
  const output = (usage.reasoning > 0 ? rates.output_reasoning : undefined) ?? rates.output ?? 0;
  const fresh = usage.input - usage.cached - usage.cacheWrite;
  const charges: Charge[] = [
    { meter: 'input', quantity: fresh, each: attoPerToken(input) },
    { meter: 'cache-read', quantity: usage.cached, each: attoPerToken(rates.cache_read ?? input) },
    { meter: 'cache-write', quantity: usage.cacheWrite, each: attoPerToken(rates.cache_write ?? input) },
    { meter: 'output', quantity: usage.output, each: attoPerToken(output) },
  ];
  if (rates.requests !== undefined)
    charges.push({ meter: 'request', quantity: 1, each: attoPerRequest(rates.requests) });
  return charges;
}

/**
 * What one round costs, and what its cached tokens would have cost more as fresh input: what the cache saved. Both in
 * attodollars; the latter is negative where a price file makes reading a cache dearer than that.
 */
export function moneyOf(
  schedule: PriceSchedule,
  usage: PricedTokens,
  atMs: number,
): { cost: bigint; saved: bigint } {
  const cost = costOf(schedule, usage, atMs);
  const saved = usage.cached === 0 ? 0n : costOf(schedule, { ...usage, cached: 0 }, atMs) - cost;
  return { cost, saved };
}

function ratesFor(prices: Prices, inputTokens: number): Rates {
  const reached = prices.tiers?.filter((tier) => inputTokens > tier.above) ?? [];
  return reached.length > 0 ? Object.assign({}, prices, ...reached) : prices;
}

function holds(prices: Prices, atMs: number): boolean {
  if (prices.from !== undefined) return atMs >= Date.parse(prices.from);
  if (!prices.daily) return true;
  const { start, end } = prices.daily;
  const time = new Date(atMs).toISOString().slice(11, 23);
  return start <= end ? start <= time && time < end : start <= time || time < end;
}
