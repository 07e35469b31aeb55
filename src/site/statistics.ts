import type { Row } from '../query/aggregate.ts';
import { MEASURE_COLUMNS } from '../query/measures.ts';
import { byDaySection } from './by-day.ts';
import { storeNote } from './cost-view.ts';
import { dateText, monthText } from './format.ts';
import { layOut, type NavItem } from './layout.ts';
import { isUnpriced, modelView, nameText, type ModelView } from './model-view.ts';
import { costNotes, periodText } from './period.ts';
import type { SiteContext } from './site-context.ts';
import { isMixed, statView, type StatView } from './stat-rows.ts';
import type { SiteTotals } from './totals.ts';
import { renderTemplate } from './templates.ts';

/** The data of templates/stat-table.hbs. */
export interface StatTable {
  /** Of the first column. */
  head: string;
  countHeads: string[];
  hasShares: boolean;
  /** Shares are by currency. */
  isMixed: boolean;
  rows: (Omit<NamedRow, 'row'> & { stat: StatView })[];
  total: StatView;
}

interface NamedRow {
  name: string;
  row: Row;
  square: ModelView | null;
  /** Class of the bars: a model's colour, or `plain`. */
  bar: string;
}

function statTable(head: string, rows: readonly NamedRow[], total: Row, hasShares: boolean): StatTable {
  return {
    head,
    countHeads: MEASURE_COLUMNS.map((column) => column.head),
    hasShares,
    isMixed: hasShares && isMixed(total),
    rows: rows.map(({ row, ...named }) => ({ ...named, stat: statView(row, total) })),
    total: statView(total, total),
  };
}

/** The `most` expensive models. */
export function modelTable({ models, total }: SiteTotals, most: number, site: SiteContext): StatTable {
  const rows = models.slice(0, most).map(([model, row]) => ({
    name: nameText(model),
    row,
    square: modelView(model, isUnpriced(row), site.colours),
    bar: `m${site.colours.slotOf(model)}`,
  }));
  return statTable('Model', rows, total, true);
}

/** Note below a table with costs in several currencies. */
export const SHARE_NOTE =
  'A share of cost compares costs in the same currency; costs in several currencies have no share.';

const CHART_DAYS = 120;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function modelsPage(totals: SiteTotals, site: SiteContext): string {
  return statisticsPage('models', 'Models', totals, site, {
    tables: [modelTable(totals, Infinity, site)],
    note: 'A session that used two models is counted under both; the total counts it once.',
  });
}

export function consumersPage(totals: SiteTotals, site: SiteContext): string {
  const rows = totals.consumers.map(([consumer, row]) =>
    plainRow(consumer === '' ? 'no consumer' : nameText(consumer), row),
  );
  return statisticsPage('consumers', 'Consumers', totals, site, {
    tables: [statTable('Consumer', rows, totals.total, true)],
    note: 'A consumer is who the gateway’s authentication says sent the request.',
  });
}

function plainRow(name: string, row: Row): NamedRow {
  return { name, row, square: null, bar: 'plain' };
}

export function datesPage(totals: SiteTotals, site: SiteContext): string {
  const months = totals.months.map(([month, row]) => plainRow(monthText(month), row));
  const days = totals.days.map(([date, row]) => plainRow(dayText(date), row));
  return statisticsPage('dates', 'Dates', totals, site, {
    byDay: byDaySection(totals, CHART_DAYS, site),
    tables: [
      ...(months.length > 1 ? [statTable('Month', months.toReversed(), totals.total, false)] : []),
      statTable('Date', days.toReversed(), totals.total, false),
    ],
    note: `Days are in ${site.local.timeZone}. A session counts on every day with a round of it; the total counts it once.`,
  });
}

/** `Fri 20 Nov 2026` */
function dayText(date: string): string {
  return `${WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]} ${dateText(date)}`;
}

function statisticsPage(
  current: NavItem,
  title: string,
  totals: SiteTotals,
  site: SiteContext,
  content: { tables: StatTable[]; note: string; byDay?: string },
): string {
  const body = renderTemplate('statistics', {
    title,
    period: periodText(totals),
    byDay: '',
    bounds: storeNote(totals),
    shareNote: content.tables.some((table) => table.isMixed) ? SHARE_NOTE : '',
    ...content,
  });
  const notes = costNotes(totals.total.bounds.size > 0);
  return layOut({ path: `${current}.html`, title, current, body, notes }, site);
}
