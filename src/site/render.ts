import { build } from 'virtual:site-files';
import { bucketOf, BUCKET_MS } from '../model/usage-cell.ts';
import { hexDigest } from '../platform/digest.ts';
import { UsageError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { takeLock } from '../platform/lock.ts';
import { addDays } from '../query/add-days.ts';
import { currencyView, inCurrency } from '../query/currency.ts';
import { PrunedMeanwhile, readSnapshot, type Snapshot } from '../store/read.ts';
import { coverageOf, lostRoundsOf } from '../store/state.ts';
import { inputsKey } from './nothing-new.ts';
import { openStore } from '../store/store.ts';
import { NotRemembered } from './lists/month-lists.ts';
import { rememberMoved } from './moved-pages.ts';
import { oldManifest, removeOldManifest } from './old-manifest.ts';
import { renderAll } from './render-all.ts';
import { renderChanges } from './render-changes.ts';
import type { RenderOptions, Written } from './render-options.ts';
import { siteFilter } from './site-filter.ts';
import type { SiteJob } from './site-job.ts';
import { refuseOverlap } from './site-overlap.ts';
import { SiteTree } from './site-tree.ts';
import { SiteWriter } from './site-writer.ts';
import { Pieces } from './state/pieces.ts';
import { HEAD, headText, parseHead, type SiteHead } from './state/site-head.ts';

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
  const { local, now, currency, full, replace = false } = options;
  const pieces = new Pieces(files, tree);
  const old = oldManifest(files, tree);
  const head = pieces.readAs(HEAD, parseHead);
  const store = hexDigest(snapshot.state.store);
  refuseOther(tree, head?.store ?? old?.store ?? '', store, replace);
  const filter = siteFilter(files, tree.ownPath('filter.json'), snapshot.state, options);
  const writer = new SiteWriter(files, tree, old?.paths);
  try {
    const day = local.dateOf(bucketOf(now));
    const job: SiteJob = {
      files,
      snapshot,
      sessions: inCurrency(snapshot.sessions, currency && currencyView(currency)),
      filter,
      pieces,
      writer,
      options,
      store,
      common: commonKey(snapshot, options, filter.words),
      settings: hexDigest(JSON.stringify(currency ?? null)),
      inputs:
        options.zone === undefined
          ? ''
          : inputsKey(openStore(files, options.dataDir), snapshot.state, filter.remembered, options.zone),
      day,
      dayBegins: local.startOf(day) * BUCKET_MS,
      dayEnds: local.startOf(addDays(day, 1)) * BUCKET_MS,
      cut: filter.period && (options.startOf?.(filter.period) ?? null),
      onProgress: options.onProgress,
      dimensions: dimensionsOf(snapshot),
    };
    filter.remember();
    if (old) rememberMoved(pieces, old.paths);
    const isAnew = full || head?.common !== job.common;
    const canGoOn = head !== undefined && !isAnew && !old && remembers(head, job);
    const shown = canGoOn ? await changesOrAll(job, head) : await renderAll(job, head, isAnew);
    if (old) removeOldManifest(files, tree);
    if (!head || JSON.stringify(shown) !== JSON.stringify(head)) pieces.write(HEAD, headText(shown));
    writer.finish();
    const { sums, pages } = shown;
    options.onLeftOut?.({
      undecided: sums.undecided,
      unmatched: sums.sessions === 0 ? filter.words : [],
    });
    const all = sums.files + pages.length;
    return { rendered: writer.written, kept: all - writer.written, removed: writer.removed };
  } finally {
    writer.close();
  }
}

function refuseOther(tree: SiteTree, known: string, store: string, replace: boolean): void {
  if (known === '' || known === store || replace) return;
  throw new UsageError(
    `${tree.named} shows another store, whose pages this one would replace. Name another --site-dir, ` +
      'or add --replace to show this store there from now on',
  );
}

/** Whether what the site remembers is of an earlier commit of the same index, and no render was killed since. */
function remembers(head: SiteHead, { snapshot, writer, store, day, cut, settings }: SiteJob): boolean {
  const { index } = snapshot.state;
  return (
    !writer.wasKilled &&
    head.store === store &&
    head.index.generation === index.generation &&
    head.index.base === index.base &&
    head.index.length <= index.length &&
    head.settings === settings &&
    head.lost === lostRoundsOf(snapshot.state) &&
    head.cut === cut &&
    head.sums.sessions > 0 &&
    // Lists show times of this year without it.
    head.day.slice(0, 4) === day.slice(0, 4)
  );
}

async function changesOrAll(job: SiteJob, head: SiteHead): Promise<SiteHead> {
  try {
    return await renderChanges(job, head);
  } catch (error) {
    if (error instanceof NotRemembered) return await renderAll(job, head, false);
    throw error;
  }
}

/** Digest of what every page depends on besides its session. */
function commonKey(
  { noContent, state }: Snapshot,
  { local }: RenderOptions,
  filter: readonly string[],
): string {
  const dimensions = dimensionsOf({ state });
  return hexDigest(
    JSON.stringify([build, local.timeZone, noContent, state.prices.generation, dimensions, ...filter]),
  );
}

function dimensionsOf({ state }: Pick<Snapshot, 'state'>): string[] {
  return coverageOf(state).dimensions.map(({ name }) => name);
}
