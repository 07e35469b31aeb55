import { moneyText } from '../pricing/money.ts';
import { amountsOf, type CostedRounds } from './aggregate.ts';
import { boundMark, boundWords } from './bound-words.ts';
import { boundCosts, boundReasonCounts, sumBound, type Amount, type CostSums } from './costs.ts';
import { exact, plural } from './count-text.ts';
import { currencyOrder } from './currency-order.ts';

/** The costs that are known, without a word of what is unpriced: `≥ $1.20 + ¥8.40`. */
export function knownCostText(sum: CostedRounds, decimals: number): string {
  return boundMark(sumBound(sum).bound) + amountsText(amountsOf(sum), decimals);
}

/** `$1.20 + ¥8.40`: amounts in several currencies, which are never added. */
export function amountsText(
  amounts: readonly (readonly [currency: string, amount: Pick<Amount, 'cost'>])[],
  decimals: number,
): string {
  return saidAmounts(amounts)
    .map(([currency, { cost }]) => moneyText(cost, currency, decimals))
    .join(' + ');
}

/** An amount of nothing is said only where there is no other. */
export function saidAmounts<T extends readonly [currency: string, amount: Pick<Amount, 'cost'>]>(
  amounts: readonly T[],
): readonly T[] {
  const some = amounts.filter(([, { cost }]) => cost !== 0n);
  return some.length > 0 ? some : amounts.slice(0, 1);
}

/** Lines that say how a sum may be wrong, by how many rounds, and why; none where it is exact. */
export function boundLines(sum: CostSums): string[] {
  const { lowerRounds, upperRounds } = sumBound(sum);
  if (lowerRounds + upperRounds === 0) return [];
  const reasons = boundReasonCounts(sum);
  const shown = reasons.slice(0, MOST_REASONS);
  const more =
    reasons.length > MOST_REASONS ? [`and ${plural(reasons.length - MOST_REASONS, 'more reason')}`] : [];
  return [
    ...boundLine(lowerRounds, '≥', 'more', boundCosts(sum, 'lower')),
    ...boundLine(upperRounds, '≤', 'less', boundCosts(sum, 'upper')),
    ...[...shown.map(([reason, rounds]) => `${exact(rounds)} × ${boundWords(reason)}`), ...more].map(
      (text) => `  ${text}`,
    ),
  ];
}

const MOST_REASONS = 4;

function boundLine(rounds: number, mark: string, word: string, costs: Map<string, bigint>): string[] {
  if (rounds === 0) return [];
  const amounts = [...costs].filter(([, cost]) => cost !== 0n).toSorted(([a], [b]) => currencyOrder(a, b));
  const said = amounts.map(([currency, cost]) => moneyText(cost, currency, 4)).join(' + ');
  return [`${mark} ${plural(rounds, 'round')} may have cost ${word} than ${said || 'nothing'}`];
}
