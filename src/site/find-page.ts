import { layOut } from './layout.ts';
import { hrefTo, LIST_PATH } from './names.ts';
import type { SiteContext } from './site-context.ts';
import { renderTemplate } from './templates.ts';

export const FIND_PATH = 'session/index.html';

/** `/session?id=<id>`: redirects to the session's page, for old links and agents that know only the id. */
export function findPage(months: readonly string[], site: SiteContext): string {
  const path = FIND_PATH;
  const body = renderTemplate('find', {
    months: months.toReversed().join(' '),
    base: hrefTo(path, 'sessions/'),
    list: hrefTo(path, LIST_PATH),
  });
  return layOut({ path, title: 'Session', current: 'sessions', body, scripts: ['find.js'] }, site);
}
