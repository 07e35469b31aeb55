import { usdOf } from '../../pricing/money.ts';
import { amountsOf, type Row } from '../../query/aggregate.ts';
import { daysUpToLast } from '../by-day-groups.ts';
import { amountTick, countTick } from '../axis-text.ts';
import { drawnCurrency } from '../cost-view.ts';
import { dayChart, type Series } from '../day-chart.ts';
import { dateText, percent, shortCount } from '../format.ts';
import { listHref } from '../list-link.ts';
import { CACHED_SLOT, NEW_INPUT_SLOT } from '../model-colours.ts';
import { renderTemplate } from '../templates.ts';
import type { SiteTotals } from '../totals.ts';

const DAYS = 60;

/** Input for each round by day, of which caches held a part, and what they saved. */
export function contextByDay(path: string, totals: SiteTotals): string {
  const days = daysUpToLast(totals, DAYS);
  const rows = new Map(totals.days);
  const shown = days.map((date) => rows.get(date));
  const hrefs = days.map((date, i) =>
    (shown[i]?.rounds ?? 0) > 0 ? listHref(path, { from: date, to: date, sort: 'cost' }) : '',
  );
  const { currency, sign, leftOut } = drawnCurrency(totals.total);
  const series = (
    name: string,
    slot: number,
    valueOf: (row: Row) => number,
    textOf: (row: Row) => string,
  ): Series => ({
    name,
    slot,
    isHatched: false,
    values: shown.map((row) => (row ? Math.max(0, valueOf(row)) : 0)),
    texts: shown.map((row) => (row ? textOf(row) : '')),
  });
  const savedOf = (row: Row): number =>
    usdOf(amountsOf(row).find(([code]) => code === currency)?.[1].saved ?? 0n);
  const amountText = (amount: number): string => `${sign}${amount.toFixed(2)}`;
  const common = { days, hrefs, marks: [], incomplete: days.map(() => false), line: null };
  return renderTemplate('by-day', {
    period: totals.days.every(([date]) => days.includes(date)) ? '' : `, the last ${days.length} days`,
    views: [],
    legend: [
      { slot: CACHED_SLOT, name: 'cached input', isHatched: false },
      { slot: NEW_INPUT_SLOT, name: 'new input', isHatched: false },
    ],
    charts: [
      {
        title: 'Input of a round',
        total: 'tokens, on average',
        exact: '',
        missing: '',
        leftOut: '',
        chart: dayChart({
          ...common,
          id: 'input',
          label: 'Input tokens of a round by day; a table follows',
          isFirst: true,
          series: [
            series(
              'cached',
              CACHED_SLOT,
              (row) => each(row.cached, row),
              (row) => percent(row.cached, row.input),
            ),
            series(
              'new',
              NEW_INPUT_SLOT,
              (row) => each(row.input - row.cached, row),
              (row) => percent(row.input - row.cached, row.input),
            ),
          ],
          texts: shown.map((row) => (row ? shortCount(each(row.input, row)) : '0')),
          tickText: countTick,
          valueText: shortCount,
        }),
        table: {
          summary: 'Input of a round by day as a table',
          heads: ['Cached', 'New'],
          rows: tableRows(path, days, shown, (row) => ({
            cells: [cell(percent(row.cached, row.input)), cell(percent(row.input - row.cached, row.input))],
            total: cell(shortCount(each(row.input, row))),
          })),
        },
      },
      {
        title: 'Saved by caches',
        total: '',
        exact: '',
        missing: '',
        leftOut: leftOut === '' ? '' : `The columns show ${currency} only.`,
        chart: dayChart({
          ...common,
          id: 'saved',
          label: 'What caches saved by day; a table follows',
          isFirst: false,
          series: [series('saved', CACHED_SLOT, savedOf, (row) => amountText(savedOf(row)))],
          texts: shown.map((row) => amountText(row ? savedOf(row) : 0)),
          tickText: (value, step) => sign + amountTick(value, step),
          valueText: amountText,
        }),
        table: {
          summary: 'Saved by caches by day as a table',
          heads: [],
          rows: tableRows(path, days, shown, (row) => ({ cells: [], total: cell(amountText(savedOf(row))) })),
        },
      },
    ],
  });
}

function each(tokens: number, { rounds }: Row): number {
  return Math.round(tokens / Math.max(1, rounds));
}

interface Cell {
  text: string;
  exact: string;
}

function cell(text: string): Cell {
  return { text, exact: '' };
}

function tableRows(
  path: string,
  days: readonly string[],
  rows: readonly (Row | undefined)[],
  cellsOf: (row: Row) => { cells: Cell[]; total: Cell },
): object[] {
  return days
    .flatMap((date, i) => {
      const row = rows[i];
      return row === undefined || row.rounds === 0
        ? []
        : [
            {
              date: dateText(date),
              href: listHref(path, { from: date, to: date }),
              list: '',
              ...cellsOf(row),
            },
          ];
    })
    .toReversed();
}
