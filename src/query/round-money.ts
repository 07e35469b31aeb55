import type { ExpandedRound } from '../ai-log/stored-round.ts';
import { parsePriceBook } from '../pricing/price-book.ts';
import { moneyOfRound, type RoundMoney } from '../pricing/round-money.ts';

/**
 * What rounds cost by the price book as it stands, in 10⁻¹⁸ USD, and what says so: a round's own price, or the
 * refresh that came after it. Throws InputOutputError for a damaged book; `dir` names the store in it.
 */
export function roundMoney(
  priceLines: readonly string[],
  dir: string,
): (round: Pick<ExpandedRound, 'stored'>) => RoundMoney {
  const book = parsePriceBook(priceLines, `of ${dir}`);
  return ({ stored }) => moneyOfRound(book, stored);
}
