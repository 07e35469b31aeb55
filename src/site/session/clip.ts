import { cutHalves } from '../../session-format/cut-text.ts';
import type { Clip } from './view.ts';

/** A longer text is clipped, and shown as it is: no Markdown. Characters. */
export const LONGEST_RICH = 150_000;
const LONGEST_PLAIN = 50_000;
/** What one round shows of its texts at most, in bytes of HTML; texts behind that show their beginning. */
const ROUND_BYTES = 250_000;
const BEGINNING = 2_000;

/** Deals out what a round may show, so that no page grows out of hand whatever a log says. */
export class Budget {
  #left = ROUND_BYTES;
  #spent = 0;

  /** Bytes of HTML that the texts taken so far come to, roughly. */
  get spent(): number {
    return this.#spent;
  }

  take(text: string): Clip {
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

  /** Of a value that the log holds as a whole: the gateway may have cut it. */
  takeValue(text: string): Clip {
    return { ...this.take(text), ...(cutHalves(text) && { isCut: true as const }) };
  }
}

/** The start of a text; no surrogate pair is torn. */
export function wholeCharacters(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

/** Bytes of a text as HTML: UTF-8, escaped. */
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
