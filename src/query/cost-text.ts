import { costsText } from '../pricing/money.ts';
import { amountsOf, type CostedRounds } from './aggregate.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { boundClaim, boundWords } from './bound-words.ts';
import { boundCosts, boundReasonCounts, sumBound, type CostSums } from './costs.ts';
import { exact } from '../platform/count-text.ts';
import * as en from '../texts/en.ts';
import { counted } from './counted.ts';

/** The known costs, without what is unpriced: `≥ $1.20 + ¥8.40`. */
export function knownCostText(sum: CostedRounds, decimals: number): string {
  return boundMark(sumBound(sum).bound) + costsText(costsOf(sum), decimals);
}

/** The known costs by currency, in the order of amountsOf. */
export function costsOf(sum: CostedRounds): [currency: string, cost: bigint][] {
  return amountsOf(sum).map(([currency, { cost }]) => [currency, cost]);
}

/** The texts about costs. Without them, English: files are written in it. */
export type CostTexts = Pick<typeof en, 'costs' | 'boundReasons'>;

/** Lines that say how a sum may be wrong, for how many rounds, and why; none if it is exact. */
export function boundLines(sum: CostSums, texts: CostTexts = en): string[] {
  const { lowerRounds, upperRounds } = sumBound(sum);
  if (lowerRounds + upperRounds === 0) return [];
  const reasons = boundReasonCounts(sum);
  const shown = reasons.slice(0, MOST_REASONS);
  const more =
    reasons.length > MOST_REASONS
      ? [texts.costs.moreReasons({ reasons: counted(reasons.length - MOST_REASONS) })]
      : [];
  return [
    ...boundLine(sum, 'lower', lowerRounds, texts),
    ...boundLine(sum, 'upper', upperRounds, texts),
    ...[
      ...shown.map(([reason, rounds]) => `${exact(rounds)} × ${boundWords(reason, texts.boundReasons)}`),
      ...more,
    ].map((text) => `  ${text}`),
  ];
}

const MOST_REASONS = 4;

function boundLine(sum: CostSums, bound: 'lower' | 'upper', rounds: number, { costs }: CostTexts): string[] {
  if (rounds === 0) return [];
  const claim = boundClaim(bound, rounds, boundCosts(sum, bound), costs);
  return [boundMark(bound) + costs.bounded({ rounds: counted(rounds), claim })];
}

/** About rounds that a repair could not bring back: `2 rounds of this store are lost, and in no sum` */
export function lostText(rounds: number, texts = en.costs): string {
  return texts.lost({ rounds: counted(rounds) });
}
