import { usdOf, usdText } from '../pricing/money.ts';
import { tokensOf, type Row } from '../query/aggregate.ts';
import { exact, plural } from '../query/count-text.ts';
import { costView } from './cost-view.ts';
import { dayChart, type Series } from './day-chart.ts';
import { dateText, shortCount } from './format.ts';
import { isUnpriced, modelView, type ModelView } from './model-view.ts';
import type { SiteContext } from './site-context.ts';
import type { Survey } from './survey.ts';
import { renderTemplate } from './templates.ts';

const DAY_MS = 86_400_000;
/** Fewer columns than these would be walls. */
const LEAST_DAYS = 14;

/** Cost and tokens by day side by side, each with its table, of the last `most` days up to the last with rounds. */
export function byDaySection(survey: Survey, most: number, site: SiteContext): string {
  const days = daysOf(survey, most);
  const groups = modelGroups(survey, site);
  const rows = new Map(survey.days);
  const shown = days.map((date) => rows.get(date));
  const isWhole = survey.days.every(([date]) => days.includes(date));
  const costs = groups.map((group) => seriesOf(group, days, survey, (row) => usdOf(row.cost)));
  const tokens = groups.map((group) => seriesOf(group, days, survey, tokensOf));
  const sum = sumOf(shown);
  return renderTemplate('by-day', {
    period: isWhole ? '' : `, the last ${days.length} days`,
    legend: groups.map(({ view }) => view),
    charts: [
      {
        title: 'Cost',
        total: isWhole ? costView(survey.total).text : usdText(sum.cost, 2),
        missing: sum.unpriced > 0 ? `+ ${plural(sum.unpriced, 'unpriced round')}` : '',
        chart: dayChart({
          id: 'cost',
          label: 'Cost by day; a table follows',
          days,
          series: costs.map((series) => ({ ...series, isHatched: false })),
          incomplete: shown.map((row) => row !== undefined && row.unpricedRounds > 0),
          tickText: usdTick,
          valueText: (usd) => `$${usd.toFixed(2)}`,
        }),
        table: tableOf('Cost', days, groups, (date, model) => {
          const row = model === null ? rows.get(date) : survey.dayOf(date, model);
          return row === undefined || row.rounds === 0 ? null : { value: row.cost, row };
        }),
      },
      {
        title: 'Tokens',
        total: `${shortCount(sum.tokens)} in and out`,
        missing: '',
        chart: dayChart({
          id: 'tokens',
          label: 'Input and output tokens by day; a table follows',
          days,
          series: tokens,
          incomplete: days.map(() => false),
          tickText: countTick,
          valueText: shortCount,
        }),
        table: tableOf('Tokens', days, groups, (date, model) => {
          const row = model === null ? rows.get(date) : survey.dayOf(date, model);
          return row === undefined || row.rounds === 0 ? null : { value: tokensOf(row), row };
        }),
      },
    ],
  });
}

/** A colour of the charts: a model, or all those that have none of their own. */
interface ModelGroup {
  view: ModelView;
  models: string[];
}

function modelGroups(survey: Survey, site: SiteContext): ModelGroup[] {
  const coloured = survey.models.filter(([model]) => site.colours.slotOf(model) > 0);
  const others = survey.models.filter(([model]) => site.colours.slotOf(model) === 0);
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
  survey: Survey,
  valueOf: (row: Row) => number,
): Series {
  const values = days.map((date) =>
    models.reduce((sum, model) => {
      const row = survey.dayOf(date, model);
      return row ? sum + valueOf(row) : sum;
    }, 0),
  );
  return { ...view, values };
}

/** Dates without gaps up to the last one with rounds. */
function daysOf({ days }: Survey, most: number): string[] {
  const last = Date.parse(`${days.at(-1)?.[0]}T00:00:00Z`);
  const first = Date.parse(`${days[0]?.[0]}T00:00:00Z`);
  const count = Math.min(most, Math.max(LEAST_DAYS, (last - first) / DAY_MS + 1));
  return Array.from({ length: count }, (_, i) =>
    new Date(last - (count - 1 - i) * DAY_MS).toISOString().slice(0, 10),
  );
}

function sumOf(rows: readonly (Row | undefined)[]): { cost: bigint; tokens: number; unpriced: number } {
  const sum = { cost: 0n, tokens: 0, unpriced: 0 };
  for (const row of rows) {
    if (!row) continue;
    sum.cost += row.cost;
    sum.tokens += tokensOf(row);
    sum.unpriced += row.unpricedRounds;
  }
  return sum;
}

interface Cell {
  value: bigint | number;
  row: Row;
}

function tableOf(
  what: 'Cost' | 'Tokens',
  days: readonly string[],
  groups: readonly ModelGroup[],
  cellOf: (date: string, model: string | null) => Cell | null,
): object {
  const textOf = (cells: (Cell | null)[]): string => {
    const found = cells.filter((cell) => cell !== null);
    if (found.length === 0) return '';
    if (what === 'Tokens') return exact(found.reduce((sum, { value }) => sum + Number(value), 0));
    const unpriced = found.reduce((sum, { row }) => sum + row.unpricedRounds, 0);
    if (found.every(({ row }) => isUnpriced(row))) return 'unpriced';
    const cost = found.reduce((sum, { value }) => sum + BigInt(value), 0n);
    return usdText(cost, 2) + (unpriced > 0 ? ' +' : '');
  };
  return {
    summary: `${what} by day as a table`,
    heads: groups.map(({ view }) => view.name),
    rows: days
      .toReversed()
      .filter((date) => cellOf(date, null) !== null)
      .map((date) => ({
        date: dateText(date),
        cells: groups.map(({ models }) => textOf(models.map((model) => cellOf(date, model)))),
        total: textOf([cellOf(date, null)]),
      })),
  };
}

/** `$4`, `$0.50`, `$0.005`: as many decimals as the step between two of them needs, and no odd one. */
function usdTick(value: number, step: number): string {
  if (value === 0) return '$0';
  const decimals = decimalsOf(step);
  const [whole = '', fraction] = value.toFixed(decimals === 1 ? 2 : decimals).split('.');
  return `$${exact(Number(whole))}${fraction === undefined ? '' : `.${fraction}`}`;
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

/** Of a step such as 0.25: 2. */
function decimalsOf(step: number): number {
  let decimals = 0;
  while (decimals < 9 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6)
    decimals++;
  return decimals;
}
