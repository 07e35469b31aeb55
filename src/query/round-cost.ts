import type { ExpandedRound } from '../ai-log/stored-round.ts';
import { InputOutputError } from '../platform/errors.ts';
import { entryOf, parsePriceBook } from '../pricing/price-book.ts';
import { costOf } from '../pricing/schedule.ts';

/**
 * Costs of rounds in 10⁻¹⁸ USD, from their tokens, their time and the price book entry they point at; null where
 * that is unknown. Throws InputOutputError for a damaged book; `dir` names the store in it.
 */
export function roundCosts(
  priceLines: readonly string[],
  dir: string,
): (round: ExpandedRound) => bigint | null {
  const book = parsePriceBook(priceLines, `price book of ${dir}`);
  return ({ stored }) => {
    if (stored.price === 'unpriced' || stored.price === 'no-usage') return null;
    if (typeof stored.price === 'string') return 0n;
    const entry = entryOf(book, stored.price);
    if (entry === undefined)
      throw new InputOutputError(
        `${dir}: round ${stored.round} has price ${stored.price}, which the price book lacks. The store is damaged: restore it from a backup.`,
      );
    const usage = {
      input: stored.input_tokens,
      output: stored.output_tokens,
      cached: stored.cached_tokens,
      cacheWrite: stored.cache_write_tokens,
    };
    return costOf(entry.schedule, usage, Date.parse(stored.timestamp));
  };
}
