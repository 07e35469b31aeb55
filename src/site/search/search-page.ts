import { exact } from '../../platform/count-text.ts';
import { layOut } from '../layout.ts';
import { hrefTo } from '../names.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import { LONGEST_TEXT } from './said-part.ts';

export const SEARCH_PATH = 'search.html';

/** Searches what was said. `months`: how many sessions began in each, ascending. */
export function searchPage(
  months: readonly (readonly [month: string, sessions: number])[],
  hasUnlinked: boolean,
  site: SiteContext,
): string {
  const body = renderTemplate('search', {
    hasTexts: !site.noContent,
    months: months
      .toReversed()
      .map(([month, sessions]) => `${month}:${sessions}`)
      .join(' '),
    year: site.local.isoOf(site.now).slice(0, 4),
    longest: exact(LONGEST_TEXT),
    list: hrefTo(SEARCH_PATH, 'sessions/index.html'),
    hasUnlinked,
  });
  const [styles, scripts] = site.noContent ? [[], []] : [['search.css'], ['search.js']];
  return layOut({ path: SEARCH_PATH, title: 'Search', current: 'search', body, styles, scripts }, site);
}
