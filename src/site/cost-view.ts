import { costsText, currencySign } from '../pricing/money.ts';
import { amountsOf, isCostKnown, type CostedRounds, type Row } from '../query/aggregate.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { boundLines, costsOf, knownCostText, lostText } from '../query/cost-text.ts';
import { exact, plural } from '../platform/count-text.ts';
import type { ShownMoney } from '../query/round-money.ts';
import { sumBound } from '../query/costs.ts';
import type { SiteTotals } from './totals.ts';

// How the site writes costs. Currencies are never added, and a cost that may be wrong is marked. If another currency was
// asked for (`converted`), costs are shown in it.

/** A cost as it is shown. Unpriced is never shown as $0. */
export interface CostView {
  /** `$1.17`, `≥ $1.17`, `$1.20 + ¥8.40`, `<$0.01`, `unpriced`, `no usage` */
  text: string;
  /** Tooltip: the cost to a millionth, or why it is unknown; then how it may be wrong, and why. */
  exact: string;
  isKnown: boolean;
  isUnpriced: boolean;
  /** `+ 2 unpriced`; empty if nothing is missing. */
  missing: string;
  /** Shown below a table or a figure; null if the cost is exact. */
  bounds: BoundNote | null;
}

/** How a cost may be wrong, in words. */
interface BoundNote {
  /** `≥ 3 rounds may have cost more than their $0.5200` */
  heads: string[];
  /** `2 × the stream ended before its last token count` */
  reasons: string[];
}

/** A sum whose cost can be shown. */
export type CostSum = CostedRounds & Pick<Row, 'unpricedRounds'>;

export function costView(sum: CostSum, decimals = 2): CostView {
  const isKnown = isCostKnown(sum);
  const isUnpriced = !isKnown && sum.unpricedRounds > 0;
  const missing = isKnown && sum.unpricedRounds > 0 ? `+ ${exact(sum.unpricedRounds)} unpriced` : '';
  const bounds = boundLines(sum);
  const whole = isKnown ? knownCostText(sum, 6) : `cost of ${plural(sum.rounds, 'round')} not known`;
  return {
    text: isKnown ? knownCostText(sum, decimals) : isUnpriced ? 'unpriced' : 'no usage',
    exact: [whole, ...bounds].join('\n'),
    isKnown,
    isUnpriced,
    missing,
    bounds: bounds.length > 0 ? boundNote(bounds) : null,
  };
}

/** Lines of reasons are indented. */
function boundNote(lines: readonly string[]): BoundNote {
  return {
    heads: lines.filter((line) => !line.startsWith(' ')),
    reasons: lines.filter((line) => line.startsWith(' ')).map((line) => line.trim()),
  };
}

/** How the sums of a whole store may be wrong, and what was lost for good. */
export function storeNote({ total, lostRounds }: Pick<SiteTotals, 'total' | 'lostRounds'>): BoundNote | null {
  const note = costView(total).bounds;
  if (lostRounds === 0) return note;
  return { heads: [...(note?.heads ?? []), `${lostText(lostRounds)}.`], reasons: note?.reasons ?? [] };
}

/** The average cost of each of `count`; the cost must be known. */
export function shareText(sum: CostSum, count: number): string {
  const each = costsOf(sum).map(([currency, cost]) => [currency, cost / BigInt(count)] as const);
  return boundMark(sumBound(sum).bound) + costsText(each, 2);
}

/** A key of all that is shown of a round's cost. */
export function moneyKey({ price, cost, currency, inexact, converted }: ShownMoney): string {
  const shown = converted ? ` ${converted.to} ${converted.currency} ${converted.cost}` : '';
  return `${price} ${cost} ${currency} ${inexact.join(' ')}${shown}`;
}

/** The one currency of a drawing, and what the drawing leaves out. */
export interface DrawnCurrency {
  currency: string;
  /** `$`, `SGD ` */
  sign: string;
  /** `¥8.40`: costs in other currencies; empty if there are none. */
  leftOut: string;
}

/** The currency that was asked for, or USD; but that of most rounds if nothing was charged in it. */
export function drawnCurrency(sum: CostSum): DrawnCurrency {
  const amounts = amountsOf(sum).filter(([, { cost }]) => cost !== 0n);
  const wanted = sum.converted?.to ?? 'USD';
  const [most] = amounts.toSorted(([, a], [, b]) => b.rounds - a.rounds);
  const currency = amounts.some(([code]) => code === wanted) ? wanted : (most?.[0] ?? wanted);
  const others = amounts
    .filter(([code]) => code !== currency)
    .map(([code, { cost }]) => [code, cost] as const);
  const leftOut = others.length > 0 ? costsText(others, 2) : '';
  return { currency, sign: currencySign(currency), leftOut };
}

/** A sum's cost in one currency, in units of 10⁻¹⁸. */
export function costIn(sum: CostSum, currency: string): bigint {
  return amountsOf(sum).find(([code]) => code === currency)?.[1].cost ?? 0n;
}

/** The currencies that something was charged in. */
export function currenciesOf(sum: CostSum): string[] {
  return costsOf(sum)
    .filter(([, cost]) => cost !== 0n)
    .map(([currency]) => currency);
}
