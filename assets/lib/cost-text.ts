import { boundMark } from '../../src/pricing/bound-mark.ts';
import { costsText } from '../../src/pricing/money.ts';
import { exact } from '../../src/platform/count-text.ts';
import { FLAG } from '../../src/site/lists/part-flags.ts';

/** A cost that is a sum of parts, as the pages write costs. */
export function costText({
  costs,
  flags,
  unpriced,
}: {
  /** By currency, in order; null if unknown. */
  costs: readonly (readonly [currency: string, cost: number])[] | null;
  flags: number;
  unpriced: number;
}): { text: string; exact: string; missing: string } {
  if (costs === null)
    return { text: unpriced > 0 ? 'unpriced' : 'no usage', exact: 'cost not known', missing: '' };
  const isHigher = (flags & FLAG.higher) !== 0;
  const isLower = (flags & FLAG.lower) !== 0;
  const mark = boundMark(isHigher ? (isLower ? 'either' : 'lower') : isLower ? 'upper' : null);
  const amounts = costs.map(([currency, cost]) => [currency, atto(cost)] as const);
  return {
    text: mark + costsText(amounts, 2),
    exact: mark + costsText(amounts, 6),
    missing: unpriced > 0 ? `+ ${exact(unpriced)} unpriced` : '',
  };
}

/** Data have costs with eight digits. */
function atto(cost: number): bigint {
  return BigInt(Math.round(cost * 1e12)) * 1_000_000n;
}
