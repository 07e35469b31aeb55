import { costsText } from '../pricing/money.ts';
import { amountsOf, type CostedRounds } from './aggregate.ts';
import { boundClaim, boundMark, boundWords } from '../pricing/bound-words.ts';
import { boundCosts, boundReasonCounts, sumBound, type CostSums } from './costs.ts';
import { exact, plural } from './count-text.ts';

/** The known costs, without what is unpriced: `≥ $1.20 + ¥8.40`. */
export function knownCostText(sum: CostedRounds, decimals: number): string {
  return boundMark(sumBound(sum).bound) + costsText(costsOf(sum), decimals);
}

/** The known costs by currency, in the order of amountsOf. */
export function costsOf(sum: CostedRounds): [currency: string, cost: bigint][] {
  return amountsOf(sum).map(([currency, { cost }]) => [currency, cost]);
}

/** Lines that say how a sum may be wrong, for how many rounds, and why; none if it is exact. */
export function boundLines(sum: CostSums): string[] {
  const { lowerRounds, upperRounds } = sumBound(sum);
  if (lowerRounds + upperRounds === 0) return [];
  const reasons = boundReasonCounts(sum);
  const shown = reasons.slice(0, MOST_REASONS);
  const more =
    reasons.length > MOST_REASONS ? [`and ${plural(reasons.length - MOST_REASONS, 'more reason')}`] : [];
  return [
    ...boundLine(sum, 'lower', lowerRounds),
    ...boundLine(sum, 'upper', upperRounds),
    ...[...shown.map(([reason, rounds]) => `${exact(rounds)} × ${boundWords(reason)}`), ...more].map(
      (text) => `  ${text}`,
    ),
  ];
}

const MOST_REASONS = 4;

function boundLine(sum: CostSums, bound: 'lower' | 'upper', rounds: number): string[] {
  if (rounds === 0) return [];
  const claim = boundClaim(bound, rounds, boundCosts(sum, bound));
  return [`${boundMark(bound)}${plural(rounds, 'round')} ${claim}`];
}

/** About rounds that a repair could not bring back: `2 rounds of this store are lost, and in no sum` */
export function lostText(rounds: number): string {
  return `${plural(rounds, 'round')} of this store ${rounds === 1 ? 'is' : 'are'} lost, and in no sum`;
}
