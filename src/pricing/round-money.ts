import type { LinePosition } from '../model/log-position.ts';
import type { RoundUsage } from '../model/token-usage.ts';
import type { PriceRef } from '../model/usage-cell.ts';
import { InputOutputError } from '../platform/errors.ts';
import { boundReasons, isReason, type BoundReason } from './bounds.ts';
import { moneyOf } from './charges.ts';
import { entryOf, type PriceBook, type PriceEntry } from './price-book.ts';
import { repricingOf } from './repricing.ts';
import { pricesAt, pricesFrom } from './schedule.ts';

/** What determines a round's price, besides its usage. */
export interface PricedRound {
  round: number;
  model: string;
  /** ISO 8601. */
  timestamp: string;
  at: LinePosition;
  /** As it was stored, which never changes. */
  price: PriceRef;
  flags?: readonly string[];
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
  price: PriceRef;
}

/**
 * What a round costs: by its own price until a refresh of the book covers the round, then by that refresh. Throws
 * InputOutputError where the book lacks the entry.
 */
export function moneyOfRound(book: PriceBook, round: PricedRound, usage: RoundUsage): RoundMoney {
  const price = priceOfRound(book, round);
  const entry = typeof price === 'number' ? needEntry(book, price, round) : undefined;
  return { price, ...moneyAt(price, entry, round.flags ?? [], usage, Date.parse(round.timestamp)) };
}

/** What tokens cost at a time, by an entry of the price book or for the reason why there is none. */
export function moneyAt(
  price: PriceRef,
  entry: PriceEntry | undefined,
  flags: readonly string[],
  usage: RoundUsage,
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

/** The round's price by the book as it stands: its own, or the one that a refresh put in its place. */
function priceOfRound(book: PriceBook, round: PricedRound): PriceRef {
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
