import { lostRoundsOf, type State } from '../store/state.ts';
import { statsJson } from './api.ts';
import { emptyOverview, emptyPage } from './empty.ts';
import { FIND_PATH, findPage } from './find-page.ts';
import { LIST_PATH } from './names.ts';
import { overview, OVERVIEW_PATH } from './overview.ts';
import type { Page } from './page.ts';
import { SEARCH_PATH, searchPage } from './search/search-page.ts';
import type { SiteSession } from './shown-session.ts';
import type { SiteContext } from './site-context.ts';
import type { SiteSums } from './state/site-head.ts';
import { consumersPage, datesPage, modelsPage } from './statistics.ts';
import { siteTotals, type SiteSumRows, type SiteTotals } from './totals.ts';

/** What the pages about all sessions show. */
export interface StoreView {
  state: State;
  sums: SiteSums;
  rows: SiteSumRows;
  months: readonly (readonly [month: string, sessions: number])[];
  /** The local date of the render. */
  day: string;
  refresh: number;
  /** Sessions whose last round is before some time have no pages. */
  hasUnlinked: boolean;
  /** The sessions with the latest rounds. */
  newest: () => readonly SiteSession[];
}

/** The pages about all sessions, but for the lists. Totals are put in order only if a page needs them. */
export function* storePages(view: StoreView, site: SiteContext): Generator<Page> {
  const { sums, rows, months, day, hasUnlinked } = view;
  const lostRounds = lostRoundsOf(view.state);
  const state = `${sums.marks} ${lostRounds}`;
  let known: SiteTotals | undefined;
  const totals = (): SiteTotals => (known ??= siteTotals(rows, lostRounds));

  if (sums.sessions === 0) {
    yield* emptyPages(view, site);
  } else {
    yield page('models.html', state, () => modelsPage(totals(), site));
    yield page('dates.html', state, () => datesPage(totals(), site));
    yield page('consumers.html', state, () => consumersPage(totals(), site));
    yield page(OVERVIEW_PATH, `${state} ${day}`, () => overview(sums, view.newest(), totals(), site));
  }
  const names = months.map(([month]) => month);
  yield page(FIND_PATH, names.join(' '), () => findPage(names, site));
  if (sums.sessions > 0)
    yield page(SEARCH_PATH, JSON.stringify([months, hasUnlinked]), () =>
      searchPage(months, hasUnlinked, site),
    );
  yield page('api/stats.json', state, () => statsJson(totals(), site));
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
    [SEARCH_PATH, 'search', 'Search'],
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
