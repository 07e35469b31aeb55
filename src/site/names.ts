import type { SessionEntry } from '../model/session-entry.ts';

/**
 * What a session is called in the site: its file in the store, without the ending, and without the number that a prune
 * of its texts gave the file: links stay what they were. `index.html` is the list's, so a session `index` is set apart
 * by a mark that the store puts into no name but before a number or a digest.
 */
export function sessionName({ file }: Pick<SessionEntry, 'file'>): string {
  const name = file.replace(/(?:~\d{1,9})?\.json$/, '');
  return name.toLowerCase() === 'index' || name === '' ? `${name}~` : name;
}

/** The page of a session; with a number one of its closed pages, from 1. */
export function sessionPath(name: string, part?: number): string {
  return `sessions/${name}${part === undefined ? '' : `~p${part}`}.html`;
}

/** A session's JSON; with a number one of its closed parts, from 1. */
export function sessionJsonPath(name: string, part?: number): string {
  return `api/sessions/${name}${part === undefined ? '' : `~p${part}`}.json`;
}

/** A page of the list, numbered from the oldest session on. */
export function archivePath(number: number): string {
  return `sessions/page/${number}.html`;
}

/** From one page to another, as a link names it. Names hold `%`, which a link must encode again. */
export function hrefTo(from: string, to: string, fragment = ''): string {
  const folders = from.split('/').slice(0, -1);
  const target = to.split('/');
  let shared = 0;
  while (shared < folders.length && shared < target.length - 1 && folders[shared] === target[shared])
    shared++;
  const up = folders.length - shared;
  return `${up === 0 ? './' : '../'.repeat(up)}${urlPath(target.slice(shared))}${fragment && `#${fragment}`}`;
}

/** Segments of a path as a URL names them; `:`, `@` and `=`, which session ids are full of, may stay. */
export function urlPath(segments: readonly string[]): string {
  return segments
    .map((segment) =>
      encodeURIComponent(segment).replaceAll('%3A', ':').replaceAll('%40', '@').replaceAll('%3D', '='),
    )
    .join('/');
}
