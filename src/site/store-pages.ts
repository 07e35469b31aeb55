import { lostRoundsOf, type State } from '../store/state.ts';
import { statsJson } from './api.ts';
import { consumerBreakdown, dimensionBreakdowns } from './breakdowns.ts';
import { CONTEXT_PATH, contextPage } from './context/context-page.ts';
import type { ContextSums } from './context/context-sums.ts';
import type { DimensionSums } from './dimension-sums.ts';
import { emptyOverview, emptyPage } from './empty.ts';
import { FIND_PATH, findPage } from './find-page.ts';
import { healthPage, HEALTH_PATH } from './health/health-page.ts';
import type { SiteHealth } from './health/site-health.ts';
import { toolsPage, TOOLS_PATH } from './health/tools-page.ts';
import { LIST_PATH } from './names.ts';
import { overview, OVERVIEW_PATH, yearOf } from './overview.ts';
import type { Page } from './page.ts';
import { SEARCH_PATH, searchPage } from './search/search-page.ts';
import type { GivenBudget } from './remembered-filter.ts';
import type { SiteSession } from './shown-session.ts';
import type { SiteContext } from './site-context.ts';
import type { MonthCount, SiteSums } from './state/site-head.ts';
import {
  breakdownPage,
  CONSUMER_DAYS_PATH,
  consumerDaysPage,
  CONSUMERS_PATH,
  DATES_PATH,
  datesPage,
  modelsPage,
  recentDays,
  type ByPage,
  type Days,
} from './statistics.ts';
import { changeUpTo, type SiteChange } from './change.ts';
import type { Recent } from './recent.ts';
import { siteTotals, type SiteSumRows, type SiteTotals } from './totals.ts';

/** What the pages about all sessions show. */
export interface StoreView {
  state: State;
  sums: SiteSums;
  rows: SiteSumRows;
  dimensions: DimensionSums;
  contexts: ContextSums;
  health: SiteHealth;
  months: readonly MonthCount[];
  /** The local date of the render. */
  day: string;
  refresh: number;
  /** What may be spent; null: no budget was given. */
  budget: GivenBudget | null;
  /** Sessions whose last round is before some time have no pages. */
  hasUnlinked: boolean;
  /** The sessions with the latest rounds. */
  newest: () => readonly SiteSession[];
  recent: Recent;
  find: (id: string) => SiteSession;
}

/** The pages about all sessions, but for the lists. Totals are put in order only if a page needs them. */
export function* storePages(view: StoreView, site: SiteContext): Generator<Page> {
  const { sums, rows, months, day, health, hasUnlinked } = view;
  const lostRounds = lostRoundsOf(view.state);
  const state = `${sums.marks} ${lostRounds}`;
  // Nothing changes with the day if nothing was used in the days that pages show.
  const isRecent = recentDays(day).some((date) => rows.days.has(date));
  const ofDay = isRecent ? `${state} ${day}` : state;
  let known: SiteTotals | undefined;
  const totals = (): SiteTotals => (known ??= siteTotals(rows, lostRounds));
  let changed: { change: SiteChange | undefined } | undefined;
  const days = (): Days => ({
    day,
    sentTo: health.lists.sentTo,
    ...(changed ??= { change: changeUpTo(day, totals(), view.recent) }),
  });
  const dimensions = dimensionBreakdowns(view.dimensions, view.recent);
  const byPages: ByPage[] = [
    { text: 'model', path: DATES_PATH },
    { text: 'consumer', path: CONSUMER_DAYS_PATH },
    ...dimensions.map(({ path, title }) => ({ path, text: title })),
  ];

  if (sums.sessions === 0) {
    yield* emptyPages(view, site);
  } else {
    yield page('models.html', ofDay, () => modelsPage(totals(), days(), site));
    yield page('dates.html', state, () => datesPage(totals(), byPages, site));
    yield page(CONSUMERS_PATH, ofDay, () =>
      breakdownPage(consumerBreakdown(totals(), view.recent), totals(), days(), byPages, site),
    );
    yield page(CONSUMER_DAYS_PATH, ofDay, () =>
      consumerDaysPage(consumerBreakdown(totals(), view.recent), totals(), day, byPages, site),
    );
    for (const breakdown of dimensions)
      yield page(breakdown.path, ofDay, () => breakdownPage(breakdown, totals(), days(), byPages, site));
    yield page(HEALTH_PATH, `${state} ${day}`, () => healthPage(health, lostRounds, site));
    yield page(TOOLS_PATH, `${health.toolsKey} ${lostRounds} ${yearOf(site)}`, () =>
      toolsPage(health, lostRounds, site),
    );
    yield page(CONTEXT_PATH, `${ofDay} ${view.contexts.key}`, () =>
      contextPage(view.contexts, totals(), days().change, site),
    );
    const budget = view.budget ? ` ${JSON.stringify(view.budget)}` : '';
    yield page(OVERVIEW_PATH, `${state} ${day}${budget}`, () =>
      overview({ ...view, byPages, sentTo: days().sentTo }, totals(), days().change, site),
    );
  }
  const names = months.map(([month]) => month);
  yield page(FIND_PATH, names.join(' '), () => findPage(names, site));
  if (sums.sessions > 0) {
    const counts = months.map(([month, count]) => [month, count] as const);
    yield page(SEARCH_PATH, JSON.stringify([counts, hasUnlinked]), () =>
      searchPage(counts, hasUnlinked, site),
    );
  }
  yield page('api/stats.json', `${state} ${day}`, () => statsJson(totals(), health, site));
}

function page(path: string, key: string, render: Page['render']): Page {
  return { path, key, render };
}

function* emptyPages({ state, refresh }: StoreView, site: SiteContext): Generator<Page> {
  yield page(OVERVIEW_PATH, `empty ${refresh} ${emptyKey(state)}`, () =>
    site.filter?.length
      ? emptyPage(OVERVIEW_PATH, 'overview', 'Overview', site)
      : emptyOverview(state, refresh, site),
  );
  for (const [path, current, title] of [
    [LIST_PATH, 'sessions', 'Sessions'],
    [HEALTH_PATH, 'health', 'Health'],
    [TOOLS_PATH, 'tools', 'Tools'],
    [SEARCH_PATH, 'search', 'Search'],
    [CONTEXT_PATH, 'context', 'Context'],
    ['models.html', 'models', 'Models'],
    ['dates.html', 'dates', 'Dates'],
    ['consumers.html', 'consumers', 'Consumers'],
  ] as const) {
    yield page(path, 'empty', () => emptyPage(path, current, title, site));
  }
}

/** What the overview of a store without sessions says of it. */
function emptyKey({ logs, rejected }: State): string {
  return `${rejected.length} ${logs.map(({ offset }) => offset).join(' ')}`;
}
