import { hexDigest } from '../platform/digest.ts';
import { UsageError } from '../platform/errors.ts';
import { withFile, type Files } from '../platform/files.ts';
import { Journal } from './journal.ts';
import {
  emptyManifest,
  hasKey,
  pageCount,
  pagesOfLine,
  readManifest,
  sessionLine,
  writeManifest,
  type Manifest,
} from './manifest.ts';
import type { WritablePage } from './page.ts';
import type { SiteTree } from './site-tree.ts';

/** What a render did: numbers of files. */
export interface Written {
  rendered: number;
  kept: number;
  removed: number;
}

/** What a render shows, and how. */
export interface Shown {
  /** The id of the store. */
  store: string;
  /** A digest of what all pages depend on. */
  common: string;
  /** Rewrites every page. */
  full: boolean;
  /** Shows this store even if the site shows another one. */
  replace: boolean;
}

/**
 * The folder of a site, written by one render at a time. A page is written only if its key is not the one in the
 * manifest, to a temporary file that is then renamed. A killed render leaves whole pages, and a journal of the paths that
 * it may have written: the next render rewrites these.
 */
export class SiteFolder {
  readonly #files: Files;
  readonly #tree: SiteTree;
  readonly #old: Manifest;
  readonly #new: Manifest;
  readonly #journal: Journal;
  /** Pages in the journal of a killed render. Their content is unknown. */
  readonly #torn: ReadonlySet<string>;
  /** Paths of this render's pages, in lower case: some file systems ignore case. */
  readonly #claimed = new Set<string>();
  /** Pages of kept sessions, once needed. */
  #kept: ReadonlySet<string> | undefined;
  /** Pages that sessions had and no longer have. */
  readonly #left = new Set<string>();
  #isChanged = false;
  readonly written: Written = { rendered: 0, kept: 0, removed: 0 };

  /** Throws UsageError if the site shows another store, unless that is to be replaced. */
  constructor(files: Files, tree: SiteTree, { store, common, full, replace }: Shown) {
    this.#files = files;
    this.#tree = tree;
    const old = readManifest(files, tree.ownPath('manifest')) ?? emptyManifest();
    const mark = hexDigest(store);
    if (old.store !== '' && old.store !== mark && !replace) {
      throw new UsageError(
        `${tree.named} shows another store, whose pages this one would replace. Name another --site-dir, ` +
          'or add --replace to show this store there from now on',
      );
    }
    this.#journal = new Journal(files, tree);
    this.#torn = this.#journal.torn;
    this.#old = full || old.common !== common ? withoutKeys(old) : old;
    this.#isChanged = old.common !== common || old.store !== mark;
    this.#new = { ...emptyManifest(), store: mark, common };
  }

  /** Keeps a session's pages if they were made with this key. */
  keepSession(file: string, key: string): boolean {
    const line = this.#old.sessions.get(file);
    if (line === undefined || !hasKey(line, file, key)) return false;
    if (this.#torn.size > 0 && pagesOfLine(line).some(([path]) => this.#torn.has(path))) return false;
    this.#new.sessions.set(file, line);
    this.written.kept += pageCount(line);
    return true;
  }

  /** The keys of a session's pages that can be kept, by path. */
  keptKeys(file: string): ReadonlyMap<string, string> {
    const pages = pagesOfLine(this.#old.sessions.get(file) ?? '');
    return new Map(pages.filter(([path, key]) => key !== '' && !this.#torn.has(path)));
  }

  /** Brings a session's pages up to date. */
  writeSession(file: string, key: string, pages: Iterable<WritablePage>): void {
    const before = new Map(pagesOfLine(this.#old.sessions.get(file) ?? ''));
    const keys = [...this.#writeAll(pages, before)];
    this.#new.sessions.set(file, sessionLine(file, key, keys));
    for (const [path] of keys) before.delete(path);
    for (const path of before.keys()) this.#left.add(path);
    this.#isChanged = true;
  }

  /** Brings other pages up to date. */
  writePages(pages: Iterable<WritablePage>): void {
    for (const [path, key] of this.#writeAll(pages, this.#old.pages)) this.#new.pages.set(path, key);
  }

  /** Removes pages that no longer exist, and writes the manifest. */
  finish(): Written {
    const orphans = this.#orphans().flatMap((page) => this.#tree.find(page) ?? []);
    for (const path of orphans) this.#files.remove(path);
    this.written.removed = orphans.length;
    const isChanged = this.#isChanged || this.written.rendered > 0 || orphans.length > 0;
    if (isChanged) writeManifest(this.#files, this.#tree.ownPath('manifest'), this.#new);
    this.#journal.remove();
    return this.written;
  }

  close(): void {
    this.#journal.close();
  }

  /** A digest of the pages about all sessions, which changes with every session. */
  digest(): string {
    return hexDigest(JSON.stringify([this.#new.common, ...this.#new.pages]));
  }

  *#writeAll(
    pages: Iterable<WritablePage>,
    before: ReadonlyMap<string, string>,
  ): Generator<[string, string]> {
    for (const page of pages) {
      this.#claim(page.path, before.has(page.path));
      if (before.get(page.path) === page.key && !this.#torn.has(page.path)) this.written.kept++;
      else this.#write(page);
      yield [page.path, page.key];
    }
  }

  /** Throws if another page has the same path: one of them would be lost. */
  #claim(path: string, wasOurs: boolean): void {
    const lower = path.toLowerCase();
    if (this.#claimed.has(lower) || (!wasOurs && this.#isKept(lower)))
      throw new Error(`two pages have the path ${path}`);
    this.#claimed.add(lower);
  }

  /** Whether a kept session has this page. All sessions to keep are known before the first is written. */
  #isKept(lower: string): boolean {
    this.#kept ??= new Set(
      [...this.#new.sessions.values()].flatMap((line) =>
        pagesOfLine(line).map(([path]) => path.toLowerCase()),
      ),
    );
    return this.#kept.has(lower);
  }

  #write(page: WritablePage): void {
    const content = page.render();
    const path = this.#tree.pathOf(page.path);
    this.#journal.add(page.path);
    const temporary = this.#tree.ownPath('page');
    withFile(this.#files, temporary, 'publish', (fd) => {
      let at = 0;
      for (const piece of isWhole(content) ? [content] : content) {
        const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
        this.#files.write(fd, bytes, at);
        at += bytes.length;
      }
    });
    this.#files.rename(temporary, path);
    this.written.rendered++;
  }

  /** Files of earlier renders that are not pages of this one. */
  #orphans(): string[] {
    const orphans = new Set([...this.#left, ...this.#torn, ...this.#old.pages.keys()]);
    for (const [file, line] of this.#old.sessions) {
      if (this.#new.sessions.has(file)) continue;
      for (const [path] of pagesOfLine(line)) orphans.add(path);
    }
    return [...orphans].filter((path) => !this.#claimed.has(path.toLowerCase()));
  }
}

function isWhole(content: ReturnType<WritablePage['render']>): content is string | Uint8Array {
  return typeof content === 'string' || content instanceof Uint8Array;
}

/** The same files without their keys, so that all are rewritten. */
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
    ...old,
    sessions: new Map(sessions),
    pages: new Map([...old.pages].map(([path]) => [path, ''])),
  };
}
