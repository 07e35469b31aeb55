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
import { HEAD, parseHead, type SiteHead } from './state/site-head.ts';

type Asked = Pick<RenderOptions, 'dataDir' | 'siteDir' | 'refresh' | 'now'> & { days?: number; zone: string };

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
    const store = openStore(files, asked.dataDir);
    const { state, hasChecksum } = readStateFile(files, store.statePath, store.id);
    if (!hasChecksum || !isShown(files, store, state, head)) return undefined;
    const filter = readWhole(files, join(own, 'filter.json'))?.toString() ?? '';
    if (asked.days !== undefined && parseRemembered(filter)?.period?.days !== asked.days) return undefined;
    if (inputsKey(store, state, filter, asked.zone) !== head.inputs) return undefined;
    return { rendered: 0, kept: head.sums.files + head.pages.length, removed: 0 };
  } catch {
    return undefined;
  }
}

/** What decides how pages look, apart from the sessions: a digest. `zone` is the key of the system's time zone. */
export function inputsKey(
  { pricing, filters }: Store,
  { prices }: State,
  filter: string,
  zone: string,
): string {
  const { list, currency, file } = pricing;
  const facts = [build, zone, filters.no_content, prices.generation, list, currency, file?.sha256, filter];
  return hexDigest(JSON.stringify(facts));
}

function isNow({ dayBegins, dayEnds, refresh }: SiteHead, asked: Asked): boolean {
  return asked.now >= dayBegins && asked.now < dayEnds && refresh === asked.refresh;
}

function isShown(files: Files, { dir }: Store, state: State, head: SiteHead): boolean {
  const { generation, base, length } = state.index;
  return (
    head.store === hexDigest(state.store) &&
    head.sums.sessions > 0 &&
    head.index.generation === generation &&
    head.index.base === base &&
    head.index.length === length &&
    head.lost === lostRoundsOf(state) &&
    // If not, opening them says so.
    committedFiles(dir, state.index).every(([path, bytes]) => (files.stat(path)?.size ?? 0) >= bytes)
  );
}
