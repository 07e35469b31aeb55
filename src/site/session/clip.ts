import { withoutFiles } from '../../ai-log/media-text.ts';
import { wholeCharacters } from '../../query/conversation/excerpt.ts';
import { cutHalves } from '../../session-format/cut-text.ts';
import type { Clip, Piece } from './view.ts';

/** Characters. A longer text is clipped, and shown without Markdown. */
export const LONGEST_RICH = 150_000;
const LONGEST_PLAIN = 50_000;
/** How many bytes of HTML one round may spend on texts. Beyond that, only the beginning of a text is shown. */
const ROUND_BYTES = 250_000;
const BEGINNING = 2_000;
/** With all those beginnings. Beyond that, nothing more is shown. */
const MOST_BYTES = 2 * ROUND_BYTES;
/** How many messages, parts, calls and results a round shows, and how many of them in one list. */
const MOST_PIECES = 2_000;
const MOST_LISTED: Readonly<Record<Piece, number>> = { message: 500, part: 500, call: 200, result: 200 };

/** Limits what a round shows, so that pages stay readable whatever is in the log. */
export class Budget {
  #left = ROUND_BYTES;
  #spent = 0;
  #pieces = 0;

  /** Roughly how many bytes of HTML the texts so far take. */
  get spent(): number {
    return this.#spent;
  }

  /** Whether the round may show anything more. */
  get isLeft(): boolean {
    return this.#pieces < MOST_PIECES && this.#spent < MOST_BYTES;
  }

  /** As many of a list's first elements as the round may show, and the number of the others. */
  first<T>(list: readonly T[], what: Piece): { shown: readonly T[]; more: number } {
    const most = this.isLeft ? Math.min(MOST_LISTED[what], MOST_PIECES - this.#pieces) : 0;
    const shown = list.length > most ? list.slice(0, most) : list;
    this.#pieces += shown.length;
    return { shown, more: list.length - shown.length };
  }

  take(given: string): Clip {
    const text = withoutFiles(given);
    const most = text.length > LONGEST_RICH ? LONGEST_PLAIN : text.length;
    let shown = most === text.length ? text : wholeCharacters(text, most);
    let bytes = htmlBytes(shown);
    if (bytes > this.#left && shown.length > BEGINNING) {
      shown = wholeCharacters(text, BEGINNING);
      bytes = htmlBytes(shown);
    }
    this.#left -= bytes;
    this.#spent += bytes;
    return { text: shown, left: text.length - shown.length };
  }

  /** The same for JSON, which is shown twice if its texts are in escapes. */
  takeJson(text: string): Clip {
    return this.#twice(this.take(text), /\\[nu]/);
  }

  /** The same for a model's words, which are shown twice if they have marks. */
  takeMarkdown(text: string): Clip {
    return this.#twice(this.takeValue(text), /[*_`#|>~\\[\]]|^ *(?:[-+]|\d+[.)]) /m);
  }

  #twice(clip: Clip, marks: RegExp): Clip {
    if (!marks.test(clip.text)) return clip;
    const bytes = htmlBytes(clip.text);
    this.#left -= bytes;
    this.#spent += bytes;
    return clip;
  }

  /** The same for a logged value, which the gateway may have truncated. */
  takeValue(text: string): Clip {
    return { ...this.take(text), ...(cutHalves(text) && { isCut: true as const }) };
  }
}

/** Size of a text as escaped HTML in UTF-8. */
function htmlBytes(text: string): number {
  let bytes = Buffer.byteLength(text);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x26) bytes += 4;
    else if (c === 0x3c || c === 0x3e) bytes += 3;
    else if (c === 0x22) bytes += 5;
  }
  return bytes;
}
