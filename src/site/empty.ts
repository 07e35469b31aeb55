import { DEFAULT_LOG, DOCKERS_PLACE, USUAL_PLACES } from '../platform/log-places.ts';
import { exact, plural } from '../platform/count-text.ts';
import type { State } from '../store/state.ts';
import { layOut, type NavItem } from './layout.ts';
import { shortCount } from './format.ts';
import type { SiteContext } from './site-context.ts';
import { renderTemplate } from './templates.ts';

/** The overview of a store without sessions: what to do, and what was read so far. */
export function emptyOverview(state: State, refresh: number, site: SiteContext): string {
  const bytes = state.logs.reduce((sum, { offset }) => sum + offset, 0);
  const isUnread = state.logs.length === 0;
  const body = renderTemplate('empty', {
    lead: isUnread
      ? 'No log has been read into this store yet. This page fills once three things are in place.'
      : 'The log was read, but it has no AI requests. This page fills once three things are in place.',
    defaultLog: DEFAULT_LOG,
    places: [...USUAL_PLACES, DOCKERS_PLACE],
    refresh:
      refresh > 0
        ? `This page checks for a newer version every ${plural(refresh, 'second')}.`
        : 'Then reload this page.',
    facts: [
      { label: 'Logs read', value: exact(state.logs.length) },
      { label: 'Bytes read', value: shortCount(bytes) },
      { label: 'Rounds', value: '0' },
      { label: 'Bytes of rejected lines', value: shortCount(state.rejected.length) },
    ],
    advice: adviceOf(isUnread, state.rejected.length > 0),
  });
  return layOut({ path: 'index.html', title: 'No rounds yet', current: 'overview', body }, site);
}

function adviceOf(isUnread: boolean, isRejected: boolean): string {
  if (isUnread) return 'No log was read: step 2 is missing. “monitor doctor” looks for the log.';
  if (isRejected)
    return 'Lines with an ai_log were found but could not be read. “monitor doctor” says what is wrong with them.';
  return 'The log has only ordinary requests. If agents use this gateway, step 1 is missing. “monitor doctor” says more.';
}

/** Any other page of such a store, and of a site whose filter no session matches. */
export function emptyPage(path: string, current: NavItem, title: string, site: SiteContext): string {
  const body = renderTemplate('nothing', {
    title,
    isFiltered: (site.filter?.length ?? 0) > 0,
    home: path.includes('/') ? '../index.html' : './index.html',
  });
  return layOut({ path, title, current, body }, site);
}
