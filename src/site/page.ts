/** A file of the site. It is written only if the site's copy has another key. */
export interface Page {
  /** Relative to the site, with `/` between folders; not percent-encoded as in a link. */
  path: string;
  /** Digest of everything the content depends on, except what all pages have in common (see `SiteContext`). */
  key: string;
  /** The file's content, as text, which can come in pieces, or as UTF-8. */
  render(): string | Iterable<string> | Uint8Array;
  /** What the site remembers of a session besides its pages, as JSON: on its newest page. */
  facts?: string | undefined;
}

/** A page that can also be made by a worker. */
export type WritablePage = Pick<Page, 'path' | 'key' | 'render' | 'facts'>;
