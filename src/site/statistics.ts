import { exact } from '../platform/count-text.ts';
import { isNoModel } from '../pricing/no-model.ts';
import { tokensOf, type Row } from '../query/aggregate.ts';
import { failedRounds } from '../query/failures.ts';
import { NO_ANSWER } from '../query/session-models.ts';
import { MEASURE_COLUMNS } from '../query/measures.ts';
import { byDaySection } from './by-day.ts';
import { storeNote } from './cost-view.ts';
import { changeView, type Change, type ChangeView, type SiteChange } from './change.ts';
import { dateText, monthText } from './format.ts';
import { layOut, type NavItem } from './layout.ts';
import { listHref, monthQuery, type ListQuery } from './list-link.ts';
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
  /** With a column for the last 7 days. */
  hasChange: boolean;
  rows: (Omit<NamedRow, 'row' | 'query' | 'change'> & ShownRow)[];
  total: ShownRow;
}

interface NamedRow {
  name: string;
  row: Row;
  /** The sessions of the row. */
  query: ListQuery;
  square: ModelView | null;
  /** Class of the bars: a model's colour, or `plain`. */
  bar: string;
  change?: Change | undefined;
}

interface ShownRow extends Links {
  stat: StatView;
  change: (ChangeView & { href: string }) | null;
}

/** To the sessions behind a row, and to those with a failed request. */
interface Links {
  href: string;
  /** `3 failed`; can be empty. */
  failed: string;
  failedHref: string;
}

function linksOf(path: string, query: ListQuery, { failures }: Row): Links {
  const failed = failedRounds(failures);
  return {
    href: listHref(path, query),
    failed: failed > 0 ? `${exact(failed)} failed` : '',
    failedHref: failed > 0 ? listHref(path, { ...query, status: 'failed' }) : '',
  };
}

/** `path`: of the page with the table. */
function statTable(
  path: string,
  head: string,
  rows: readonly NamedRow[],
  total: Row,
  hasShares: boolean,
  change?: SiteChange,
): StatTable {
  const shown = (row: Row, query: ListQuery, own: Change | undefined): ShownRow => ({
    ...linksOf(path, query, row),
    stat: statView(row, total),
    change:
      change && own
        ? {
            ...changeView(own, change),
            // Without rounds, the list would be empty.
            href:
              own.last.rounds === 0 ? '' : listHref(path, { ...query, ...change.weeks.last, sort: 'cost' }),
          }
        : null,
  });
  return {
    head,
    countHeads: MEASURE_COLUMNS.map((column) => column.head),
    hasShares,
    isMixed: hasShares && isMixed(total),
    hasChange: change !== undefined,
    rows: rows.map(({ row, query, change: own, ...named }) => ({ ...named, ...shown(row, query, own) })),
    total: shown(total, {}, change),
  };
}

/** The `most` expensive models, on a page. */
export function modelTable(
  path: string,
  { models, total }: SiteTotals,
  most: number,
  change: SiteChange | undefined,
  site: SiteContext,
): StatTable {
  const rows = models.slice(0, most).map(([model, row]) => ({
    name: isAnswered(model, row) ? nameText(model) : NO_ANSWER,
    row,
    query: { model: nameText(model) },
    square: modelView(model, isUnpriced(row), site.colours),
    bar: `m${site.colours.slotOf(model)}`,
    change: change?.models.get(model),
  }));
  return statTable(path, 'Model', rows, total, true, change);
}

/** What failed often names no model, and has no usage: it is no model of its own. */
function isAnswered(model: string, row: Row): boolean {
  return !isNoModel(model) || tokensOf(row) > 0 || row.settledRounds > 0;
}

/** Note below a table with costs in several currencies. */
export const SHARE_NOTE =
  'A share of cost compares costs in the same currency; costs in several currencies have no share.';

const CHART_DAYS = 120;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function modelsPage(totals: SiteTotals, change: SiteChange | undefined, site: SiteContext): string {
  return statisticsPage('models', 'Models', totals, site, {
    tables: [modelTable('models.html', totals, Infinity, change, site)],
    note: 'A session that used two models is counted under both; the total counts it once.',
  });
}

export function consumersPage(totals: SiteTotals, change: SiteChange | undefined, site: SiteContext): string {
  const rows = totals.consumers.map(([consumer, row]) => {
    const name = nameText(consumer);
    const query = { consumer: consumer === '' ? '-' : name };
    return {
      ...plainRow(consumer === '' ? 'no consumer' : name, row, query),
      change: change?.consumers.get(consumer),
    };
  });
  return statisticsPage('consumers', 'Consumers', totals, site, {
    tables: [statTable('consumers.html', 'Consumer', rows, totals.total, true, change)],
    note: 'A consumer is who the gateway’s authentication says sent the request.',
  });
}

function plainRow(name: string, row: Row, query: ListQuery): NamedRow {
  return { name, row, query, square: null, bar: 'plain' };
}

export function datesPage(totals: SiteTotals, site: SiteContext): string {
  const months = totals.months.map(([month, row]) => plainRow(monthText(month), row, monthQuery(month)));
  const days = totals.days.map(([date, row]) => plainRow(dayText(date), row, { from: date, to: date }));
  return statisticsPage('dates', 'Dates', totals, site, {
    byDay: byDaySection('dates.html', totals, CHART_DAYS, site),
    tables: [
      ...(months.length > 1
        ? [statTable('dates.html', 'Month', months.toReversed(), totals.total, false)]
        : []),
      statTable('dates.html', 'Date', days.toReversed(), totals.total, false),
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
