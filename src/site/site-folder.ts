import { dirname, join, resolve } from 'node:path';
import { InputOutputError } from '../platform/errors.ts';
import { withFile, type Files } from '../platform/files.ts';
import { Journal } from './journal.ts';
import {
  digestManifest,
  hasKey,
  pagesOfLine,
  readManifest,
  sessionLine,
  writeManifest,
  type Manifest,
} from './manifest.ts';
import type { Page } from './page.ts';

/** What a render did, in files. */
export interface Written {
  rendered: number;
  kept: number;
  removed: number;
}

/** Everything of ours that is no page. */
const OWN = '.monitor';

export function lockPath(dir: string): string {
  return join(dir, OWN, 'lock');
}

/** Makes the folder of a site. Throws InputOutputError, before anything is made, for one that holds other things. */
export function makeSiteFolder(files: Files, dir: string): void {
  const names = files.list(dir) ?? [];
  if (names.length > 0 && !names.includes(OWN)) {
    throw new InputOutputError(
      `${resolve(dir)} is no site of monitor: it holds ${names.toSorted().slice(0, 3).join(', ')}` +
        `${names.length > 3 ? ', …' : ''}. Name an empty or new folder with --site-dir`,
    );
  }
  files.makePublicFolder(join(dir, OWN));
}

/**
 * The folder that a site is written to, by one render at a time. A page is written beside its place and renamed into
 * it, and only if its key is another than the manifest says. A render that is killed leaves whole pages, and in a
 * journal the paths that it may have written: the next one makes those anew.
 */
export class SiteFolder {
  readonly #files: Files;
  readonly #dir: string;
  readonly #old: Manifest;
  readonly #new: Manifest;
  readonly #journal: Journal;
  /** Written by a render that was killed: ours, and of unknown content. */
  readonly #torn: ReadonlySet<string>;
  readonly #paths = new Set<string>();
  readonly #folders = new Set<string>();
  #isChanged = false;
  readonly written: Written = { rendered: 0, kept: 0, removed: 0 };

  /** `common` digests what all pages depend on; `full` renders every page. */
  constructor(files: Files, dir: string, common: string, full: boolean) {
    this.#files = files;
    this.#dir = dir;
    this.#journal = new Journal(files, dir);
    this.#torn = this.#journal.torn;
    const old = readManifest(files, dir) ?? { common: '', sessions: new Map(), pages: new Map() };
    this.#old = full || old.common !== common ? withoutKeys(old) : old;
    this.#isChanged = old.common !== common;
    this.#new = { common, sessions: new Map(), pages: new Map() };
  }

  /** Whether the pages of a session were made with this key. Then they are kept, and `pages` is not asked for. */
  isCurrent(file: string, key: string): boolean {
    const line = this.#old.sessions.get(file);
    if (line === undefined || !hasKey(line, file, key)) return false;
    return this.#torn.size === 0 || pagesOfLine(line).every(([path]) => !this.#torn.has(path));
  }

  /** Keeps a session's pages as they are. */
  keepSession(file: string): void {
    const line = this.#old.sessions.get(file) ?? '';
    for (const [path] of pagesOfLine(line)) this.#claim(path);
    this.#new.sessions.set(file, line);
    this.written.kept += pagesOfLine(line).length;
  }

  /** Brings a session's pages up to date. */
  writeSession(file: string, key: string, pages: Iterable<Page>): void {
    const before = new Map(pagesOfLine(this.#old.sessions.get(file) ?? ''));
    const keys = [...this.#writeAll(pages, before)];
    this.#new.sessions.set(file, sessionLine(file, key, keys));
    this.#isChanged = true;
  }

  /** Brings other pages up to date. */
  writePages(pages: Iterable<Page>): void {
    for (const [path, key] of this.#writeAll(pages, this.#old.pages)) this.#new.pages.set(path, key);
  }

  /** Whether anything was written, or will be removed. */
  get isChanged(): boolean {
    return this.#isChanged || this.written.rendered > 0 || this.#orphans().length > 0;
  }

  /** Removes what no page claims any more, and puts the manifest in force. */
  finish(): Written {
    const orphans = this.#orphans();
    for (const path of orphans) this.#files.remove(join(this.#dir, path));
    this.written.removed = orphans.length;
    if (this.isChanged || orphans.length > 0) writeManifest(this.#files, this.#dir, this.#new);
    this.#journal.remove();
    return this.written;
  }

  close(): void {
    this.#journal.close();
  }

  /** A digest of what the site holds by now. */
  digest(): string {
    return digestManifest(this.#new);
  }

  *#writeAll(pages: Iterable<Page>, before: ReadonlyMap<string, string>): Generator<[string, string]> {
    for (const page of pages) {
      this.#claim(page.path);
      if (before.get(page.path) === page.key && !this.#torn.has(page.path)) this.written.kept++;
      else this.#write(page);
      yield [page.path, page.key];
    }
  }

  #claim(path: string): void {
    const place = path.toLowerCase();
    if (this.#paths.has(place)) throw new Error(`two pages have the path ${path}`);
    this.#paths.add(place);
  }

  #write(page: Page): void {
    const content = page.render();
    this.#journal.add(page.path);
    const folder = dirname(page.path);
    if (!this.#folders.has(folder)) {
      this.#files.makePublicFolder(join(this.#dir, folder));
      this.#folders.add(folder);
    }
    const temporary = join(this.#dir, OWN, 'page');
    withFile(this.#files, temporary, 'publish', (fd) => {
      let at = 0;
      for (const piece of typeof content === 'string' ? [content] : content) {
        const bytes = Buffer.from(piece);
        this.#files.write(fd, bytes, at);
        at += bytes.length;
      }
    });
    this.#files.rename(temporary, join(this.#dir, page.path));
    this.written.rendered++;
  }

  /** Files of an earlier render, whole or killed, that no page claimed in this one. */
  #orphans(): string[] {
    const ours = new Set(this.#torn);
    for (const line of this.#old.sessions.values()) for (const [path] of pagesOfLine(line)) ours.add(path);
    for (const path of this.#old.pages.keys()) ours.add(path);
    return [...ours].filter((path) => !this.#paths.has(path.toLowerCase()));
  }
}

/** The same files, and nothing known of what they were made from. */
function withoutKeys(old: Manifest): Manifest {
  const sessions = [...old.sessions].map(([file, line]): [string, string] => [
    file,
    sessionLine(
      file,
      '',
      pagesOfLine(line).map(([path]) => [path, ''] as const),
    ),
  ]);
  return {
    common: old.common,
    sessions: new Map(sessions),
    pages: new Map([...old.pages].map(([path]) => [path, ''])),
  };
}
