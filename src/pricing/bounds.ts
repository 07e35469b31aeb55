import { ratesFor, serviceTierOf } from './charges.ts';
import type { Decimal } from './money.ts';
import type { RoundUsage, TokenDetails } from '../model/token-usage.ts';
import type { Prices, Rates } from './schedule.ts';

/** How a cost may be wrong. `lower`: it is a lower bound; `upper`: an upper bound; `either`: it may be more or less. */
export type Bound = 'lower' | 'upper' | 'either';

/**
 * Why a cost may be wrong, and in which direction. A flag of a round that is not listed does not affect its cost. The
 * words for each are the texts `boundReasons`.
 */
const DIRECTIONS = {
  // Flags of the round: what the log does not say.
  aborted: 'lower',
  ambiguous: 'upper',
  'bad-count': 'either',
  'cache-ttl-mixed': 'upper',
  'cache-ttl-unlogged': 'lower',
  'cache-unknown': 'lower',
  'cache-unlogged': 'upper',
  'cache-write-unlogged': 'lower',
  'cached-kind-unlogged': 'upper',
  'image-share-unlogged': 'upper',
  'image-uncounted': 'lower',
  'maybe-imported': 'upper',
  'modality-unlogged': 'lower',
  'reasoning-uncounted': 'lower',
  'total-larger': 'lower',
  'usage-unlogged': 'lower',
  // Reasons that come from its price.
  'price-lower': 'lower',
  'price-unverified': 'either',
  'price-upper': 'upper',
  'rate-missing': 'lower',
  'search-fee': 'lower',
  'service-tier-higher': 'lower',
  'service-tier-lower': 'upper',
  'service-tier-unknown': 'either',
} as const satisfies Record<string, Bound>;

export type BoundReason = keyof typeof DIRECTIONS;

/** Service tiers that cost more, or less, than the default at every provider that has them. */
const TIERS = new Map<string, BoundReason>([
  ['batch', 'service-tier-lower'],
  ['flex', 'service-tier-lower'],
  ['priority', 'service-tier-higher'],
]);

/** Why the cost of a round may be wrong, sorted; empty if it is exact. `prices`: the prices that apply to it. */
export function boundReasons(flags: readonly string[], prices: Prices, usage: RoundUsage): BoundReason[] {
  if (prices.free) return [];
  const rates = ratesFor(prices, usage);
  const reasons = flags.filter(isReason).filter((flag) => matters(flag, rates, usage));
  if (usage.details && isRateMissing(rates, usage.details)) reasons.push('rate-missing');
  if (prices.inexact !== undefined && !isSearchCounted(prices, usage)) reasons.push(reasonOf(prices.inexact));
  const { serviceTier } = usage;
  if (serviceTier && isTierMissing(prices, usage))
    reasons.push(TIERS.get(serviceTier) ?? 'service-tier-unknown');
  return reasons.length > 1 ? [...new Set(reasons)].toSorted() : reasons;
}

/** The direction of all reasons together; null if there are none. */
export function boundOf(reasons: readonly string[]): Bound | null {
  let bound: Bound | null = null;
  for (const reason of reasons) {
    const direction = isReason(reason) ? DIRECTIONS[reason] : 'either';
    bound = bound === null || bound === direction ? direction : 'either';
  }
  return bound;
}

export function isReason(text: string): text is BoundReason {
  return Object.hasOwn(DIRECTIONS, text);
}

/** Whether a reason changes the cost: unknown tokens make no difference if they have the same rate as the others. */
function matters(reason: BoundReason, rates: Rates, { details = {} }: RoundUsage): boolean {
  const { input = 0, cache_read: read = input, cache_write: write = input } = rates;
  if (reason === 'cache-unlogged') return Number(read) < Number(input);
  if (reason === 'cache-write-unlogged') return Number(write) > Number(read);
  if (reason === 'reasoning-uncounted')
    return Number(rates.output_reasoning ?? 0) > Number(rates.output ?? 0);
  if (reason === 'cached-kind-unlogged')
    return isRated(details.inputAudio, rates.input_audio) || isRated(details.inputImage, rates.input_image);
  return true;
}

/** Whether the round has tokens that cost more than text everywhere, and the price has no rate for them. */
function isRateMissing(rates: Rates, details: TokenDetails): boolean {
  const { outputAudio, outputImage, searches, cacheWrite1h } = details;
  return (
    isMissing(outputAudio, rates.output_audio) ||
    isMissing(outputImage, rates.output_image) ||
    isMissing(searches, rates.searches) ||
    (isMissing(cacheWrite1h, rates.cache_write_1h) && rates.cache_write !== undefined)
  );
}

function isRated(count: number | undefined, rate: Decimal | undefined): boolean {
  return (count ?? 0) > 0 && rate !== undefined;
}

function isMissing(count: number | undefined, rate: Decimal | undefined): boolean {
  return (count ?? 0) > 0 && rate === undefined;
}

function isSearchCounted({ inexact, searches }: Prices, { details }: RoundUsage): boolean {
  return inexact === 'search-fee' && searches !== undefined && details?.searches !== undefined;
}

function reasonOf(inexact: NonNullable<Prices['inexact']>): BoundReason {
  return inexact === 'search-fee' ? inexact : `price-${inexact}`;
}

/** Whether the price has no rates for the service tier, or none for an input of this length. */
function isTierMissing(prices: Prices, { serviceTier, input }: RoundUsage): boolean {
  const service = serviceTierOf(prices, serviceTier);
  if (!service) return true;
  return service.tiers === undefined && (prices.tiers ?? []).some(({ above }) => input > above);
}
