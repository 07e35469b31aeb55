import { assets, build } from 'virtual:site-files';
import { hexDigest } from '../platform/digest.ts';
import type { Files } from '../platform/files.ts';
import { takeLock } from '../platform/lock.ts';
import { currencyView, inCurrency, type AskedCurrency } from '../query/currency.ts';
import type { LocalTime } from '../query/time-zone.ts';
import { PrunedMeanwhile, readSnapshot, type Snapshot } from '../store/read.ts';
import { isPruned } from '../model/session-entry.ts';
import { keyedSession } from './keyed-session.ts';
import { modelSlots } from './model-colours.ts';
import { pagesInOrder, type PagesOf, type Workers } from './page-workers.ts';
import type { Page } from './page.ts';
import { pagesOfSession } from './session-pages.ts';
import { siteContext } from './site-context.ts';
import { siteFilter, type AskedSessions } from './site-filter.ts';
import { storePages } from './store-pages.ts';
import { SiteFolder, type Written } from './site-folder.ts';
import { refuseOverlap } from './site-overlap.ts';
import { SiteTree } from './site-tree.ts';

export interface RenderOptions {
  /** The store, and the site's folder. */
  dataDir: string;
  siteDir: string;
  local: LocalTime;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** How often an open page checks for a newer version, in seconds; 0: never. */
  refresh: number;
  /** Rewrites every page. */
  full: boolean;
  /** Shows this store in place of another one that the site shows. */
  replace?: boolean;
  /** Writes into folders that belong to another user. */
  allowOtherOwner?: boolean;
  /** The currency of costs; undefined: each in its own. */
  currency?: AskedCurrency | undefined;
  /** Which sessions the site shows. */
  sessions?: AskedSessions;
  /** Without workers, everything runs in this thread. */
  workers?: Workers;
  /** Called before each session that is rendered. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Called at the end. */
  onLeftOut?: ((leftOut: LeftOut) => void) | undefined;
}

/** What a filter leaves out of a site. */
export interface LeftOut {
  /** Sessions of which the store does not know whether the filter is about them. */
  undecided: number;
  /** The filter, in words, if no session matches it. */
  unmatched: readonly string[];
}

/** Counts the sessions whose pages are not up to date. */
export interface Progress {
  done: number;
  all: number;
}

/**
 * Brings a site up to date with the last commit of a store. Throws InputOutputError if the site's folder has other files
 * or another owner, or there is no store; UsageError if the folder is not one for a site, or shows another store; and
 * BusyError while another render works on the site.
 */
export async function renderSite(files: Files, options: RenderOptions): Promise<Written> {
  const { dataDir, siteDir } = options;
  const snapshot = readSnapshot(dataDir, files);
  refuseOverlap(files, snapshot, siteDir);
  const tree = SiteTree.open(files, siteDir, options.allowOtherOwner === true);
  try {
    const unlock = takeLock(tree.ownPath('lock'), `the site ${siteDir}`);
    try {
      return await renderSnapshot(files, snapshot, tree, options).catch((error: unknown) => {
        if (!(error instanceof PrunedMeanwhile)) throw error;
        return renderSnapshot(files, readSnapshot(dataDir, files), tree, options);
      });
    } finally {
      unlock();
    }
  } catch (error) {
    throw tree.explained(error);
  } finally {
    tree.close();
  }
}

async function renderSnapshot(
  files: Files,
  snapshot: Snapshot,
  tree: SiteTree,
  options: RenderOptions,
): Promise<Written> {
  const { local, now, refresh, full, replace = false, currency } = options;
  const { dir, noContent, priceLines } = snapshot;
  const filter = siteFilter(files, tree.ownPath('filter.json'), snapshot.state, options.sessions);
  const all = inCurrency(snapshot.sessions, currency && currencyView(currency)).values();
  const { entries, undecided } = filter.select(all);
  const facts = {
    now,
    noContent,
    dir,
    timeZone: local.timeZone,
    slots: modelSlots(entries),
    priceLines,
    currency,
    filter: filter.words,
  };
  const site = siteContext(facts, local);
  const sessions = entries.map((entry) => keyedSession(entry, site.colours));
  const { store } = snapshot.state;
  const common = commonKey(snapshot, local, filter.words);
  const folder = new SiteFolder(files, tree, { store, common, full, replace });
  try {
    filter.remember();
    folder.writePages(assetPages());
    const whole = sessions.filter(({ entry }) => !isPruned(entry));
    const changed = whole.filter(({ entry, key }) => !folder.keepSession(entry.file, key));
    const pages = pagesInOrder(changed, options.workers, facts, {
      make: ({ entry }) => pagesOfSession(files, dir, entry, site),
      known: ({ entry }) => folder.keptKeys(entry.file),
    });
    await writeSessions(folder, pages, changed.length, options);
    folder.writePages(storePages(snapshot, sessions, refresh, site));
    // Last, because it makes open pages reload.
    folder.writePages([stampPage(folder.digest(), refresh)]);
    const written = folder.finish();
    options.onLeftOut?.({ undecided, unmatched: entries.length === 0 ? filter.words : [] });
    return written;
  } finally {
    folder.close();
  }
}

async function writeSessions(
  folder: SiteFolder,
  pagesInOrder: AsyncIterable<PagesOf>,
  all: number,
  { onProgress }: RenderOptions,
): Promise<void> {
  let done = 0;
  for await (const [{ entry, key }, pages] of pagesInOrder) {
    onProgress?.({ done: done++, all });
    folder.writeSession(entry.file, key, pages);
  }
}

/** Digest of what every page depends on besides its session. */
function commonKey(
  { noContent, state }: Snapshot,
  { timeZone }: LocalTime,
  filter: readonly string[],
): string {
  return hexDigest(JSON.stringify([build, timeZone, noContent, state.prices.generation, ...filter]));
}

export function* assetPages(): Generator<Page> {
  for (const [name, text] of Object.entries(assets)) {
    yield { path: `assets/${name}`, key: hexDigest(text), render: () => text };
  }
}

/** Open pages load this file regularly: another stamp means that the site has changed. */
function stampPage(stamp: string, refresh: number): Page {
  const text = `monitorStamp(${JSON.stringify(stamp)},${refresh});\n`;
  return { path: 'build.js', key: hexDigest(text), render: () => text };
}
