import { formatUsd, usdText } from '../pricing/money.ts';
import { isCostKnown, type Totals } from '../query/aggregate.ts';
import { exact, plural } from '../query/count-text.ts';

/** A cost as it is shown. What is unpriced is never $0. */
export interface CostView {
  /** `$1.17`, `<$0.01`, `unpriced`, `no usage` */
  text: string;
  /** To a millionth of a dollar; what `text` lacks in words. */
  exact: string;
  isKnown: boolean;
  isUnpriced: boolean;
  /** `+ 2 unpriced`; empty where the sum lacks nothing. */
  missing: string;
}

export function costView(sum: Totals, decimals = 2): CostView {
  const isKnown = isCostKnown(sum);
  const isUnpriced = !isKnown && sum.unpricedRounds > 0;
  const missing = isKnown && sum.unpricedRounds > 0 ? `+ ${exact(sum.unpricedRounds)} unpriced` : '';
  return {
    text: isKnown ? usdText(sum.cost, decimals) : isUnpriced ? 'unpriced' : 'no usage',
    exact: isKnown ? formatUsd(sum.cost, 6) : `cost of ${plural(sum.rounds, 'round')} not known`,
    isKnown,
    isUnpriced,
    missing,
  };
}
