import type { Counts } from './counts.ts';
import type { TokenUsage } from './token-usage.ts';

/**
 * What rounds used: one cell of the index for each bucket × model × consumer × api × price × currency × reasons why the
 * cost may be wrong.
 */
export interface UsageCell extends Counts {
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
  /** Why the cost of its rounds may be wrong: reasons of pricing/bounds.ts, separated by spaces; `''`: it is exact. */
  inexact: string;
  /** Not stored: the cost in the currency that a report asks for (`to`), or in its own where no rate is known. */
  converted?: { to: string; currency: string; cost: bigint; saved: bigint };
}

/** The number of a price book entry (from 1), or why there is no cost. Unpriced is not zero. */
export type PriceRef = number | 'free' | 'gateway-cache' | 'no-usage' | 'unpriced';

/** The length of a bucket: 15 minutes, because a day in any time zone is a whole number of them. */
export const BUCKET_MS = 900_000;

/** The bucket of a time in milliseconds since 1970 UTC: whole quarters of an hour since then. */
export function bucketOf(ms: number): number {
  return Math.floor(ms / BUCKET_MS);
}

/** One round as a cell. `time` is in milliseconds since 1970 UTC; `cost` is null where it is unknown. */
export function cellOf(
  { model, consumer = '', api = '' }: { model: string; consumer?: string; api?: string },
  { time, price }: { time: number; price: PriceRef },
  { input, output, reasoning, cached, cacheWrite }: TokenUsage,
  money: { cost: bigint | null; saved: bigint; currency: string; inexact: readonly string[] },
): UsageCell {
  return {
    bucket: bucketOf(time),
    model,
    consumer,
    api,
    price,
    rounds: 1,
    input,
    output,
    reasoning,
    cached,
    cacheWrite,
    cost: money.cost ?? 0n,
    saved: money.saved,
    currency: money.currency,
    inexact: money.inexact.join(' '),
  };
}
