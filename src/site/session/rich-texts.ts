import { LONGEST_RICH } from './clip.ts';
import { losesMarks, plainText, richText, simpleText } from './markdown.ts';
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
    const html = simpleText(text) ?? withSource(text);
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

function withSource(text: string): string {
  const html = richText(text);
  return losesMarks(text, html) ? html + rawText('Plain text', text) : html;
}
