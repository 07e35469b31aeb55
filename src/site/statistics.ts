import type { Row } from '../query/aggregate.ts';
import { byDaySection } from './by-day.ts';
import { storeNote } from './cost-view.ts';
import { dateText } from './format.ts';
import { layOut, type NavItem } from './layout.ts';
import { isUnpriced, modelView, nameText, type ModelView } from './model-view.ts';
import { costNotes, periodText } from './period.ts';
import type { SiteContext } from './site-context.ts';
import { isMixed, statView, type StatView } from './stat-rows.ts';
import type { SiteTotals } from './totals.ts';
import { renderTemplate } from './templates.ts';

/** What templates/stat-table.hbs shows. */
export interface StatTable {
  /** Of the first column. */
  head: string;
  hasShares: boolean;
  /** Shares are by currency. */
  isMixed: boolean;
  rows: {
    name: string;
    square: ModelView | null;
    /** Class of the bars: a model's colour, or `plain`. */
    bar: string;
    stat: StatView;
  }[];
  total: StatView;
}

/** Models by cost; at most so many. */
export function modelTable({ models, total }: SiteTotals, most: number, site: SiteContext): StatTable {
  const rows = models.slice(0, most).map(([model, row]) => ({
    name: nameText(model),
    square: modelView(model, isUnpriced(row), site.colours),
    bar: `m${site.colours.slotOf(model)}`,
    stat: statView(row, total),
  }));
  return { head: 'Model', hasShares: true, isMixed: isMixed(total), rows, total: statView(total, total) };
}

/** Below a table with shares of several currencies. */
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
  const rows = totals.consumers.map(([consumer, row]) => ({
    name: consumer === '' ? 'no consumer' : nameText(consumer),
    square: null,
    bar: 'plain',
    stat: statView(row, totals.total),
  }));
  return statisticsPage('consumers', 'Consumers', totals, site, {
    tables: [
      {
        head: 'Consumer',
        hasShares: true,
        isMixed: isMixed(totals.total),
        rows,
        total: statView(totals.total, totals.total),
      },
    ],
    note: 'A consumer is who the gateway’s authentication says sent the request.',
  });
}

export function datesPage(totals: SiteTotals, site: SiteContext): string {
  const table = (head: string, entries: readonly (readonly [string, Row])[]): StatTable => ({
    head,
    hasShares: false,
    isMixed: false,
    rows: entries.map(([name, row]) => ({
      name,
      square: null,
      bar: 'plain',
      stat: statView(row, totals.total),
    })),
    total: statView(totals.total, totals.total),
  });
  const months = totals.months.map(([month, row]) => [monthText(month), row] as const);
  const days = totals.days.map(([date, row]) => [dayText(date), row] as const);
  return statisticsPage('dates', 'Dates', totals, site, {
    byDay: byDaySection(totals, CHART_DAYS, site),
    tables: [
      ...(months.length > 1 ? [table('Month', months.toReversed())] : []),
      table('Date', days.toReversed()),
    ],
    note: `A day is a day in ${site.local.timeZone}. A session is counted on each day on which it had rounds; the total counts it once.`,
  });
}

/** `Nov 2026` */
function monthText(month: string): string {
  return dateText(`${month}-01`).slice(2);
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
