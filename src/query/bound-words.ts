import { isReason, type Bound } from '../pricing/bounds.ts';
import { costsText, usdFirst } from '../pricing/money.ts';
import * as en from '../texts/en.ts';

/** Why a cost may be wrong, as a clause that follows a number of rounds. */
export function boundWords(reason: string, texts = en.boundReasons): string {
  return isReason(reason) ? texts[reason] : reason;
}

/** The predicate for `rounds` rounds that are counted at `costs`: `may have cost more than their $0.5200`. */
export function boundClaim(
  bound: Bound,
  rounds: number,
  costs: ReadonlyMap<string, bigint>,
  texts = en.costs,
): string {
  const claim = { lower: texts.mayBeMore, upper: texts.mayBeLess, either: texts.mayBeEither }[bound];
  return claim({ number: rounds, cost: costsText(usdFirst(costs), 4) });
}
