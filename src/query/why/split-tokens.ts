import type { TokenUsage } from '../../model/token-usage.ts';
import type { CostPart } from '../../pricing/cost-split.ts';

/** The tokens that a part of the cost is for; fees are for none. */
export function tokensOfPart(
  { input, output, reasoning, cached, cacheWrite }: TokenUsage,
  part: CostPart,
): number {
  const tokens: Record<CostPart, number> = {
    input: input - cached - cacheWrite,
    cacheRead: cached,
    cacheWrite,
    output: output - reasoning,
    reasoning,
    fees: 0,
  };
  return tokens[part];
}
