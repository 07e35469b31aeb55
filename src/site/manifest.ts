import { join } from 'node:path';
import { readWhole, replaceFile, type Files } from '../platform/files.ts';

/** What one render left behind: which files are ours, and what each was made from. */
export interface Manifest {
  /** Digest of what all pages depend on. With another, every page is made anew. */
  common: string;
  /** By session file: its line, `file, key, path, key, path, key …`. */
  sessions: Map<string, string>;
  /** Keys of the other pages, by path. */
  pages: Map<string, string>;
}

const FORMAT = 1;
/** Stands between the fields of a line: names are percent-encoded and hold none. */
const TAB = '\t';

function manifestPath(dir: string): string {
  return join(dir, '.monitor', 'manifest');
}

/**
 * The manifest of a site; undefined where the folder has none. One that is damaged, or of another version, still says
 * that the folder is a site, but nothing of what it holds: every page is made anew, and none is known to be an orphan.
 */
export function readManifest(files: Files, dir: string): Manifest | undefined {
  const text = readWhole(files, manifestPath(dir))?.toString();
  if (text === undefined) return undefined;
  const manifest: Manifest = { common: '', sessions: new Map(), pages: new Map() };
  const lines = text.split('\n');
  const head = lines[0]?.split(TAB) ?? [];
  const isWhole = lines.pop() === '' && Number(head[2]) === lines.length - 1;
  if (head[0] !== `monitor site ${FORMAT}` || !isWhole) return manifest;
  manifest.common = head[1] ?? '';
  for (const line of lines.slice(1)) {
    const tab = line.indexOf(TAB, 1);
    const name = line.slice(1, tab);
    if (line.startsWith('s')) manifest.sessions.set(name, line);
    else manifest.pages.set(name, line.slice(tab + 1));
  }
  return manifest;
}

export function writeManifest(files: Files, dir: string, manifest: Manifest): void {
  replaceFile(files, manifestPath(dir), manifestText(manifest));
}

function manifestText({ common, sessions, pages }: Manifest): string {
  const lines = [...sessions.values(), ...[...pages].map(([path, key]) => `p${path}${TAB}${key}`)];
  const head = ['monitor site ' + FORMAT, common, lines.length].join(TAB);
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

/** Whether a session's line, which begins with its file, was made with such a key. */
export function hasKey(line: string, file: string, key: string): boolean {
  const keyAt = 's'.length + file.length + TAB.length;
  return line.startsWith(key, keyAt) && line[keyAt + key.length] === TAB;
}

/** Paths and keys of a session's line. */
export function pagesOfLine(line: string): [path: string, key: string][] {
  const fields = line.split(TAB);
  const pages: [string, string][] = [];
  for (let i = 2; i + 1 < fields.length; i += 2) pages.push([fields[i] ?? '', fields[i + 1] ?? '']);
  return pages;
}

/** How many pages a session's line names. */
export function pageCount(line: string): number {
  let tabs = 0;
  for (let at = line.indexOf(TAB); at >= 0; at = line.indexOf(TAB, at + 1)) tabs++;
  return (tabs - 1) / 2;
}
