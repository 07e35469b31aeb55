import { moneyText, usdOf } from '../pricing/money.ts';
import { tokensOf, type Row } from '../query/aggregate.ts';
import { sumOf } from './by-day-groups.ts';
import { costIn, drawnCurrency } from './cost-view.ts';
import { dateText, shortCount } from './format.ts';

/** The bars of a row: what it cost on each of some days, on its own scale. */
export interface DayBars {
  /** Of an SVG path. */
  path: string;
  width: number;
  /** The highest one, in words. */
  label: string;
  /** Its cost is not known: the bars are of tokens. */
  isUnpriced: boolean;
}

const HEIGHT = 18;
const BAR = 2;
const STEP = 3;

/** Null if nothing was used on these days. `rows`: one for each of the dates. */
export function dayBars(dates: readonly string[], rows: readonly (Row | undefined)[]): DayBars | null {
  const sum = sumOf(rows);
  if (!sum || sum.rounds === 0) return null;
  const { currency } = drawnCurrency(sum);
  const costs = rows.map((row) => (row ? costIn(row, currency) : 0n));
  const isUnpriced = costs.every((cost) => cost <= 0n) && sum.unpricedRounds > 0;
  const values = isUnpriced ? rows.map((row) => (row ? tokensOf(row) : 0)) : costs.map(usdOf);
  const peak = Math.max(...values);
  if (peak <= 0) return null;
  const peakDay = values.indexOf(peak);
  const at = dateText(dates[peakDay] ?? '', false);
  const most = isUnpriced ? `${shortCount(peak)} tokens` : moneyText(costs[peakDay] ?? 0n, currency, 2);
  return {
    path: pathOf(values, peak),
    width: STEP * dates.length - (STEP - BAR),
    label: `${isUnpriced ? 'Unpriced, most' : 'Most'} on ${at}: ${most}`,
    isUnpriced,
  };
}

/** Vertical strokes, from the left. However small, what was used can be seen. */
function pathOf(values: readonly number[], peak: number): string {
  return values
    .map((value, i) => {
      const height = Math.max(1, Math.round((HEIGHT * value) / peak));
      return value <= 0 ? '' : `M${i * STEP + BAR / 2} ${HEIGHT}v-${height}`;
    })
    .join('');
}
