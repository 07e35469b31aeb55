/** A match and the words around it, as they are in the text. */
export interface Snippet {
  before: string;
  match: string;
  after: string;
  /** Whether the text goes on before and after it. */
  startsLater: boolean;
  endsEarlier: boolean;
}

/** Characters before and after a match. */
const AROUND = 160;
/** Of a match. A regular expression can match a whole text. */
const LONGEST_MATCH = 1000;
/** How far a cut moves so that it is between two words. */
const LONGEST_WORD = 40;

/** The part of a text around a match. It is cut between words, where there are any. */
export function snippetOf(text: string, { from, to }: { from: number; to: number }): Snippet {
  const end = Math.min(to, from + LONGEST_MATCH);
  const start = startOfWord(text, from - AROUND, from);
  const stop = endOfWord(text, end + AROUND, end);
  return {
    before: wellFormed(text.slice(start, from)),
    match: wellFormed(text.slice(from, end)),
    after: wellFormed(text.slice(end, stop)),
    startsLater: start > 0,
    endsEarlier: stop < text.length,
  };
}

/** Without halves of characters. `toWellFormed` is missing in some browsers that the site supports. */
function wellFormed(text: string): string {
  return text.replaceAll(/[\ud800-\udfff]/gu, '\uFFFD');
}

/** The first place from `at` on, and not after `most`, where a word begins; `at` if there is none nearby. */
export function startOfWord(text: string, at: number, most: number): number {
  if (at <= 0) return 0;
  const limit = Math.min(most, at + LONGEST_WORD);
  for (let i = at; i < limit; i++) if (isSpace(text, i - 1) && !isSpace(text, i)) return i;
  return isLow(text, at) ? at + 1 : at;
}

/** The last place up to `at`, and not before `least`, where a word ends; `at` if there is none nearby. */
export function endOfWord(text: string, at: number, least: number): number {
  if (at >= text.length) return text.length;
  const limit = Math.max(least, at - LONGEST_WORD);
  for (let i = at; i > limit; i--) if (isSpace(text, i) && !isSpace(text, i - 1)) return i;
  return isLow(text, at) ? at - 1 : at;
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at));
}

/** Whether it is the second half of a character. */
function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000;
}
