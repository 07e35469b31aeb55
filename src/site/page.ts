/** A file of the site. It is written only if the site's copy has another key. */
export interface Page {
  /** Relative to the site, with `/` between folders; not percent-encoded as in a link. */
  path: string;
  /** Digest of everything the content depends on, except what all pages have in common (see `SiteContext`). */
  key: string;
  /** The file's content, in pieces if it is large. */
  render(): string | Iterable<string>;
}

/** A page that can also be made by a worker, as UTF-8. */
export interface WritablePage extends Pick<Page, 'path' | 'key'> {
  render(): ReturnType<Page['render']> | Uint8Array;
}
