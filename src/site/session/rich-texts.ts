import { LONGEST_RICH } from './clip.ts';
import { plainText, richText } from './markdown.ts';
import type { Clip } from './view.ts';

/** Characters of HTML and text in the cache. */
const MOST_KEPT = 6 << 20;
/** Longer texts rarely repeat. */
const LONGEST_KEPT = 20_000;

/** Renders texts of conversations as HTML, and caches them: many repeat, also across sessions. */
export class RichTexts {
  readonly #made = new Map<string, string>();
  #kept = 0;

  html({ text, left }: Clip): string {
    if (left > 0 || text.length > LONGEST_RICH) return plainText(text);
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    const html = richText(text);
    if (text.length > LONGEST_KEPT) return html;
    this.#kept += text.length + html.length;
    if (this.#kept > MOST_KEPT) {
      this.#made.clear();
      this.#kept = 0;
    }
    this.#made.set(text, html);
    return html;
  }
}
