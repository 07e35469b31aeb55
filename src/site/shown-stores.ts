import { hexDigest } from '../platform/digest.ts';
import type { State } from '../store/state.ts';
import { gatewayOf, type Store } from '../store/store.ts';
import type { SiteHead, ShownCommit } from './state/site-head.ts';

/** Which stores a site shows: a digest of their ids. In another order, they are the same stores. */
export function storesKey(states: readonly Pick<State, 'store'>[]): string {
  const ids = states.map(({ store }) => store).toSorted();
  return hexDigest(ids.length === 1 ? (ids[0] ?? '') : JSON.stringify(ids));
}

/** What pages say of several stores, and the order of these, which decides whose round counts. Empty for one store. */
export function storeFacts(stores: readonly Store[]): readonly string[][] {
  return stores.length === 1 ? [] : stores.map((store) => [store.id, gatewayOf(store)]);
}

/** The commits that a site shows, one of each store. */
export function shownCommits({ index, tailCrc, others = [] }: SiteHead): ShownCommit[] {
  return [{ index, tailCrc }, ...others];
}
