import { join } from 'node:path';
import type { SessionEntry } from '../model/session-entry.ts';
import { cleanLine } from '../platform/clean-text.ts';
import { readWhole, type Files } from '../platform/files.ts';
import { sessionMatcher } from '../query/session-matcher.ts';
import { filterFor } from '../query/store-names.ts';
import { filterWords } from '../query/usage-filter.ts';
import type { Snapshot } from '../store/read.ts';
import { coverageOf } from '../store/state.ts';
import { parseRemembered } from './remembered-filter.ts';
import { storesKey } from './shown-stores.ts';
import { readPiece } from './state/pieces.ts';
import { HEAD, parseHead } from './state/site-head.ts';

/**
 * Why the site in a folder has no page for a session, in words: its filter, or the period of its pages. Null if it has or
 * will have one, or if there is no site of these stores. Throws an error if what the site remembers cannot be used.
 */
export function whyLeftOut(
  files: Files,
  siteDir: string,
  session: SessionEntry,
  { stores, state }: Pick<Snapshot, 'stores' | 'state'>,
): string | null {
  const own = join(siteDir, '.monitor');
  const text = readPiece(files, join(own, HEAD));
  const head = text === undefined ? undefined : parseHead(text);
  if (head?.store !== storesKey(stores.map((one) => one.state))) return null;
  const remembered = readWhole(files, join(own, 'filter.json'))?.toString();
  if (remembered !== undefined) {
    const known = parseRemembered(remembered);
    if (!known) throw new Error('its filter.json is damaged');
    const filter = known.filter && filterFor(known.filter, coverageOf(state));
    if (filter && sessionMatcher(filter)(session) !== true)
      return `shows only sessions with ${filterWords(filter).map(cleanLine).join(', ')}`;
  }
  if (head.cut === null || session.updated >= head.cut) return null;
  return `has pages only of sessions since ${new Date(head.cut).toISOString()}`;
}
