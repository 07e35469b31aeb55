import { BUCKET_MS, type UsageCell } from '../model/usage-cell.ts';
import type { PricedRound, RoundMoney } from './round-money.ts';

/** A stored round as a cell of usage: what it used, and what it costs by the price book. */
export function cellOfRound(
  round: PricedRound & { consumer?: string; api?: string },
  { price, cost, saved, currency, inexact }: RoundMoney,
): UsageCell {
  return {
    bucket: Math.floor(Date.parse(round.timestamp) / BUCKET_MS),
    model: round.model,
    consumer: round.consumer ?? '',
    api: round.api ?? '',
    price,
    rounds: 1,
    input: round.input_tokens,
    output: round.output_tokens,
    reasoning: round.reasoning_tokens,
    cached: round.cached_tokens,
    cacheWrite: round.cache_write_tokens,
    cost: cost ?? 0n,
    saved,
    currency,
    inexact: inexact.join(' '),
  };
}
