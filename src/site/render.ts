import { assets, build } from 'virtual:site-files';
import { hexDigest } from '../platform/digest.ts';
import type { Files } from '../platform/files.ts';
import { takeLock } from '../platform/lock.ts';
import { roundMoney } from '../query/round-money.ts';
import type { LocalTime } from '../query/time-zone.ts';
import { readSnapshot, type Snapshot } from '../store/read.ts';
import { isPruned } from '../store/types.ts';
import { sessionJsonPages } from './api.ts';
import { keyedSession, type KeyedSession } from './keyed-session.ts';
import { modelColours } from './model-colours.ts';
import type { Page } from './page.ts';
import { sessionPages, type SessionSource } from './session/pages.ts';
import { sourceOf } from './session/source.ts';
import type { SiteContext } from './site-context.ts';
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
export function renderSite(files: Files, options: RenderOptions): Written {
  const { dataDir, siteDir } = options;
  const snapshot = readSnapshot(dataDir, files);
  makeSiteFolder(files, siteDir);
  const unlock = takeLock(lockPath(siteDir), `the site ${siteDir}`);
  try {
    return renderSnapshot(files, snapshot, options);
  } finally {
    unlock();
  }
}

function renderSnapshot(files: Files, snapshot: Snapshot, options: RenderOptions): Written {
  const { siteDir, local, now, refresh, full, onProgress } = options;
  const entries = [...snapshot.sessions.values()];
  const colours = modelColours(entries);
  const sessions = entries.map((entry) => keyedSession(entry, colours));
  const site: SiteContext = {
    now,
    local,
    noContent: snapshot.noContent,
    colours,
    moneyOf: roundMoney(snapshot.priceLines, snapshot.dir),
  };
  const folder = new SiteFolder(files, siteDir, commonKey(snapshot, local), full);
  try {
    folder.writePages(assetPages());
    writeSessions(
      files,
      folder,
      sessions.filter(({ entry }) => !isPruned(entry)),
      snapshot,
      site,
      onProgress,
    );
    folder.writePages(storePages(snapshot, sessions, refresh, site));
    // Last: it tells open pages that there are newer ones.
    folder.writePages([stampPage(folder.digest(), refresh)]);
    return folder.finish();
  } finally {
    folder.close();
  }
}

/** Digests what every page depends on, beside its session. */
function commonKey({ noContent, state }: Snapshot, { timeZone }: LocalTime): string {
  return hexDigest(JSON.stringify([build, timeZone, noContent, state.prices.generation]));
}

function writeSessions(
  files: Files,
  folder: SiteFolder,
  sessions: readonly KeyedSession[],
  { dir }: Snapshot,
  site: SiteContext,
  onProgress: RenderOptions['onProgress'],
): void {
  const changed = sessions.filter(({ entry, key }) => !folder.keepSession(entry.file, key));
  for (const [done, { entry, key }] of changed.entries()) {
    onProgress?.({ done, all: changed.length });
    folder.writeSession(entry.file, key, pagesOf(sourceOf(files, dir, entry), site));
  }
}

function* pagesOf(source: SessionSource, site: SiteContext): Generator<Page> {
  yield* sessionPages(source, site);
  yield* sessionJsonPages(source, site);
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
