import { exact } from '../platform/count-text.ts';
import { addDays } from '../query/add-days.ts';
import type { Row } from '../query/aggregate.ts';
import { failedRounds } from '../query/failures.ts';
import { isNoAnswer, NO_ANSWER } from '../query/session-models.ts';
import { MEASURE_COLUMNS } from '../query/measures.ts';
import type { Breakdown } from './breakdowns.ts';
import { byDaySection, type ByDayView } from './by-day.ts';
import { modelsByDay, namesByDay } from './by-day-groups.ts';
import { storeNote } from './cost-view.ts';
import { changeView, namedChanges, type Change, type ChangeView, type SiteChange } from './change.ts';
import { dayBars, type DayBars } from './day-bars.ts';
import { dateText, monthText } from './format.ts';
import { layOut, type NavItem } from './layout.ts';
import { listHref, monthQuery, type ListQuery } from './list-link.ts';
import { isUnpriced, modelView, nameText, type ModelView } from './model-view.ts';
import { hrefTo } from './names.ts';
import { costNotes, periodText } from './period.ts';
import { datePath, modelPath, MOST_MODELS } from './prepared/prepared-paths.ts';
import { RECENT_DAYS } from './recent.ts';
import type { SiteContext } from './site-context.ts';
import { isMixed, statView, type StatView } from './stat-rows.ts';
import type { SiteTotals } from './totals.ts';
import { renderTemplate } from './templates.ts';
import { datesOf } from './weeks.ts';

/** The data of templates/stat-table.hbs. */
export interface StatTable {
  /** Of the first column. */
  head: string;
  countHeads: string[];
  hasShares: boolean;
  /** Shares are by currency. */
  isMixed: boolean;
  /** With a column for the last 7 days, and one of bars for the last 30. */
  hasChange: boolean;
  hasBars: boolean;
  rows: (Omit<NamedRow, 'row' | 'query' | 'prepared' | 'change' | 'dayOf'> & ShownRow)[];
  total: ShownRow;
}

interface NamedRow {
  name: string;
  row: Row;
  /** The sessions of the row; undefined if the list cannot be asked for them. */
  query: ListQuery | undefined;
  /** The page that has them without JavaScript. */
  prepared?: string | undefined;
  square: ModelView | null;
  /** Class of the bars: a model's colour, or `plain`. */
  bar: string;
  /** What is known of it besides; can be empty. */
  note: string;
  change?: Change | undefined;
  /** What it used on a date. */
  dayOf?: ((date: string) => Row | undefined) | undefined;
}

interface ShownRow extends Links {
  stat: StatView;
  change: (ChangeView & { href: string }) | null;
  days: (DayBars & { href: string; bar: string }) | null;
}

/** To the sessions behind a row, and to those with a failed request; empty without a query. */
interface Links {
  href: string;
  /** Where the first one leads with JavaScript, if that is elsewhere; can be empty. */
  list: string;
  /** `3 failed`; can be empty. */
  failed: string;
  failedHref: string;
}

function linksOf(
  path: string,
  query: ListQuery | undefined,
  { failures }: Row,
  prepared: string | undefined,
): Links {
  const failed = failedRounds(failures);
  const link = (asked: ListQuery): string => (query ? listHref(path, { ...query, ...asked }) : '');
  return {
    ...(prepared === undefined
      ? { href: link({}), list: '' }
      : { href: hrefTo(path, prepared), list: link({}) }),
    failed: failed > 0 ? `${exact(failed)} failed` : '',
    failedHref: failed > 0 ? link({ status: 'failed' }) : '',
  };
}

type RowOf = Pick<NamedRow, 'row' | 'query' | 'prepared' | 'bar' | 'change' | 'dayOf'>;

interface TableOf {
  /** Of the page with the table. */
  path: string;
  head: string;
  rows: readonly NamedRow[];
  totals: SiteTotals;
  /** Bars for shares of tokens and cost. */
  hasShares: boolean;
  change?: SiteChange | undefined;
  /** The days of the bars; empty: without bars. */
  days?: readonly string[];
}

function statTable({ path, head, rows, totals, hasShares, change, days = [] }: TableOf): StatTable {
  const { total } = totals;
  const byDate = new Map(totals.days);
  const barsOf = ({ dayOf, query, bar }: RowOf): ShownRow['days'] => {
    const bars = dayOf && days.length > 0 ? dayBars(days, days.map(dayOf)) : null;
    const [from = '', to = ''] = [days[0], days.at(-1)];
    return (
      bars && {
        ...bars,
        bar,
        href: query ? listHref(path, { ...query, from, to, sort: 'cost' }) : '',
      }
    );
  };
  const shown = ({ row, query, prepared, bar, dayOf, change: own }: RowOf): ShownRow => ({
    ...linksOf(path, query, row, prepared),
    stat: statView(row, total),
    days: barsOf({ row, query, bar, dayOf }),
    change:
      change && own
        ? {
            ...changeView(own, change),
            // Without rounds, the list would be empty.
            href:
              own.last.rounds === 0 || !query
                ? ''
                : listHref(path, { ...query, ...change.weeks.last, sort: 'cost' }),
          }
        : null,
  });
  const totalRow = shown({
    row: total,
    query: {},
    bar: 'plain',
    change,
    dayOf: (date) => byDate.get(date),
  });
  return {
    head,
    countHeads: MEASURE_COLUMNS.map((column) => column.head),
    hasShares,
    isMixed: hasShares && isMixed(total),
    hasChange: change !== undefined,
    hasBars: totalRow.days !== null,
    rows: rows.map(({ name, square, note, ...row }) => ({ name, square, bar: row.bar, note, ...shown(row) })),
    total: totalRow,
  };
}

/** The `most` expensive models, on a page. */
export function modelTable(
  path: string,
  totals: SiteTotals,
  most: number,
  { change, day, sentTo }: Days,
  site: SiteContext,
): StatTable {
  const rows = totals.models.slice(0, most).map(([model, row]) => ({
    name: isNoAnswer(model, row) ? NO_ANSWER : nameText(model),
    row,
    query: { model: nameText(model) },
    prepared: totals.models.length > MOST_MODELS ? undefined : modelPath(model),
    square: modelView(model, isUnpriced(row), site.colours),
    bar: `m${site.colours.slotOf(model)}`,
    note: isNoAnswer(model, row) ? sentTo : '',
    change: change?.models.get(model),
    dayOf: (date: string) => totals.dayOf(date, model),
  }));
  return statTable({ path, head: 'Model', rows, totals, hasShares: true, change, days: recentDays(day) });
}

/** The day of a render, the change up to it, and where requests without an answer were sent: can be empty. */
export interface Days {
  day: string;
  change: SiteChange | undefined;
  sentTo: string;
}

export function recentDays(day: string): string[] {
  return datesOf({ from: addDays(day, 1 - RECENT_DAYS), to: day });
}

/** Note below a table with costs in several currencies. */
export const SHARE_NOTE =
  'A share of cost compares costs in the same currency; costs in several currencies have no share.';

const CHART_DAYS = 120;
/** Consumers, or values, in the table. */
const MOST_ROWS = 1000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Note below a table with bars of days. */
export const BARS_NOTE = 'Bars: the cost of each of the last 30 days, in each row on its own scale.';

/** The pages with a breakdown by day. */
export type ByPage = Readonly<{ text: string; path: string }>;

export function byViews(path: string, current: string, pages: readonly ByPage[]): ByDayView[] {
  if (pages.length < 2) return [];
  return pages.map(({ text, path: to }) => ({
    text,
    href: hrefTo(path, to, 'by-day'),
    isCurrent: to === current,
  }));
}

export function modelsPage(totals: SiteTotals, days: Days, site: SiteContext): string {
  const path = 'models.html';
  return statisticsPage({ path, current: 'models', title: 'Models' }, totals, site, {
    byDay: '',
    byDayHref: hrefTo(path, DATES_PATH, 'by-day'),
    tables: [modelTable(path, totals, Infinity, days, site)],
    note: 'A session that used two models is counted under both; the total counts it once.',
  });
}

/** Consumers, or the values of a dimension. */
export function breakdownPage(
  breakdown: Breakdown,
  totals: SiteTotals,
  { day, change }: Days,
  pages: readonly ByPage[],
  site: SiteContext,
): string {
  const { path, title, head, rows, dayOf } = breakdown;
  const isConsumers = path === CONSUMERS_PATH;
  const names = rows.map(([name]) => name);
  const changes = change && (isConsumers ? change.consumers : namedChanges(change.weeks, names, dayOf));
  const shown = rows.slice(0, MOST_ROWS).map(([name, row]) => ({
    ...plainRow(breakdown.nameOf(name), row, breakdown.queryOf(name)),
    change: changes?.get(name),
    dayOf: (date: string) => dayOf(date, name),
  }));
  const days = recentDays(day);
  return statisticsPage({ path, current: 'consumers', title }, totals, site, {
    // Consumers have a page of their own for it, since this one is short.
    byDay:
      hasRecent(totals, day) && !isConsumers
        ? byDaySection(path, namesByDay(breakdown, day, totals), byViews(path, path, pages))
        : '',
    byDayHref: isConsumers ? hrefTo(path, CONSUMER_DAYS_PATH) : '',
    tables: [statTable({ path, head, rows: shown, totals, hasShares: true, change, days })],
    note: isConsumers
      ? 'A consumer is who the gateway’s authentication says sent the request.'
      : `${title} is a dimension of the store. A session with two values is counted under both; the total counts it once.`,
  });
}

export const CONSUMERS_PATH = 'consumers.html';
export const CONSUMER_DAYS_PATH = 'consumers-by-day.html';
export const DATES_PATH = 'dates.html';

/** What consumers used by day. */
export function consumerDaysPage(
  breakdown: Breakdown,
  totals: SiteTotals,
  day: string,
  pages: readonly ByPage[],
  site: SiteContext,
): string {
  const path = CONSUMER_DAYS_PATH;
  const isRecent = hasRecent(totals, day);
  return statisticsPage({ path, current: 'consumers', title: 'Consumers by day' }, totals, site, {
    byDay: isRecent ? byDaySection(path, namesByDay(breakdown, day, totals), byViews(path, path, pages)) : '',
    byDayHref: '',
    tables: [],
    note: `${isRecent ? '' : `Nothing was used in the last ${RECENT_DAYS} days. `}A consumer is who the gateway’s authentication says sent the request.`,
  });
}

/** Whether anything was used in the days of the charts by name. */
function hasRecent({ days }: SiteTotals, day: string): boolean {
  const [from = ''] = recentDays(day);
  return days.some(([date]) => date >= from && date <= day);
}

function plainRow(name: string, row: Row, query: ListQuery | undefined): NamedRow {
  return { name, row, query, square: null, bar: 'plain', note: '' };
}

export function datesPage(totals: SiteTotals, pages: readonly ByPage[], site: SiteContext): string {
  const months = totals.months.map(([month, row]) => plainRow(monthText(month), row, monthQuery(month)));
  const days = totals.days.map(([date, row]) => ({
    ...plainRow(dayText(date), row, { from: date, to: date }),
    prepared: datePath(date),
  }));
  const path = DATES_PATH;
  const table = (head: string, rows: readonly NamedRow[]): StatTable =>
    statTable({ path, head, rows: rows.toReversed(), totals, hasShares: false });
  return statisticsPage({ path, current: 'dates', title: 'Dates' }, totals, site, {
    byDay: byDaySection(path, modelsByDay(totals, CHART_DAYS, site), byViews(path, path, pages)),
    byDayHref: '',
    tables: [...(months.length > 1 ? [table('Month', months)] : []), table('Date', days)],
    note: `Days are in ${site.local.timeZone}. A session counts on every day with a round of it; the total counts it once.`,
  });
}

/** `Fri 20 Nov 2026` */
function dayText(date: string): string {
  return `${WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]} ${dateText(date)}`;
}

function statisticsPage(
  { path, current, title }: { path: string; current: NavItem; title: string },
  totals: SiteTotals,
  site: SiteContext,
  { note, ...content }: { tables: StatTable[]; note: string; byDay: string; byDayHref: string },
): string {
  const body = renderTemplate('statistics', {
    title,
    period: periodText(totals),
    ...content,
    bounds: storeNote(totals),
    notes: [
      note,
      ...(content.tables.some((table) => table.isMixed) ? [SHARE_NOTE] : []),
      ...(content.tables.some((table) => table.hasBars) ? [BARS_NOTE] : []),
    ].join(' '),
  });
  const notes = costNotes(totals.total.bounds.size > 0);
  return layOut({ path, title, current, body, notes }, site);
}
