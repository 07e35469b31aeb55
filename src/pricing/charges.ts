import { attoPerRequest, attoPerToken, type Decimal } from './money.ts';
import type { RoundUsage, TokenDetails } from '../model/token-usage.ts';
import { pricesFrom, type Prices, type PriceSchedule, type Rates, type ServiceTier } from './schedule.ts';

/** What is charged for: parts of the input, parts of the output, and fees besides tokens. */
export const METERS = [
  'input',
  'input-audio',
  'input-image',
  'cache-read',
  'cache-read-audio',
  'cache-read-image',
  'cache-write',
  'cache-write-1h',
  'output',
  'output-audio',
  'output-image',
  'request',
  'search',
] as const;
export type Meter = (typeof METERS)[number];

/** One part of a round's cost: `quantity` tokens, requests or searches, at `each` 10⁻¹⁸ of the currency per unit. */
export interface Charge {
  meter: Meter;
  quantity: number;
  each: bigint;
}

/** What one round costs, in 10⁻¹⁸ of the currency of its price: the sum of its charges. */
export function costOf(schedule: PriceSchedule, usage: RoundUsage, atMs: number): bigint {
  return sumOf(chargesOf(schedule, usage, atMs));
}

function sumOf(charges: readonly Charge[]): bigint {
  let cost = 0n;
  for (const { quantity, each } of charges) cost += BigInt(quantity) * each;
  return cost;
}

/**
 * The parts of one round's cost; none if it is free. Before the first price, the first one applies; use pricesAt if
 * that must not happen. Tiers depend on the input of one round, so never pass the sum of several.
 */
export function chargesOf(schedule: PriceSchedule, usage: RoundUsage, atMs: number): Charge[] {
  const prices = pricesFrom(schedule, atMs);
  if (!prices || prices.free) return [];
  const rates = ratesFor(prices, usage);
  const charges = usage.details
    ? detailedCharges(rates, usage, usage.details)
    : [
        charge('input', usage.input - usage.cached - usage.cacheWrite, rates.input ?? 0),
        charge('cache-read', usage.cached, rates.cache_read ?? rates.input ?? 0),
        charge('cache-write', usage.cacheWrite, rates.cache_write ?? rates.input ?? 0),
        charge('output', usage.output, outputRate(rates, usage)),
      ];
  if (rates.requests !== undefined)
    charges.push({ meter: 'request', quantity: 1, each: attoPerRequest(rates.requests) });
  return charges;
}

/**
 * What one round costs, and what the cache saved: how much more its cached tokens would have cost as uncached input.
 * Both in 10⁻¹⁸ of the currency of its price. `saved` is negative if a price file makes cache reads cost more.
 */
export function moneyOf(
  schedule: PriceSchedule,
  usage: RoundUsage,
  atMs: number,
): { cost: bigint; saved: bigint } {
  const charges = chargesOf(schedule, usage, atMs);
  const cost = sumOf(charges);
  if (usage.cached === 0) return { cost, saved: 0n };
  if (usage.details) return { cost, saved: costOf(schedule, uncached(usage), atMs) - cost };
  // This runs for every round, so the charges are not made again.
  const [input, read] = charges;
  return { cost, saved: input && read ? BigInt(usage.cached) * (input.each - read.each) : 0n };
}

function uncached(usage: RoundUsage): RoundUsage {
  const { cachedAudio: _audio, cachedImage: _image, ...details } = usage.details ?? {};
  return { ...usage, cached: 0, details: usage.details && details };
}

/** The rates that apply to a round, by its service tier and the length of its input. */
export function ratesFor(prices: Prices, { input, serviceTier }: RoundUsage): Rates {
  const service = serviceTierOf(prices, serviceTier);
  const tiers = service ? service.tiers : prices.tiers;
  const reached = tiers?.filter((tier) => input > tier.above) ?? [];
  if (!service && reached.length === 0) return prices;
  return Object.assign({}, prices, service, ...reached);
}

/** The rates of a price for a service tier; undefined for the default tier, or if the price has none for it. */
export function serviceTierOf(prices: Prices, tier: string | undefined): ServiceTier | undefined {
  if (!tier || !prices.service_tiers || !Object.hasOwn(prices.service_tiers, tier)) return undefined;
  return prices.service_tiers[tier];
}

function charge(meter: Meter, quantity: number, rate: Decimal): Charge {
  return { meter, quantity, each: attoPerToken(rate) };
}

function outputRate(rates: Rates, { reasoning }: RoundUsage): Decimal {
  return (reasoning > 0 ? rates.output_reasoning : undefined) ?? rates.output ?? 0;
}

/**
 * The charges by kind of token. They add up to the round's input and output. If the log does not say which cached
 * tokens were audio or images, they count as text, as far as there is text.
 */
function detailedCharges(rates: Rates, usage: RoundUsage, details: TokenDetails): Charge[] {
  const { cached, cacheWrite } = usage;
  const fresh = usage.input - cached - cacheWrite;
  const audio = Math.min((details.inputAudio ?? 0) - (details.cachedAudio ?? 0), fresh);
  const image = Math.min((details.inputImage ?? 0) - (details.cachedImage ?? 0), fresh - audio);
  const cachedAudio = Math.min((details.inputAudio ?? 0) - audio, cached);
  const cachedImage = Math.min((details.inputImage ?? 0) - image, cached - cachedAudio);
  const write1h = Math.min(details.cacheWrite1h ?? 0, cacheWrite);
  const outputAudio = Math.min(details.outputAudio ?? 0, usage.output);
  const outputImage = Math.min(details.outputImage ?? 0, usage.output - outputAudio);

  const input = rates.input ?? 0;
  const read = rates.cache_read ?? input;
  const write = rates.cache_write ?? input;
  const output = outputRate(rates, usage);
  const charges = [
    charge('input', fresh - audio - image, input),
    charge('input-audio', audio, rates.input_audio ?? input),
    charge('input-image', image, rates.input_image ?? input),
    charge('cache-read', cached - cachedAudio - cachedImage, read),
    charge('cache-read-audio', cachedAudio, rates.cache_read_audio ?? rates.input_audio ?? read),
    charge('cache-read-image', cachedImage, rates.cache_read_image ?? rates.input_image ?? read),
    charge('cache-write', cacheWrite - write1h, write),
    charge('cache-write-1h', write1h, rates.cache_write_1h ?? write),
    charge('output', usage.output - outputAudio - outputImage, output),
    charge('output-audio', outputAudio, rates.output_audio ?? output),
    charge('output-image', outputImage, rates.output_image ?? output),
  ];
  const { searches = 0 } = details;
  if (searches > 0)
    charges.push({ meter: 'search', quantity: searches, each: attoPerRequest(rates.searches ?? 0) });
  return charges;
}
