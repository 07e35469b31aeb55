import type { SessionEntry } from '../model/session-entry.ts';
import type { FamilyView } from './family-view.ts';
import type { Page } from './page.ts';
import { sessionPages } from './session/pages.ts';
import { sessionJsonPages } from './session/session-json.ts';
import { sourceOf } from './session/source.ts';
import { saidPages } from './search/said-pages.ts';
import type { SiteContext } from './site-context.ts';

/** All pages, JSON files and texts of one session. `lines`: its stored rounds. */
export function* pagesOfSession(
  lines: Iterable<string>,
  entry: SessionEntry,
  family: FamilyView | null,
  site: SiteContext,
): Generator<Page> {
  const source = { ...sourceOf(lines, entry), family };
  yield* sessionPages(source, site);
  yield* sessionJsonPages(source, site);
  yield* saidPages(source, site);
}
