import { InputOutputError } from '../platform/errors.ts';
import { entryOf, type PriceBook, type PriceEntry, type RoundPrice } from './price-book.ts';
import { repricingOf } from './repricing.ts';
import { moneyOf, pricesAt } from './schedule.ts';

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
  input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
}

/** What a round costs by the book as it stands. */
export interface RoundMoney {
  price: RoundPrice;
  /** 10⁻¹⁸ USD; null where it is unknown: unpriced, or no usage. */
  cost: bigint | null;
  /** 10⁻¹⁸ USD: how much more its cached tokens would have cost as fresh input. */
  saved: bigint;
}

/**
 * The one place that says what a stored round costs. Its own price holds until a refresh of the book covers it; then
 * the refresh does. Throws InputOutputError where the book lacks the entry.
 */
export function moneyOfRound(book: PriceBook, round: PricedRound): RoundMoney {
  const price = priceOfRound(book, round);
  if (price === 'unpriced' || price === 'no-usage') return { price, cost: null, saved: 0n };
  if (typeof price === 'string') return { price, cost: 0n, saved: 0n };
  const { schedule } = needEntry(book, price, round);
  const usage = {
    input: round.input_tokens,
    output: round.output_tokens,
    reasoning: round.reasoning_tokens,
    cached: round.cached_tokens,
    cacheWrite: round.cache_write_tokens,
  };
  return { price, ...moneyOf(schedule, usage, Date.parse(round.timestamp)) };
}

/** The round's price by the book as it stands: its own, or the one that a refresh put in its place. */
function priceOfRound(book: PriceBook, round: PricedRound): RoundPrice {
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

function needEntry(book: PriceBook, number: number, { round }: PricedRound): PriceEntry {
  const entry = entryOf(book, number);
  if (entry) return entry;
  throw new InputOutputError(
    `the price book ${book.file} lacks entry ${number}, which round ${round} of a session points at. ` +
      'Nothing was changed: restore it from a backup of the store',
  );
}
