import { NO_COUNTERS, type CellCounters } from './cell-counters.ts';
import type { Counts } from './counts.ts';
import type { TokenUsage } from './token-usage.ts';

/**
 * What rounds used. The index has one cell for each bucket × model × consumer × api × price × currency × reasons why
 * the cost may be wrong × tags.
 */
export interface UsageCell extends Counts {
  bucket: number;
  /** As the log names it; `unknown` if it names none. */
  model: string;
  /** `''` if the log names none. */
  consumer: string;
  /** `''` if the log names none. */
  api: string;
  price: PriceRef;
  /** In 10⁻¹⁸ of the currency, exact; 0n unless `price` is the number of a price book entry. */
  cost: bigint;
  /** How much more the cached tokens would have cost as uncached input: in 10⁻¹⁸ of the currency, exact. */
  saved: bigint;
  /** ISO 4217 code; `USD` if nothing was charged. */
  currency: string;
  /** Why the cost may be wrong: reasons from pricing/bounds.ts, separated by spaces. `''` means that it is exact. */
  inexact: string;
  /**
   * Values of the store's dimensions, and a service tier that is not the usual one: JSON of an object with sorted names.
   * `''`: none. A dimension that is absent was not recorded; `""` means that the request had no value.
   */
  tags: string;
  /** All other counts: failures, times, parts of tokens. */
  counters: CellCounters;
  /** Not stored. The store's gateway, if several stores are read as one. */
  gateway?: string;
  /** Not stored. The cost in the currency of a report (`to`), or in its own if no exchange rate is known. */
  converted?: { to: string; currency: string; cost: bigint; saved: bigint };
}

/** The number of a price book entry (from 1), or why there is no cost. `unpriced` means unknown, not zero. */
export type PriceRef = number | 'free' | 'gateway-cache' | 'no-usage' | 'unpriced';

/** The length of a bucket: 15 minutes, since in every time zone a day begins on a quarter of an hour. */
export const BUCKET_MS = 900_000;

/** The bucket of a time in milliseconds since 1970 UTC: the number of whole quarters of an hour since then. */
export function bucketOf(ms: number): number {
  return Math.floor(ms / BUCKET_MS);
}

/** One round as a cell. `time` is in milliseconds since 1970 UTC; `cost` is null if it is unknown. */
export function cellOf(
  { model, consumer = '', api = '' }: { model: string; consumer?: string; api?: string },
  { time, price }: { time: number; price: PriceRef },
  { input, output, reasoning, cached, cacheWrite }: TokenUsage,
  money: { cost: bigint | null; saved: bigint; currency: string; inexact: readonly string[] },
  { tags, counters }: Pick<UsageCell, 'tags' | 'counters'> = UNTAGGED,
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
    tags,
    counters,
  };
}

const UNTAGGED = { tags: '', counters: NO_COUNTERS };
