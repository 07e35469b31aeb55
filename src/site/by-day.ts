import { usdOf } from '../pricing/money.ts';
import { addRow, emptyRow, tokensOf, type Row } from '../query/aggregate.ts';
import { boundMark } from '../pricing/bound-words.ts';
import { sumBound } from '../query/costs.ts';
import { exact, plural } from '../platform/count-text.ts';
import { costIn, costView, drawnCurrency } from './cost-view.ts';
import { dayChart, type Series } from './day-chart.ts';
import { dateText, shortCount } from './format.ts';
import { listHref } from './list-link.ts';
import { isUnpriced, modelView, type ModelView } from './model-view.ts';
import type { SiteContext } from './site-context.ts';
import type { SiteTotals } from './totals.ts';
import { renderTemplate } from './templates.ts';

const DAY_MS = 86_400_000;
/** Fewer columns would be too wide. */
const LEAST_DAYS = 14;

/** Charts and tables of cost and tokens by day on a page, for at most `most` days up to the last one with rounds. */
export function byDaySection(path: string, totals: SiteTotals, most: number, site: SiteContext): string {
  const days = daysOf(totals, most);
  const groups = modelGroups(totals, site);
  const rows = new Map(totals.days);
  const shown = days.map((date) => rows.get(date));
  const hrefs = days.map((date) => (rows.has(date) ? listHref(path, { from: date, to: date }) : ''));
  const isWhole = totals.days.every(([date]) => days.includes(date));
  const sum = sumOf(shown);
  const cost = costView(sum);
  const { currency, sign, leftOut } = drawnCurrency(sum);
  const amountText = (amount: number): string => `${sign}${amount.toFixed(2)}`;
  const costText = (row: Row | undefined): string => {
    const view = row && costView(row);
    if (!view) return amountText(0);
    return view.missing === '' ? view.text : `${view.text} ${view.missing}`;
  };
  const costs = groups.map((group) =>
    seriesOf(group, days, totals, {
      valueOf: (row) => usdOf(costIn(row, currency)),
      textOf: (row) => (row.cost !== 0n || row.others.size > 0 || row.bounds.size > 0 ? costText(row) : ''),
    }),
  );
  const tokens = groups.map((group) =>
    seriesOf(group, days, totals, {
      valueOf: tokensOf,
      textOf: (row) => (tokensOf(row) > 0 ? shortCount(tokensOf(row)) : ''),
    }),
  );
  return renderTemplate('by-day', {
    period: isWhole ? '' : `, the last ${days.length} days`,
    legend: groups.map(({ view }) => view),
    charts: [
      {
        title: 'Cost',
        total: cost.text,
        exact: cost.bounds ? cost.exact : '',
        missing: sum.unpricedRounds > 0 ? `+ ${plural(sum.unpricedRounds, 'unpriced round')}` : '',
        leftOut: leftOut === '' ? '' : `The columns show ${currency}; ${leftOut} is left out.`,
        chart: dayChart({
          id: 'cost',
          label: 'Cost by day; a table follows',
          days,
          hrefs,
          isFirst: true,
          series: costs.map((series) => ({ ...series, isHatched: false })),
          texts: shown.map(costText),
          marks: shown.map((row) => (row ? boundMark(sumBound(row).bound) : '')),
          incomplete: shown.map((row) => row !== undefined && row.unpricedRounds > 0),
          tickText: (value, step) => sign + amountTick(value, step),
          valueText: amountText,
        }),
        table: tableOf('Cost', path, days, groups, totals, costCell),
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
          isFirst: false,
          series: tokens,
          texts: shown.map((row) => shortCount(row ? tokensOf(row) : 0)),
          marks: [],
          incomplete: days.map(() => false),
          tickText: countTick,
          valueText: shortCount,
        }),
        table: tableOf('Tokens', path, days, groups, totals, (row) => ({
          text: exact(tokensOf(row)),
          exact: '',
        })),
      },
    ],
  });
}

/** A colour of the charts: one model, or all models without a colour of their own. */
interface ModelGroup {
  view: ModelView;
  models: string[];
}

function modelGroups(totals: SiteTotals, site: SiteContext): ModelGroup[] {
  const coloured = totals.models.filter(([model]) => site.colours.slotOf(model) > 0);
  const others = totals.models.filter(([model]) => site.colours.slotOf(model) === 0);
  const groups = coloured.map(([model, row]) => ({
    view: modelView(model, isUnpriced(row), site.colours),
    models: [model],
  }));
  if (others.length === 0) return groups;
  const name = plural(others.length, 'other model');
  const isHatched = others.every(([, row]) => isUnpriced(row));
  return [...groups, { view: { name, slot: 0, isHatched }, models: others.map(([model]) => model) }];
}

function seriesOf(
  { view, models }: ModelGroup,
  days: readonly string[],
  totals: SiteTotals,
  { valueOf, textOf }: { valueOf: (row: Row) => number; textOf: (row: Row) => string },
): Series {
  const rows = days.map((date) => dayOf(date, models, totals));
  return {
    ...view,
    values: rows.map((row) => (row ? valueOf(row) : 0)),
    texts: rows.map((row) => (row ? textOf(row) : '')),
  };
}

/** What these models used on a day; undefined if nothing. */
function dayOf(date: string, models: readonly string[], totals: SiteTotals): Row | undefined {
  const rows = models.map((model) => totals.dayOf(date, model)).filter((row) => row !== undefined);
  return rows.length > 1 ? sumOf(rows) : rows[0];
}

/** Consecutive dates up to the last one with rounds. */
function daysOf({ days }: SiteTotals, most: number): string[] {
  const last = Date.parse(`${days.at(-1)?.[0]}T00:00:00Z`);
  const first = Date.parse(`${days[0]?.[0]}T00:00:00Z`);
  const count = Math.min(most, Math.max(LEAST_DAYS, (last - first) / DAY_MS + 1));
  return Array.from({ length: count }, (_, i) =>
    new Date(last - (count - 1 - i) * DAY_MS).toISOString().slice(0, 10),
  );
}

function sumOf(rows: readonly (Row | undefined)[]): Row {
  const sum = emptyRow();
  for (const row of rows) if (row) addRow(sum, row);
  return sum;
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
  path: string,
  days: readonly string[],
  groups: readonly ModelGroup[],
  totals: SiteTotals,
  cellOf: (row: Row) => Cell,
): object {
  const rows = new Map(totals.days);
  return {
    summary: `${what} by day as a table`,
    heads: groups.map(({ view }) => view.name),
    rows: days.toReversed().flatMap((date) => {
      const total = rows.get(date);
      if (total === undefined || total.rounds === 0) return [];
      const cells = groups.map(({ models }) => {
        const row = dayOf(date, models, totals);
        return row === undefined || row.rounds === 0 ? NO_CELL : cellOf(row);
      });
      return [
        { date: dateText(date), href: listHref(path, { from: date, to: date }), cells, total: cellOf(total) },
      ];
    }),
  };
}

/** `4`, `0.50`, `0.005`: as many decimals as the step between two ticks needs, and two instead of one. */
function amountTick(value: number, step: number): string {
  if (value === 0) return '0';
  const decimals = decimalsOf(step);
  const [whole = '', fraction] = value.toFixed(decimals === 1 ? 2 : decimals).split('.');
  return `${exact(Number(whole))}${fraction === undefined ? '' : `.${fraction}`}`;
}

const SIZES = [
  ['G', 1e9],
  ['M', 1e6],
  ['K', 1e3],
] as const;

/** `500 K`, `1.5 M` */
function countTick(value: number, step: number): string {
  const [unit, size] = SIZES.find(([, size]) => value >= size) ?? ['', 1];
  const text = (value / size)
    .toFixed(decimalsOf(step / size))
    .replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros));
  return unit === '' ? exact(value) : `${text}\u00a0${unit}`;
}

/** 2 for a step such as 0.25. */
function decimalsOf(step: number): number {
  let decimals = 0;
  while (decimals < 9 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6)
    decimals++;
  return decimals;
}
