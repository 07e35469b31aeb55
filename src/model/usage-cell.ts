import type { Counts } from './counts.ts';

/**
 * What a round used, as one of the index's cells: 15 minutes × model × consumer × api × price, and what
 * its cost is in and worth (currency, inexact).
 * Fifteen minutes, because a day in any time zone is a whole number of them.
 */
export interface UsageCell extends Counts {
  /** Whole quarters of an hour since 1970 UTC: `Math.floor(ms / BUCKET_MS)`. */
  bucket: number;
  /** As the log named it; `unknown` where it named none. */
  model: string;
  /** `''` where the log named none. */
  consumer: string;
  /** `''` where the log named none. */
  api: string;
  price: PriceRef;
  /** 10⁻¹⁸ of the currency, exact; 0n unless `price` is the number of a price book entry. */
  cost: bigint;
  /** 10⁻¹⁸ of the currency, exact: how much more the cached tokens would have cost as fresh input. */
  saved: bigint;
  /** ISO 4217: `USD` where nothing was charged. */
  currency: string;
  /** Why the cost of its rounds may be wrong, as reasons of pricing/bounds.ts with a space between; `''`: it is exact. */
  inexact: string;
  /** Not stored: the cost in the currency that a report asks for (`to`), or in its own where no rate is known. */
  converted?: { to: string; currency: string; cost: bigint; saved: bigint };
}

/** The number of a price book entry (from 1), or why there is no cost. Unpriced is not zero. */
export type PriceRef = number | 'free' | 'gateway-cache' | 'no-usage' | 'unpriced';

export const BUCKET_MS = 900_000;
