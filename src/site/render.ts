import { build } from 'virtual:site-files';
import { bucketOf, BUCKET_MS } from '../model/usage-cell.ts';
import { hexDigest } from '../platform/digest.ts';
import { UsageError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { takeLock } from '../platform/lock.ts';
import { addDays } from '../query/add-days.ts';
import { currencyView, inCurrency } from '../query/currency.ts';
import { readStores } from '../query/stores/read-stores.ts';
import { PrunedMeanwhile, type Snapshot } from '../store/read.ts';
import { textsIn } from '../texts/languages.ts';
import { coverageOf, lostRoundsOf, type State } from '../store/state.ts';
import { inputsKey } from './nothing-new.ts';
import { NotRemembered } from './lists/month-lists.ts';
import { rememberMoved } from './moved-pages.ts';
import { oldManifest, removeOldManifest } from './old-manifest.ts';
import { renderAll } from './render-all.ts';
import { renderChanges } from './render-changes.ts';
import type { RenderOptions, Written } from './render-options.ts';
import { siteFilter } from './site-filter.ts';
import { languageOf, type SiteJob } from './site-job.ts';
import { shownCommits, storeFacts, storesKey } from './shown-stores.ts';
import { refuseOverlap } from './site-overlap.ts';
import { SiteTree } from './site-tree.ts';
import { SiteWriter } from './site-writer.ts';
import { Pieces } from './state/pieces.ts';
import { HEAD, headText, parseHead, type SiteHead } from './state/site-head.ts';

/**
 * Brings a site up to date with the last commit of a store, or of several that are read as one. Throws InputOutputError if the site's folder has other files
 * or another owner, or there is no store; UsageError if the folder is not one for a site, or shows other stores; and
 * BusyError while another render works on the site.
 */
export async function renderSite(files: Files, options: RenderOptions): Promise<Written> {
  const { dataDirs, siteDir } = options;
  const snapshot = readStores(dataDirs, files);
  for (const store of snapshot.stores) refuseOverlap(files, store, siteDir);
  const tree = SiteTree.open(files, siteDir, options.allowOtherOwner === true);
  try {
    const unlock = takeLock(tree.ownPath('lock'), `the site ${siteDir}`);
    try {
      return await renderSnapshot(files, snapshot, tree, options).catch((error: unknown) => {
        if (!(error instanceof PrunedMeanwhile)) throw error;
        return renderSnapshot(files, readStores(dataDirs, files), tree, options);
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
  const { local, now, full, replace = false } = options;
  const currency = options.currencyOf?.(snapshot.stores.map(({ store }) => store));
  const pieces = new Pieces(files, tree);
  const old = oldManifest(files, tree);
  const head = pieces.readAs(HEAD, parseHead);
  if (head?.zone && head.zone[0] === options.zone) options.recallZone?.(head.zone[1]);
  const store = storesKey(snapshot.stores.map(({ state }) => state));
  refuseOther(tree, head?.store ?? old?.store ?? '', { store, asked: snapshot.stores.length }, replace);
  const filter = siteFilter(files, tree.ownPath('filter.json'), snapshot.state, options, currency?.to);
  const texts = await textsIn(languageOf(options));
  const writer = new SiteWriter(files, tree, old?.paths);
  try {
    const day = local.dateOf(bucketOf(now));
    const job: SiteJob = {
      files,
      snapshot,
      currency,
      sessions: inCurrency(snapshot.sessions, currency && currencyView(currency)),
      filter,
      pieces,
      writer,
      options,
      texts,
      store,
      common: commonKey(snapshot, options, filter.words),
      settings: hexDigest(JSON.stringify(currency ?? null)),
      inputs: options.zone === undefined ? '' : inputsKey(snapshot.stores, filter.remembered, options.zone),
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
      unsureRounds: () => snapshot.unsureRounds?.() ?? 0,
      unmatched: sums.sessions === 0 ? filter.words : [],
    });
    const all = sums.files + pages.length;
    return { rendered: writer.written, kept: all - writer.written, removed: writer.removed };
  } finally {
    writer.close();
  }
}

function refuseOther(
  tree: SiteTree,
  known: string,
  { store, asked }: { store: string; asked: number },
  replace: boolean,
): void {
  if (known === '' || known === store || replace) return;
  throw new UsageError(
    `${tree.named} shows ${asked === 1 ? 'another store, whose pages this one' : 'other stores, whose pages these'} would replace. Name another --site-dir, ` +
      `or add --replace to show ${asked === 1 ? 'this store' : 'these stores'} there from now on`,
  );
}

/** Whether what the site remembers is of an earlier commit of the same index, and no render was killed since. */
function remembers(head: SiteHead, { snapshot, writer, store, day, cut, settings }: SiteJob): boolean {
  const shown = shownCommits(head);
  return (
    !writer.wasKilled &&
    head.store === store &&
    shown.length === snapshot.stores.length &&
    snapshot.stores.every(({ state: { index } }, i) => goesOnFrom(index, shown[i]?.index)) &&
    head.settings === settings &&
    head.lost === lostRoundsOf(snapshot.state) &&
    head.cut === cut &&
    head.sums.sessions > 0 &&
    // Lists show times of this year without it.
    head.day.slice(0, 4) === day.slice(0, 4)
  );
}

function goesOnFrom(index: State['index'], shown: State['index'] | undefined): boolean {
  return shown?.generation === index.generation && shown.base === index.base && shown.length <= index.length;
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
function commonKey(snapshot: Snapshot, options: RenderOptions, filter: readonly string[]): string {
  const { stores } = snapshot;
  const facts = stores.map(({ store, state }) => [store.filters.no_content, state.prices.generation]);
  const names = storeFacts(stores.map(({ store }) => store));
  const place = [options.local.timeZone, languageOf(options)];
  const dimensions = dimensionsOf(snapshot);
  return hexDigest(JSON.stringify([build, ...place, ...facts, ...names, dimensions, ...filter]));
}

function dimensionsOf({ state }: Pick<Snapshot, 'state'>): string[] {
  return coverageOf(state).dimensions.map(({ name }) => name);
}
