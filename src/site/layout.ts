import { build } from 'virtual:site-files';
import { cleanLine } from '../platform/clean-text.ts';
import { shownTime, zoneText } from './clock.ts';
import { hrefTo } from './names.ts';
import { pageToken } from './page-changes.ts';
import type { SiteContext } from './site-context.ts';
import { renderTemplate } from './templates.ts';

export type NavItem =
  'overview' | 'sessions' | 'search' | 'health' | 'tools' | 'context' | 'models' | 'dates' | 'consumers';

export interface PageFrame {
  path: string;
  /** Precedes the site's name. */
  title: string;
  current: NavItem;
  /** HTML, made by a template. */
  body: string;
  /** Assets besides site.css and site.js: `session.css`, `session.js`. */
  styles?: readonly string[];
  scripts?: readonly string[];
  /** Of the session, on its newest page. */
  rounds?: number;
  /** Its scripts read other files of the site. */
  loads?: boolean;
  /** Further notes for the footer, each a short sentence. */
  notes?: readonly string[];
}

const NAV: readonly [NavItem, path: string][] = [
  ['overview', 'index.html'],
  ['sessions', 'sessions/index.html'],
  ['search', 'search.html'],
  ['health', 'health.html'],
  ['tools', 'tools.html'],
  ['context', 'context.html'],
  ['models', 'models.html'],
  ['dates', 'dates.html'],
  ['consumers', 'consumers.html'],
];

/** The whole document: head, top bar, the page's body, footer. */
export function layOut(frame: PageFrame, site: SiteContext): string {
  const { path, title, current, body, styles = [], scripts = [], notes = [], loads = false, rounds } = frame;
  const { language, texts } = site;
  const year = site.local.isoOf(site.now).slice(0, 4);
  const asset = (file: string): string => assetHref(path, file);
  return renderTemplate('layout', {
    language,
    t: texts.frame,
    title,
    body,
    loads,
    home: hrefTo(path, 'index.html'),
    stamp: hrefTo(path, 'build.js'),
    changes: hrefTo(path, 'changes.js'),
    token: pageToken(path),
    rounds,
    icon: asset('favicon.svg'),
    styles: ['site.css', ...styles].map(asset),
    frameScript: asset('site.js'),
    scripts: scripts.map(asset),
    nav: NAV.map(([item, to]) => ({
      text: texts.nav[item],
      href: hrefTo(path, to),
      isCurrent: item === current,
    })),
    written: shownTime(site.now, site.local, year, texts.dates),
    timesIn: texts.frame.timesIn({ zone: zoneText(site.local, year, texts.zones) }),
    notes: [...filterNotes(site), ...notes],
  });
}

/** A link to a style or a script; it changes with the build, so that browsers load it anew. */
export function assetHref(path: string, file: string): string {
  return `${hrefTo(path, `assets/${file}`)}?v=${build.slice(0, 8)}`;
}

/** A site of some sessions says so on every page. */
function filterNotes({ filter = [], texts: { siteNotes } }: SiteContext): string[] {
  if (filter.length === 0) return [];
  return [siteNotes.onlySessions({ filter: filter.map(cleanLine).join(siteNotes.listSeparator) })];
}
