import { usdOf } from '../pricing/money.ts';
import { emptyRow, tokensOf, type Row } from '../query/aggregate.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { sumBound } from '../query/costs.ts';
import { exact, plural } from '../platform/count-text.ts';
import { sumOf, type ByDay } from './by-day-groups.ts';
import { amountTick, countTick } from './axis-text.ts';
import { costIn, costView, drawnCurrency } from './cost-view.ts';
import { dayChart, type Series } from './day-chart.ts';
import { dateText, shortCount } from './format.ts';
import { listHref } from './list-link.ts';
import type { ModelView } from './model-view.ts';
import { hrefTo } from './names.ts';
import { datePath } from './prepared/prepared-paths.ts';
import { renderTemplate } from './templates.ts';

/** A page's own by-day section, and those of other pages. */
export interface ByDayView {
  text: string;
  href: string;
  isCurrent: boolean;
}

/** Charts and tables of cost and tokens by day, on the page at `path`; `views`: by what else there are such charts. */
export function byDaySection(
  path: string,
  { days, isWhole, groups, dayOf }: ByDay,
  views: readonly ByDayView[] = [],
  budget: BudgetLine | null = null,
): string {
  const shown = days.map(dayOf);
  const hrefs = days.map((date, i) => ((shown[i]?.rounds ?? 0) > 0 ? hrefTo(path, datePath(date)) : ''));
  const lists = days.map((date) => listHref(path, { from: date, to: date }));
  const sum = sumOf(shown) ?? emptyRow();
  const cost = costView(sum);
  const { currency, sign, leftOut } = drawnCurrency(sum);
  const level = levelOf(
    budget,
    currency,
    Math.max(0, ...shown.map((row) => (row ? usdOf(costIn(row, currency)) : 0))),
  );
  const amountText = (amount: number): string => `${sign}${amount.toFixed(2)}`;
  const costText = (row: Row | undefined): string => {
    const view = row && costView(row);
    if (!view) return amountText(0);
    return view.missing === '' ? view.text : `${view.text} ${view.missing}`;
  };
  const drawn = groups.map((group) => ({ ...group, rows: days.map((date) => group.dayOf(date)) }));
  const costs = drawn.map((group) =>
    seriesOf(group, {
      valueOf: (row) => usdOf(costIn(row, currency)),
      textOf: (row) => (row.cost !== 0n || row.others.size > 0 || row.bounds.size > 0 ? costText(row) : ''),
    }),
  );
  const tokens = drawn.map((group) =>
    seriesOf(group, {
      valueOf: tokensOf,
      textOf: (row) => (tokensOf(row) > 0 ? shortCount(tokensOf(row)) : ''),
    }),
  );
  const table = { path, days, groups: drawn, totals: shown };
  return renderTemplate('by-day', {
    period: isWhole ? '' : `, the last ${days.length} days`,
    views,
    legend: groups.map(({ view }) => view),
    charts: [
      {
        title: 'Cost',
        total: cost.text,
        exact: cost.bounds ? cost.exact : '',
        missing: sum.unpricedRounds > 0 ? `+ ${plural(sum.unpricedRounds, 'unpriced round')}` : '',
        leftOut: [
          ...(leftOut === '' ? [] : [`The columns show ${currency}; ${leftOut} is left out.`]),
          ...(level.note === '' ? [] : [level.note]),
        ].join(' '),
        chart: dayChart({
          id: 'cost',
          label: 'Cost by day; a table follows',
          days,
          hrefs,
          lists,
          isFirst: true,
          series: costs.map((series) => ({ ...series, isHatched: false })),
          texts: shown.map(costText),
          marks: shown.map((row) => (row ? boundMark(sumBound(row).bound) : '')),
          incomplete: shown.map((row) => row !== undefined && row.unpricedRounds > 0),
          tickText: (value, step) => sign + amountTick(value, step),
          valueText: amountText,
          line: level.line,
        }),
        table: tableOf('Cost', table, costCell),
      },
      {
        title: 'Tokens',
        total: `${shortCount(tokensOf(sum))} in and out`,
        exact: '',
        missing: '',
        leftOut: '',
        chart: dayChart({
          id: 'tokens',
          label: 'Input and output tokens by day; a table follows',
          days,
          hrefs,
          lists,
          isFirst: false,
          series: tokens,
          texts: shown.map((row) => shortCount(row ? tokensOf(row) : 0)),
          marks: [],
          incomplete: days.map(() => false),
          tickText: countTick,
          valueText: shortCount,
          line: null,
        }),
        table: tableOf('Tokens', table, (row) => ({ text: exact(tokensOf(row)), exact: '' })),
      },
    ],
  });
}

/** A level in the chart of costs. */
export interface BudgetLine {
  currency: string;
  value: number;
  /** `budget $10 a day` */
  text: string;
}

/** A level further above the highest column would make all columns too low to read. */
const MOST_ABOVE = 4;

/** The line of a budget, or a note that says why there is none. */
function levelOf(
  budget: BudgetLine | null,
  currency: string,
  peak: number,
): { line: BudgetLine | null; note: string } {
  if (!budget) return { line: null, note: '' };
  if (budget.currency !== currency)
    return { line: null, note: `The budget is in ${budget.currency}, so it has no line here.` };
  return budget.value > MOST_ABOVE * peak
    ? { line: null, note: `The columns are far below the ${budget.text}.` }
    : { line: budget, note: '' };
}

/** A colour of the charts, with what it used on each day. */
interface DrawnGroup {
  view: ModelView;
  rows: readonly (Row | undefined)[];
}

function seriesOf(
  { view, rows }: DrawnGroup,
  { valueOf, textOf }: { valueOf: (row: Row) => number; textOf: (row: Row) => string },
): Series {
  return {
    ...view,
    values: rows.map((row) => (row ? valueOf(row) : 0)),
    texts: rows.map((row) => (row ? textOf(row) : '')),
  };
}

/** Text and tooltip of a table's cell. */
interface Cell {
  text: string;
  exact: string;
}

const NO_CELL: Cell = { text: '', exact: '' };

function costCell(row: Row): Cell {
  const { text, exact: whole, missing, bounds } = costView(row);
  return { text: text + (missing === '' ? '' : ' +'), exact: bounds ? whole : '' };
}

function tableOf(
  what: 'Cost' | 'Tokens',
  {
    path,
    days,
    groups,
    totals,
  }: {
    path: string;
    days: readonly string[];
    groups: readonly DrawnGroup[];
    totals: readonly (Row | undefined)[];
  },
  cellOf: (row: Row) => Cell,
): object {
  const rows = days.flatMap((date, day) => {
    const total = totals[day];
    if (total === undefined || total.rounds === 0) return [];
    const cells = groups.map(({ rows: of }) => {
      const row = of[day];
      return row === undefined || row.rounds === 0 ? NO_CELL : cellOf(row);
    });
    return [
      {
        date: dateText(date),
        href: hrefTo(path, datePath(date)),
        list: listHref(path, { from: date, to: date }),
        cells,
        total: cellOf(total),
      },
    ];
  });
  return {
    summary: `${what} by day as a table`,
    heads: groups.map(({ view }) => view.name),
    rows: rows.toReversed(),
  };
}
