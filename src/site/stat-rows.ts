import { currencySign } from '../pricing/money.ts';
import { isCostKnown, tokensOf, type Row } from '../query/aggregate.ts';
import { plural } from '../platform/count-text.ts';
import { MEASURE_COLUMNS } from '../query/measures.ts';
import { costIn, costView, currenciesOf, drawnCurrency, type CostView } from './cost-view.ts';
import { percent, shownCount, type Shown } from './format.ts';

/** A row of statistics, without its name. */
export interface StatView {
  /** In the order of MEASURE_COLUMNS; `name` is also the class of the cell. */
  counts: (Shown & { name: string })[];
  cost: CostView;
  /** Share of all tokens: `39%`. */
  tokenShare: string;
  /** Share of all costs: `39%`; `39% of ¥` if there are several currencies; `unknown` without a price. */
  costShare: string;
  /** Empty if there is no share. */
  costWidth: string;
  /** `+ 40 rounds` that are not in the cost. */
  missing: string;
}

export function statView(row: Row, total: Row): StatView {
  const cost = costView(row);
  return {
    counts: MEASURE_COLUMNS.map(({ name }) => ({
      name,
      ...(name === 'cached' ? { text: percent(row.cached, row.input), exact: '' } : shownCount(row[name])),
      isOne: name === 'rounds' && row.rounds === 1,
    })),
    cost,
    tokenShare: percent(tokensOf(row), tokensOf(total)),
    ...costShareOf(row, total, cost.isKnown),
    missing: isCostKnown(row) && row.unpricedRounds > 0 ? `+ ${plural(row.unpricedRounds, 'round')}` : '',
  };
}

/** Shares compare costs in one currency: a row with several has none. */
function costShareOf(row: Row, total: Row, isKnown: boolean): Pick<StatView, 'costShare' | 'costWidth'> {
  if (!isKnown) return { costShare: 'unknown', costWidth: '' };
  const [currency = drawnCurrency(total).currency, ...others] = currenciesOf(row);
  if (others.length > 0) return { costShare: '–', costWidth: '' };
  const [part, whole] = [micro(costIn(row, currency)), micro(costIn(total, currency))];
  const of = isMixed(total) && part > 0 ? ` of ${currencySign(currency).trim()}` : '';
  return { costShare: percent(part, whole) + of, costWidth: width(part, whole) };
}

/** Whether something was charged in several currencies. */
export function isMixed(total: Row): boolean {
  return currenciesOf(total).length > 1;
}

/** Precise enough for a share. */
function micro(atto: bigint): number {
  return Number(atto / 1_000_000_000_000n);
}

function width(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${Math.round((1000 * part) / whole) / 10}%`;
}
