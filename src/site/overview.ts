import { emptyRow, sessionTotals, sumOfCells } from '../query/aggregate.ts';
import { plural } from '../platform/count-text.ts';
import { budgetView } from './budget-view.ts';
import { byDaySection } from './by-day.ts';
import { modelsByDay } from './by-day-groups.ts';
import { causeOf, type ChangedCost } from './cause.ts';
import { onlyCurrency, type SiteChange } from './change.ts';
import { costIn, storeNote } from './cost-view.ts';
import { layOut } from './layout.ts';
import { listHref } from './list-link.ts';
import { hrefTo } from './names.ts';
import { figuresOf } from './overview-figures.ts';
import { costNotes, periodText } from './period.ts';
import type { Recent } from './recent.ts';
import { sessionRow } from './lists/session-row.ts';
import type { GivenBudget } from './remembered-filter.ts';
import type { SiteSession } from './shown-session.ts';
import type { SiteSums } from './state/site-head.ts';
import type { SiteContext } from './site-context.ts';
import { BARS_NOTE, byViews, DATES_PATH, modelTable, SHARE_NOTE, type ByPage } from './statistics.ts';
import type { SiteTotals } from './totals.ts';
import { renderTemplate } from './templates.ts';
import type { Span } from './weeks.ts';

export const OVERVIEW_PATH = 'index.html';

/** Sessions in its list. */
export const NEWEST = 10;
const MODELS = 12;
const DAYS = 60;
/** Where to look for what cost most. The browser knows what day it is. */
const DEAREST = [
  ['today', 'today'],
  ['7d', '7 days'],
  ['last-week', 'last week'],
  ['30d', '30 days'],
] as const;

export interface OverviewData {
  sums: SiteSums;
  /** The sessions with the latest rounds. */
  newest: () => readonly SiteSession[];
  recent: Recent;
  /** The local date of the render. */
  day: string;
  byPages: readonly ByPage[];
  /** Where requests without an answer were sent. */
  sentTo: string;
  budget: GivenBudget | null;
  /** A session by its id. */
  find: (id: string) => SiteSession;
}

/** The overview of a store with sessions. */
export function overview(
  view: OverviewData,
  totals: SiteTotals,
  change: SiteChange | undefined,
  site: SiteContext,
): string {
  const path = OVERVIEW_PATH;
  const { sums } = view;
  const budget = view.budget && budgetView(view.budget, totals.days, view.day, path);
  const models = modelTable(path, totals, MODELS, { day: view.day, change, sentTo: view.sentTo }, site);
  const body = renderTemplate('overview', {
    period: periodText(totals),
    cause: change ? causeOf(path, change, changedSessions(change, totals, view, site)) : [],
    budget,
    figures: figuresOf(sums, totals, change, site),
    bounds: storeNote(totals),
    byDay: byDaySection(
      path,
      modelsByDay(totals, DAYS, site),
      byViews(path, DATES_PATH, view.byPages),
      budget?.line,
    ),
    models,
    moreModels:
      totals.models.length > MODELS ? `and ${plural(totals.models.length - MODELS, 'more model')}.` : '',
    shareNote: [...(models.isMixed ? [SHARE_NOTE] : []), ...(models.hasBars ? [BARS_NOTE] : [])].join(' '),
    modelsHref: hrefTo(path, 'models.html'),
    sessionsHref: hrefTo(path, 'sessions/index.html'),
    dearest: DEAREST.map(([when, text]) => ({ text, href: listHref(path, { when, sort: 'cost' }) })),
    allSessions: `All ${plural(sums.sessions - sums.pruned, 'session')}`.replace(
      /^All 1 session$/,
      'All sessions',
    ),
    newest: view
      .newest()
      .map((session) =>
        sessionRow(session, sessionTotals(session.entry), { page: path, year: yearOf(site) }, site),
      ),
  });
  const notes = costNotes(totals.total.bounds.size > 0);
  return layOut({ path, title: 'Overview', current: 'overview', body, notes }, site);
}

export function yearOf({ local, now }: SiteContext): string {
  return local.isoOf(now).slice(0, 4);
}

/**
 * The sessions that can have cost more than a quarter of a week, with what they cost in both: such a session cost more than
 * a quarter of some day. In a large store there are few, or none.
 */
function changedSessions(
  change: SiteChange,
  { days }: SiteTotals,
  { recent, find }: OverviewData,
  { local }: SiteContext,
): ChangedCost[] {
  const currency = onlyCurrency(change);
  if (currency === undefined) return [];
  const rows = new Map(days);
  const ids = new Set<string>();
  for (const [date, sessions] of recent.sessions) {
    const all = costIn(rows.get(date) ?? emptyRow(), currency);
    for (const { id, row } of sessions) if (4n * costIn(row, currency) > all) ids.add(id);
  }
  return Array.from(ids, (id) => {
    const session = find(id);
    const dated = session.entry.usage.map((cell) => ({ cell, date: local.dateOf(cell.bucket) }));
    const sumOf = ({ from, to }: Span): ChangedCost['last'] =>
      sumOfCells(dated.filter(({ date }) => date >= from && date <= to).map(({ cell }) => cell));
    return { session, last: sumOf(change.weeks.last), before: sumOf(change.weeks.before) };
  });
}
