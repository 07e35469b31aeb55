/** One file of the site: made only where the site has none with this key. */
export interface Page {
  /** Inside the site, with `/` between folders; as the file is named, not as a link names it. */
  path: string;
  /** Digests everything that the content depends on, but for what holds for all pages (see `SiteContext`). */
  key: string;
  /** The file's content; the pieces of one that is large. */
  render(): string | Iterable<string>;
}

/** A page, or one that was made elsewhere: as UTF-8. */
export interface WritablePage extends Pick<Page, 'path' | 'key'> {
  render(): ReturnType<Page['render']> | Uint8Array;
}
