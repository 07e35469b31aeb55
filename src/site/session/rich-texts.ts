import { LONGEST_RICH } from './clip.ts';
import { losesMarks, plainText, richText } from './markdown.ts';
import { rawText } from './text.ts';
import type { Clip } from './view.ts';

/** Characters of HTML and text in the cache. */
const MOST_KEPT = 6 << 20;
/** Longer texts rarely repeat. */
const LONGEST_KEPT = 20_000;

/**
 * Renders texts of models as HTML, each with a way to the text as it was written, and caches them: many repeat, also
 * across sessions.
 */
export class RichTexts {
  readonly #made = new Map<string, string>();
  #kept = 0;

  html({ text, left }: Clip): string {
    if (left > 0 || text.length > LONGEST_RICH) return plainText(text);
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    const rendered = richText(text);
    const html = losesMarks(text, rendered) ? rendered + rawText('Plain text', text) : rendered;
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
