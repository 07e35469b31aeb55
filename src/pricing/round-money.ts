import { InputOutputError } from '../platform/errors.ts';
import { boundReasons, isReason, type BoundReason } from './bounds.ts';
import { moneyOf } from './charges.ts';
import { entryOf, type PriceBook, type PriceEntry, type RoundPrice } from './price-book.ts';
import { repricingOf } from './repricing.ts';
import { pricesAt, pricesFrom, type PricedTokens, type TokenDetails } from './schedule.ts';

/** What of a stored round says what it costs. */
export interface PricedRound {
  round: number;
  model: string;
  /** ISO 8601. */
  timestamp: string;
  /** Where it stood: log and byte offset. */
  at: readonly [generation: number, offset: number];
  /** As it was stored, which never changes. */
  price: RoundPrice;
  flags?: readonly string[];
  input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  usage_details?: Readonly<Record<string, number>>;
  service_tier?: string;
}

/** What a round costs. */
export interface Money {
  /** 10⁻¹⁸ of the currency; null where it is unknown: unpriced, or no usage. */
  cost: bigint | null;
  /** 10⁻¹⁸ of the currency: how much more its cached tokens would have cost as fresh input. */
  saved: bigint;
  /** ISO 4217: USD where nothing was charged. */
  currency: string;
  /** Why the cost may be wrong, sorted: see boundOf. Empty where it is exact, and where there is no price. */
  inexact: readonly BoundReason[];
}

/** What a round costs by the book as it stands. */
export interface RoundMoney extends Money {
  price: RoundPrice;
}

/**
 * The one place that says what a stored round costs. Its own price holds until a refresh of the book covers it; then
 * the refresh does. Throws InputOutputError where the book lacks the entry.
 */
export function moneyOfRound(book: PriceBook, round: PricedRound): RoundMoney {
  return moneyOfTokens(book, round, round.flags ?? [], tokensOf(round));
}

/** The same for a round that is not stored yet, whose tokens and flags are as the log tells them. */
export function moneyOfTokens(
  book: PriceBook,
  round: Pick<PricedRound, 'round' | 'model' | 'timestamp' | 'at' | 'price'>,
  flags: readonly string[],
  usage: PricedTokens,
): RoundMoney {
  const price = priceOfRound(book, round);
  const entry = typeof price === 'number' ? needEntry(book, price, round) : undefined;
  return { price, ...moneyAt(price, entry, flags, usage, Date.parse(round.timestamp)) };
}

/** What tokens cost at a time, by an entry of the price book or for the reason why there is none. */
export function moneyAt(
  price: RoundPrice,
  entry: PriceEntry | undefined,
  flags: readonly string[],
  usage: PricedTokens,
  atMs: number,
): Money {
  const prices = entry && pricesFrom(entry.schedule, atMs);
  if (entry && prices) {
    return {
      ...moneyOf(entry.schedule, usage, atMs),
      currency: prices.currency ?? 'USD',
      inexact: boundReasons(flags, prices, usage),
    };
  }
  const isUnknown = price === 'unpriced' || price === 'no-usage';
  // Tokens that nobody counted may have been charged: a total without them is at least what it says.
  const inexact =
    price === 'no-usage' ? flags.filter(isReason).filter((flag) => flag === 'usage-unlogged') : [];
  return { cost: isUnknown ? null : 0n, saved: 0n, currency: 'USD', inexact };
}

/** The tokens of a stored round, as they are priced. */
export function tokensOf(round: PricedRound): PricedTokens {
  return {
    input: round.input_tokens,
    output: round.output_tokens,
    reasoning: round.reasoning_tokens,
    cached: round.cached_tokens,
    cacheWrite: round.cache_write_tokens,
    details: round.usage_details && detailsOf(round.usage_details),
    serviceTier: round.service_tier,
  };
}

/** How a stored round names its details. */
const DETAIL_NAMES: readonly (readonly [stored: string, detail: keyof TokenDetails])[] = [
  ['cache_write_1h', 'cacheWrite1h'],
  ['input_audio', 'inputAudio'],
  ['input_image', 'inputImage'],
  ['cached_audio', 'cachedAudio'],
  ['cached_image', 'cachedImage'],
  ['output_audio', 'outputAudio'],
  ['output_image', 'outputImage'],
  ['searches', 'searches'],
];

function detailsOf(stored: Readonly<Record<string, number>>): TokenDetails {
  const details: TokenDetails = {};
  for (const [name, detail] of DETAIL_NAMES) {
    const count = Object.hasOwn(stored, name) ? stored[name] : undefined;
    if (count !== undefined && Number.isSafeInteger(count) && count >= 0) details[detail] = count;
  }
  return details;
}

/** The round's price by the book as it stands: its own, or the one that a refresh put in its place. */
function priceOfRound(
  book: PriceBook,
  round: Pick<PricedRound, 'round' | 'model' | 'timestamp' | 'at' | 'price'>,
): RoundPrice {
  const { price, model, at, timestamp } = round;
  if (price === 'gateway-cache' || price === 'no-usage') return price;
  const repricing = repricingOf(book.repricings, at, timestamp);
  if (!repricing) return price;
  const entry = repricing.models.get(model) ?? null;
  if (entry === null) return 'unpriced';
  const prices = pricesAt(needEntry(book, entry, round).schedule, Date.parse(timestamp));
  if (!prices) return 'unpriced';
  return prices.free ? 'free' : entry;
}

function needEntry(book: PriceBook, number: number, { round }: Pick<PricedRound, 'round'>): PriceEntry {
  const entry = entryOf(book, number);
  if (entry) return entry;
  throw new InputOutputError(
    `the price book ${book.file} lacks entry ${number}, which round ${round} of a session points at. ` +
      'Nothing was changed: restore it from a backup of the store',
  );
}
