import { readWhole, replaceFile, type Files } from '../platform/files.ts';

/** The files of a site, and the key of each, which covers what it was made from. */
export interface Manifest {
  /** A digest of the id of the store that the site shows; `''` if an older version wrote the manifest. */
  store: string;
  /** Digest of what all pages depend on. If it changes, every page is rewritten. */
  common: string;
  /** By session file: its line, `file, key, path, key, path, key …`. */
  sessions: Map<string, string>;
  /** Keys of the other pages, by path. */
  pages: Map<string, string>;
}

const FORMAT = 1;
/** Separates the fields of a line. Names are percent-encoded and have no tabs. */
const TAB = '\t';

export function emptyManifest(): Manifest {
  return { store: '', common: '', sessions: new Map(), pages: new Map() };
}

/**
 * The manifest of a site; undefined if there is none. A damaged one, or one of another version, reads as empty: every page
 * is rewritten, and orphans stay. Its paths are not checked: `SiteTree.find` knows none that is not a page's.
 */
export function readManifest(files: Files, path: string): Manifest | undefined {
  const text = readWhole(files, path)?.toString();
  if (text === undefined) return undefined;
  const manifest = emptyManifest();
  const lines = text.split('\n');
  const head = lines[0]?.split(TAB) ?? [];
  const isWhole = lines.pop() === '' && Number(head[2]) === lines.length - 1;
  if (head[0] !== `monitor site ${FORMAT}` || !isWhole) return manifest;
  manifest.common = head[1] ?? '';
  manifest.store = head[3] ?? '';
  for (const line of lines.slice(1)) {
    const tab = line.indexOf(TAB, 1);
    const name = line.slice(1, tab);
    if (line.startsWith('s')) manifest.sessions.set(name, line);
    else manifest.pages.set(name, line.slice(tab + 1));
  }
  return manifest;
}

export function writeManifest(files: Files, path: string, manifest: Manifest): void {
  replaceFile(files, path, manifestText(manifest));
}

function manifestText({ store, common, sessions, pages }: Manifest): string {
  const lines = [...sessions.values(), ...[...pages].map(([path, key]) => `p${path}${TAB}${key}`)];
  const head = ['monitor site ' + FORMAT, common, lines.length, store].join(TAB);
  return `${[head, ...lines].join('\n')}\n`;
}

/** A session's line. */
export function sessionLine(
  file: string,
  key: string,
  pages: readonly (readonly [string, string])[],
): string {
  return `s${[file, key, ...pages.flat()].join(TAB)}`;
}

/** Whether a session's line has this key. */
export function hasKey(line: string, file: string, key: string): boolean {
  const keyAt = 's'.length + file.length + TAB.length;
  return line.startsWith(key, keyAt) && line[keyAt + key.length] === TAB;
}

/** The pages in a session's line. */
export function pagesOfLine(line: string): [path: string, key: string][] {
  const fields = line.split(TAB);
  const pages: [string, string][] = [];
  for (let i = 2; i + 1 < fields.length; i += 2) pages.push([fields[i] ?? '', fields[i + 1] ?? '']);
  return pages;
}

/** The number of pages in a session's line. */
export function pageCount(line: string): number {
  let tabs = 0;
  for (let at = line.indexOf(TAB); at >= 0; at = line.indexOf(TAB, at + 1)) tabs++;
  return (tabs - 1) / 2;
}
