import { hexDigest } from '../platform/digest.ts';
import type { Snapshot } from '../store/read.ts';
import { lostRoundsOf } from '../store/state.ts';
import { isPruned } from '../model/session-entry.ts';
import { bucketOf } from '../model/usage-cell.ts';
import { sessionsJsonPages, statsJson } from './api.ts';
import type { KeyedSession } from './keyed-session.ts';
import { emptyOverview, emptyPage } from './empty.ts';
import { FIND_PATH, findPage } from './find-page.ts';
import { inBothOrders } from './ordered.ts';
import { overview, OVERVIEW_PATH } from './overview.ts';
import type { Page } from './page.ts';
import { dataKeysOf, listPages } from './session-list.ts';
import type { SiteContext } from './site-context.ts';
import { consumersPage, datesPage, modelsPage } from './statistics.ts';
import { siteTotals, type SiteTotals } from './totals.ts';

/** The pages about all sessions. Totals are summed only if a page needs them. */
export function* storePages(
  snapshot: Snapshot,
  sessions: readonly KeyedSession[],
  refresh: number,
  site: SiteContext,
): Generator<Page> {
  // Pruned sessions still count in totals, but have no pages.
  const pruned = sessions.filter(({ entry }) => isPruned(entry));
  const shown = inBothOrders(
    pruned.length === 0 ? sessions : sessions.filter(({ entry }) => !isPruned(entry)),
  );
  const dataKeys = dataKeysOf(shown.keyed, site);
  const lostRounds = lostRoundsOf(snapshot.state);
  const lost = lostRounds > 0 ? [`${lostRounds} lost`] : [];
  const state = hexDigest([...dataKeys, ...pruned.map(({ mark }) => mark), ...lost].join('\n'));
  const today = site.local.dateOf(bucketOf(site.now));
  const entries = sessions.map(({ entry }) => entry);
  let known: SiteTotals | undefined;
  const totals = (): SiteTotals => (known ??= siteTotals(entries, site.local, lostRounds));

  if (sessions.length === 0) {
    yield* emptyPages(snapshot, refresh, site);
  } else {
    yield* listPages(shown, dataKeys, pruned.length, site);
    yield page('models.html', state, () => modelsPage(totals(), site));
    yield page('dates.html', state, () => datesPage(totals(), site));
    yield page('consumers.html', state, () => consumersPage(totals(), site));
    yield page(OVERVIEW_PATH, `${state} ${today}`, () => overview(entries, shown.latest(), totals(), site));
  }
  const files = dataKeys.length;
  yield page(FIND_PATH, `${files}`, () => findPage(files, site));
  yield* sessionsJsonPages(shown, state);
  yield page('api/stats.json', state, () => statsJson(totals(), site));
}

function page(path: string, key: string, render: Page['render']): Page {
  return { path, key, render };
}

function* emptyPages(snapshot: Snapshot, refresh: number, site: SiteContext): Generator<Page> {
  const { logs, rejected } = snapshot.state;
  const offsets = logs.map(({ offset }) => offset).join(' ');
  yield {
    path: OVERVIEW_PATH,
    key: `empty ${refresh} ${rejected.length} ${offsets}`,
    render: () =>
      site.filter?.length
        ? emptyPage(OVERVIEW_PATH, 'overview', 'Overview', site)
        : emptyOverview(snapshot, refresh, site),
  };
  for (const [path, current, title] of [
    ['sessions/index.html', 'sessions', 'Sessions'],
    ['models.html', 'models', 'Models'],
    ['dates.html', 'dates', 'Dates'],
    ['consumers.html', 'consumers', 'Consumers'],
  ] as const) {
    yield { path, key: 'empty', render: () => emptyPage(path, current, title, site) };
  }
}
