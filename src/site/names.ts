import type { SessionEntry } from '../model/session-entry.ts';

/**
 * The name of a session's pages: its file in the store without the extension, and without the number that pruning texts
 * adds, so that links stay valid. `index.html` is the list, so a session `index` gets a `~`, which the store's names
 * have only before a number or a digest.
 */
export function sessionName({ file }: Pick<SessionEntry, 'file'>): string {
  const name = file.replace(/(?:~\d{1,9})?\.json$/, '');
  return name.toLowerCase() === 'index' || name === '' ? `${name}~` : name;
}

/** The page of a session, or one of its closed pages, from 1. */
export function sessionPath(name: string, part?: number): string {
  return `sessions/${name}${part === undefined ? '' : `~p${part}`}.html`;
}

/** A part of the table of a long session's rounds, from 1. */
export function roundsPath(name: string, part: number): string {
  return `sessions/${name}~r${part}.js`;
}

/** The link to a session's page on a web server, whose address ends with a slash. */
export function pageUrl(base: string, session: Pick<SessionEntry, 'file'>): string {
  return `${base}${pagePath(sessionName(session))}`;
}

/** The path of a session's page as it is in a URL, without a leading slash. */
export function pagePath(name: string): string {
  return urlPath(sessionPath(name).split('/'));
}

/** The same of its JSON. */
export function jsonPath(name: string): string {
  return urlPath(sessionJsonPath(name).split('/'));
}

/** A session's JSON, or one of its closed parts, from 1. */
export function sessionJsonPath(name: string, part?: number): string {
  return `api/sessions/${name}${part === undefined ? '' : `~p${part}`}.json`;
}

export const LIST_PATH = 'sessions/index.html';
export const LISTED_JSON_PATH = 'api/sessions.json';

/** The page of the sessions that began in a month: `2026-11`. */
export function monthIndexPath(month: string): string {
  return `sessions/${month}/index.html`;
}

/** Which parts a month's list has, for the browser. */
export function monthPartsPath(month: string): string {
  return `sessions/${month}/parts.js`;
}

/** A part of a month's list, numbered from its oldest session: as a page, for the browser, and for programs. */
export function monthPagePath(month: string, number: number): string {
  return `sessions/${month}/${number}.html`;
}

export function monthDataPath(month: string, number: number): string {
  return `sessions/${month}/${number}.js`;
}

export function monthJsonPath(month: string, number: number): string {
  return `api/sessions-${month}-${number}.json`;
}

/** The texts of a session for the search in the browser, or of one of its closed parts, from 1. */
export function saidPath(name: string, part?: number): string {
  return `search/${name}${part === undefined ? '' : `~p${part}`}.js`;
}

/** What the search in the browser needs of the sessions of a part of a month. */
export function monthSearchPath(month: string, number: number): string {
  return `search/${month}/${number}.js`;
}

/** The name of a session's pages, as it is in links. */
export function linkName(name: string): string {
  return urlPath([name]);
}

/** A relative link from one page to another. Names contain `%`, which links must encode again. */
export function hrefTo(from: string, to: string, fragment = ''): string {
  const folders = from.split('/').slice(0, -1);
  const target = to.split('/');
  let shared = 0;
  while (shared < folders.length && shared < target.length - 1 && folders[shared] === target[shared])
    shared++;
  const up = folders.length - shared;
  return `${up === 0 ? './' : '../'.repeat(up)}${urlPath(target.slice(shared))}${fragment && `#${fragment}`}`;
}

/** Encodes a path for a URL. `:`, `@` and `=`, which are common in session ids, stay readable. */
function urlPath(segments: readonly string[]): string {
  return segments
    .map((segment) =>
      encodeURIComponent(segment).replaceAll('%3A', ':').replaceAll('%40', '@').replaceAll('%3D', '='),
    )
    .join('/');
}

/**
 * Whether a path is that of a page: inside the site, and neither hidden nor below a hidden folder. Paths that were read
 * from the site's own folder, or come from names in a store, are checked before anything is written or removed there.
 */
export function isPagePath(path: string): boolean {
  return path.split('/').every((name) => /^[^.\0-\u001f\u007f][^\0-\u001f\u007f]*$/.test(name));
}
