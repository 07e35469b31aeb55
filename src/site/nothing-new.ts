import { build } from 'virtual:site-build';
import { join } from 'node:path';
import { hexDigest } from '../platform/digest.ts';
import { readWhole, type Files } from '../platform/files.ts';
import { committedFiles } from '../store/index/index.ts';
import { readStateFile, lostRoundsOf, type State } from '../store/state.ts';
import { openStore, type Store } from '../store/store.ts';
import type { RenderOptions, Written } from './render-options.ts';
import { parseRemembered } from './remembered-filter.ts';
import { readPiece } from './state/pieces.ts';
import { shownCommits, storeFacts, storesKey } from './shown-stores.ts';
import { HEAD, parseHead, type SiteHead } from './state/site-head.ts';

type Asked = Pick<RenderOptions, 'dataDirs' | 'siteDir' | 'refresh' | 'now'> & {
  days?: number;
  zone: string;
};

interface OpenedStore {
  store: Store;
  state: State;
}

interface ReadStore extends OpenedStore {
  hasChecksum: boolean;
}

/**
 * What a render would say if it has nothing to do, which is what most renders of a crontab find; undefined if it may have.
 * Takes no lock, opens no index and writes nothing. Whatever is wrong is left to the render.
 */
export function findNothingNew(files: Files, asked: Asked): Written | undefined {
  try {
    const own = join(asked.siteDir, '.monitor');
    const text = readPiece(files, join(own, HEAD));
    const head = text === undefined ? undefined : parseHead(text);
    if (!head || files.stat(join(own, 'journal')) || !isNow(head, asked)) return undefined;
    const stores = asked.dataDirs.map((dir): ReadStore => {
      const store = openStore(files, dir);
      return { store, ...readStateFile(files, store.statePath, store.id) };
    });
    if (!areShown(files, stores, head)) return undefined;
    const filter = readWhole(files, join(own, 'filter.json'))?.toString() ?? '';
    if (asked.days !== undefined && parseRemembered(filter)?.period?.days !== asked.days) return undefined;
    if (inputsKey(stores, filter, asked.zone) !== head.inputs) return undefined;
    return { rendered: 0, kept: head.sums.files + head.pages.length, removed: 0 };
  } catch {
    return undefined;
  }
}

/** What decides how pages look, apart from the sessions: a digest. `zone` is the key of the system's time zone. */
export function inputsKey(stores: readonly OpenedStore[], filter: string, zone: string): string {
  const settings = stores.map(({ store: { pricing, filters }, state: { prices } }) => {
    const { list, currency, file } = pricing;
    return [filters.no_content, prices.generation, list, currency, file?.sha256];
  });
  const facts = [build, zone, filter, ...settings, ...storeFacts(stores.map(({ store }) => store))];
  return hexDigest(JSON.stringify(facts));
}

function isNow({ dayBegins, dayEnds, refresh }: SiteHead, asked: Asked): boolean {
  return asked.now >= dayBegins && asked.now < dayEnds && refresh === asked.refresh;
}

function areShown(files: Files, stores: readonly ReadStore[], head: SiteHead): boolean {
  const states = stores.map(({ state }) => state);
  const shown = shownCommits(head);
  return (
    head.store === storesKey(states) &&
    head.sums.sessions > 0 &&
    shown.length === stores.length &&
    head.lost === states.reduce((sum, state) => sum + lostRoundsOf(state), 0) &&
    stores.every(
      ({ store, state, hasChecksum }, i) =>
        hasChecksum &&
        isSameIndex(state.index, shown[i]?.index) &&
        // If not, opening them says so.
        committedFiles(store.dir, state.index).every(
          ([path, bytes]) => (files.stat(path)?.size ?? 0) >= bytes,
        ),
    )
  );
}

function isSameIndex(a: State['index'], b: State['index'] | undefined): boolean {
  return a.generation === b?.generation && a.base === b.base && a.length === b.length;
}
