import { escapeText } from './text.ts';

/** Longer code is not worth highlighting. */
export const LONGEST = 20_000;
/** Nor is code, such as a thousand numbers, whose markup would be this many times as long. */
export const MOST_MARKUP = 6;

const JSON_WORDS = /("(?:[^"\\\n]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Every tool call has JSON, so it is highlighted without the library, but with its classes. */
export function highlightJson(code: string): string {
  if (code.length > LONGEST) return escapeText(code);
  let html = '';
  let end = 0;
  for (const match of code.matchAll(JSON_WORDS)) {
    const [whole, text, colon, number] = match;
    html += escapeText(code.slice(end, match.index));
    const [name, word] =
      text === undefined
        ? [number === undefined ? 'literal' : 'number', whole]
        : [colon === undefined ? 'string' : 'attr', text];
    html += `<span class="h-${name}">${escapeText(word)}</span>${colon ?? ''}`;
    end = match.index + whole.length;
  }
  html += escapeText(code.slice(end));
  return html.length > 1_000 + MOST_MARKUP * code.length ? escapeText(code) : html;
}
