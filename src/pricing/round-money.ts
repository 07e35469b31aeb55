import type { LinePosition } from '../model/log-position.ts';
import type { RoundUsage } from '../model/token-usage.ts';
import type { PriceRef } from '../model/usage-cell.ts';
import { InputOutputError } from '../platform/errors.ts';
import { boundReasons, isReason, type BoundReason } from './bounds.ts';
import { moneyOf } from './charges.ts';
import { entryOf, type PriceBook, type PriceEntry } from './price-book.ts';
import { repricingOf } from './repricing.ts';
import { pricesAt, pricesFrom } from './schedule.ts';

/** Everything except usage that determines the price of a round. */
export interface PricedRound {
  round: number;
  model: string;
  /** ISO 8601. */
  timestamp: string;
  at: LinePosition;
  /** As stored with the round; it never changes. */
  price: PriceRef;
  flags?: readonly string[];
}

/** What a round costs. */
export interface Money {
  /** In 10⁻¹⁸ of the currency; null if unknown: unpriced, or without usage. */
  cost: bigint | null;
  /** How much more its cached tokens would have cost as uncached input, in 10⁻¹⁸ of the currency. */
  saved: bigint;
  /** ISO 4217 code; USD if nothing was charged. */
  currency: string;
  /** Why the cost may be wrong, sorted (see boundOf). Empty if it is exact, or if there is no price. */
  inexact: readonly BoundReason[];
}

/** What a round costs according to the current price book. */
export interface RoundMoney extends Money {
  price: PriceRef;
}

/**
 * What a round costs: at its own price, or at that of the last refresh that covers it. Throws an InputOutputError if
 * the book lacks the entry.
 */
export function moneyOfRound(book: PriceBook, round: PricedRound, usage: RoundUsage): RoundMoney {
  const price = priceOfRound(book, round);
  const entry = typeof price === 'number' ? needEntry(book, price, round) : undefined;
  return { price, ...moneyAt(price, entry, round.flags ?? [], usage, Date.parse(round.timestamp)) };
}

/** What usage costs at a time, according to an entry of the price book. Without one, `price` says why. */
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
  // Uncounted tokens may have been charged, so a total without them is a lower bound.
  const inexact =
    price === 'no-usage' ? flags.filter(isReason).filter((flag) => flag === 'usage-unlogged') : [];
  return { cost: isUnknown ? null : 0n, saved: 0n, currency: 'USD', inexact };
}

/** The round's price according to the current book: its own, or the one that a refresh replaced it with. */
export function priceOfRound(book: PriceBook, round: PricedRound): PriceRef {
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
    `the price book ${book.file} lacks entry ${number}, which round ${round} of a session refers to. ` +
      'Nothing was changed: restore it from a backup of the store',
  );
}
