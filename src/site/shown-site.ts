import { assets } from 'virtual:site-files';
import { hexDigest } from '../platform/digest.ts';
import { isOfProcess } from '../query/time-zone.ts';
import { lostRoundsOf } from '../store/state.ts';
import type { ContextSums } from './context/context-sums.ts';
import type { DimensionSums } from './dimension-sums.ts';
import type { SiteHealth } from './health/site-health.ts';
import { LATEST, LATEST_PATHS, type LatestList } from './lists/latest-list.ts';
import { jsonText } from './lists/list-row.ts';
import { PART_ROWS } from './lists/month-file.ts';
import { movedPages } from './moved-pages.ts';
import { hrefTo, LISTED_JSON_PATH, monthJsonPath } from './names.ts';
import { NEWEST, yearOf } from './overview.ts';
import type { RenderChanges } from './page-changes.ts';
import type { Page } from './page.ts';
import type { PreparedLists } from './prepared/prepared-lists.ts';
import { writePrepared } from './prepared/prepared-pages.ts';
import type { Recent } from './recent.ts';
import { commitsOf, sessionOf, type ColouredJob } from './site-job.ts';
import type { MonthCount, SiteHead, SiteSums } from './state/site-head.ts';
import { storePages } from './store-pages.ts';
import type { SiteSumRows } from './totals.ts';

/** What a render has found out about all sessions. */
export interface ShownSite {
  sums: SiteSums;
  rows: SiteSumRows;
  dimensions: DimensionSums;
  contexts: ContextSums;
  recent: Recent;
  prepared: PreparedLists;
  /** Ascending. */
  months: readonly MonthCount[];
  latest: LatestList;
  health: SiteHealth;
  /** The names of the files of families. */
  families: readonly string[];
}

/**
 * Brings all pages up to date that are not about one session or one month, and removes what no page is any more. Returns
 * what the site is to remember. `isAnew`: none of those that the site has is kept.
 */
export function writeSite(
  job: ColouredJob,
  shown: ShownSite,
  head: SiteHead | undefined,
  isAnew: boolean,
): SiteHead {
  const { writer, snapshot, options } = job;
  const { sums, months } = shown;
  const before = new Map(isAnew ? [] : head?.pages);
  const pages: [path: string, key: string][] = [];
  const isCurrent = (path: string, key: string): boolean => before.get(path) === key && !writer.isTorn(path);
  const put = (page: Page): void => {
    if (isCurrent(page.path, page.key)) writer.keep(page.path);
    else writer.write(page);
    pages.push([page.path, page.key]);
  };

  for (const page of [...assetPages(), ...movedPages(job.pieces, job.site)]) put(page);
  if (sums.sessions > 0) {
    const key = latestKey(job, shown);
    if (LATEST_PATHS.every((path) => isCurrent(path, key)))
      for (const path of LATEST_PATHS) writer.keep(path);
    else writeLatest(job, shown);
    for (const path of LATEST_PATHS) pages.push([path, key]);
  } else {
    put({ path: LISTED_JSON_PATH, key: 'empty', render: () => jsonText({ total: 0, parts: [] }, []) });
  }
  const { day } = job;
  const newest = () => shown.latest.rows.slice(0, NEWEST).map(({ id }) => sessionOf(job, id));
  const view = {
    ...shown,
    state: snapshot.state,
    day,
    refresh: options.refresh,
    budget: job.filter.budget,
    hasUnlinked: job.cut !== null,
    newest,
    find: (id: string) => sessionOf(job, id),
  };
  for (const page of storePages(view, job.site)) put(page);
  const prepared = writePrepared(job, shown, isAnew);
  const stamp = hexDigest(JSON.stringify([job.common, ...pages, ...prepared]));
  // A killed render has changed pages too.
  const isKnown = head !== undefined && !isAnew && !writer.wasKilled;
  const changes = writer.changes.after(head?.changes ?? [], stamp, isKnown);
  put(changesPage(changes));
  // Last, because it makes open pages look what has changed.
  put(stampPage(stamp, options.refresh));
  const now = new Map(pages);
  for (const [path] of head?.pages ?? []) if (!now.has(path)) writer.remove(path);
  writer.removeLeftovers();
  return {
    store: job.store,
    common: job.common,
    settings: job.settings,
    inputs: job.inputs,
    ...zoneOf(job, head),
    ...commitsOf(job),
    lost: lostRoundsOf(snapshot.state),
    day,
    dayBegins: job.dayBegins,
    dayEnds: job.dayEnds,
    refresh: options.refresh,
    cut: job.cut,
    ...(job.filter.budget && { budget: job.filter.budget }),
    slots: job.uses.map(([model, bucket]) => [model, bucket]),
    sums: { ...sums, files: sums.files + prepared.size - shown.prepared.before },
    months: [...months],
    families: [...shown.families],
    pages,
    changes,
  };
}

/** What the system's time zone is called, for later renders. */
function zoneOf(
  { options: { zone, local, now } }: ColouredJob,
  head: SiteHead | undefined,
): Pick<SiteHead, 'zone'> {
  if (zone === undefined) return {};
  const [key, name] = head?.zone ?? [];
  const isKnown = key === zone && name === local.timeZone;
  return isKnown || isOfProcess(local, now) ? { zone: [zone, local.timeZone] } : {};
}

function* assetPages(): Generator<Page> {
  for (const [name, text] of Object.entries(assets)) {
    yield { path: `assets/${name}`, key: hexDigest(text), render: () => text };
  }
}

function latestKey({ site, cut }: ColouredJob, { latest, months, sums, rows }: ShownSite): string {
  const marks = latest.rows.map(({ at, mark }) => `${at} ${mark}`);
  return hexDigest(
    [...months, ...marks, sums.pruned, yearOf(site), rows.total.bounds.size > 0, cut !== null].join('\n'),
  );
}

function writeLatest({ site, cut }: ColouredJob, { latest, months, sums, rows }: ShownSite): void {
  const total = sums.sessions - sums.pruned;
  const parts = months.flatMap(([month, count]) =>
    Array.from({ length: Math.ceil(count / PART_ROWS) }, (_, i) => monthJsonPath(month, i + 1)),
  );
  const isBounded = rows.total.bounds.size > 0;
  latest.write(
    { total, pruned: sums.pruned, months, isBounded, hasUnlinked: cut !== null, year: yearOf(site) },
    // Up to this number, the document has all sessions itself.
    total > LATEST ? parts.map((part) => hrefTo(LISTED_JSON_PATH, part)) : [],
  );
}

/** Open pages load this file once the stamp is another one: it says which pages the last renders changed. */
function changesPage(changes: readonly RenderChanges[]): Page {
  const text = `monitorChanges(${JSON.stringify(changes)});\n`;
  return { path: 'changes.js', key: hexDigest(text), render: () => text };
}

/** Open pages load this file regularly: another stamp means that the site has changed. */
function stampPage(stamp: string, refresh: number): Page {
  const text = `monitorStamp(${JSON.stringify(stamp)},${refresh});\n`;
  return { path: 'build.js', key: hexDigest(text), render: () => text };
}
