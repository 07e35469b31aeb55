import { layOut } from './layout.ts';
import { hrefTo } from './names.ts';
import { dataPath } from './session-list.ts';
import type { SiteContext } from './site-context.ts';
import { renderTemplate } from './templates.ts';

export const FIND_PATH = 'session/index.html';

/** `/session?id=<id>`: redirects to the session's page, for old links and agents that know only the id. */
export function findPage(files: number, site: SiteContext): string {
  const path = FIND_PATH;
  const body = renderTemplate('find', {
    files: Array.from({ length: files }, (_, i) => hrefTo(path, dataPath(i + 1))).join(' '),
    list: hrefTo(path, 'sessions/index.html'),
  });
  return layOut({ path, title: 'Session', current: 'sessions', body, scripts: ['find.js'] }, site);
}
