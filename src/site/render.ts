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
import { pagesInOrder, type PagesOf, type Threads } from './page-workers.ts';
import type { Page } from './page.ts';
import { pagesOfSession } from './session-pages.ts';
import { siteContext } from './site-context.ts';
import { storePages } from './store-pages.ts';
import { lockPath, makeSiteFolder, SiteFolder, type Written } from './site-folder.ts';

export interface RenderOptions {
  /** The store, and the site's folder. */
  dataDir: string;
  siteDir: string;
  local: LocalTime;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** Seconds between two looks of a page whether there is a newer one; 0: never. */
  refresh: number;
  /** Makes every page anew. */
  full: boolean;
  /** What costs are in; undefined: each in its own currency. */
  currency?: AskedCurrency | undefined;
  /** Other threads that it may use; none are needed. */
  threads?: Threads;
  /** Told before each session that is made. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Sessions, of those whose pages are not up to date. */
export interface Progress {
  done: number;
  all: number;
}

/**
 * Brings a site up to date with the last commit of a store. Throws InputOutputError for a folder that holds something
 * else, or no store; BusyError while another render works on the site.
 */
export async function renderSite(files: Files, options: RenderOptions): Promise<Written> {
  const { dataDir, siteDir } = options;
  const snapshot = readSnapshot(dataDir, files);
  makeSiteFolder(files, siteDir);
  const unlock = takeLock(lockPath(siteDir), `the site ${siteDir}`);
  try {
    return await renderSnapshot(files, snapshot, options).catch((error: unknown) => {
      if (!(error instanceof PrunedMeanwhile)) throw error;
      return renderSnapshot(files, readSnapshot(dataDir, files), options);
    });
  } finally {
    unlock();
  }
}

async function renderSnapshot(files: Files, snapshot: Snapshot, options: RenderOptions): Promise<Written> {
  const { siteDir, local, now, refresh, full, currency } = options;
  const { dir, noContent, priceLines } = snapshot;
  const entries = [...inCurrency(snapshot.sessions, currency && currencyView(currency)).values()];
  const facts = {
    now,
    noContent,
    dir,
    timeZone: local.timeZone,
    slots: modelSlots(entries),
    priceLines,
    currency,
  };
  const site = siteContext(facts, local);
  const sessions = entries.map((entry) => keyedSession(entry, site.colours));
  const folder = new SiteFolder(files, siteDir, commonKey(snapshot, local), full);
  try {
    folder.writePages(assetPages());
    const whole = sessions.filter(({ entry }) => !isPruned(entry));
    const changed = whole.filter(({ entry, key }) => !folder.keepSession(entry.file, key));
    const pages = pagesInOrder(changed, options.threads, facts, {
      make: ({ entry }) => pagesOfSession(files, dir, entry, site),
      known: ({ entry }) => folder.keptKeys(entry.file),
    });
    await writeSessions(folder, pages, changed.length, options);
    folder.writePages(storePages(snapshot, sessions, refresh, site));
    // Last: it tells open pages that there are newer ones.
    folder.writePages([stampPage(folder.digest(), refresh)]);
    return folder.finish();
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

/** Digests what every page depends on, beside its session. */
function commonKey({ noContent, state }: Snapshot, { timeZone }: LocalTime): string {
  return hexDigest(JSON.stringify([build, timeZone, noContent, state.prices.generation]));
}

export function* assetPages(): Generator<Page> {
  for (const [name, text] of Object.entries(assets)) {
    yield { path: `assets/${name}`, key: hexDigest(text), render: () => text };
  }
}

/** What pages ask for every now and then: with another stamp, there is something new. */
function stampPage(stamp: string, refresh: number): Page {
  const text = `monitorStamp(${JSON.stringify(stamp)},${refresh});\n`;
  return { path: 'build.js', key: hexDigest(text), render: () => text };
}
