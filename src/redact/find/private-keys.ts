import type { PatternDraft, Span } from '../pattern.ts';
import { CUT_MARK } from './values.ts';

/** gitleaks private-key; RFC 7468. Also a block whose beginning or end was cut off. */
export const PRIVATE_KEYS: PatternDraft = {
  kind: 'private-key',
  words: ['PRIVATE KEY'],
  find: findPrivateKeys,
};

const BEGIN = /-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----/g;
const END = '-----END';
const ANY_END = /-----END[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----/g;
/** Lines of a key whose end is missing: long lines of base64, and maybe a shorter last one. */
const LINES = /(?:\s{0,4}[A-Za-z0-9+/=]{40,100})+(?:\s{0,4}[A-Za-z0-9+/=]{1,100})?/y;
/** Less than a line of a key, where the text was cut. */
const PART = /\s{0,4}[A-Za-z0-9+/=]{1,100}/y;
const LONGEST = 32_768;
const LONGEST_LABEL = 128;

function* findPrivateKeys(text: string): Generator<Span> {
  let end = 0;
  let last = 0;
  for (const { index, 0: begin } of text.matchAll(BEGIN)) {
    const body = index + begin.length;
    if (end >= 0 && end < body) end = text.indexOf(END, body);
    if (end >= 0 && end - body <= LONGEST) {
      const close = text.slice(end + END.length, end + LONGEST_LABEL).indexOf('-----');
      last = end + END.length + (close < 0 ? 0 : close + 5);
      yield [index, last];
      continue;
    }
    LINES.lastIndex = body;
    const lines = LINES.exec(text)?.[0] ?? cutPart(text, body);
    if (lines !== undefined) yield [index, body + lines.length];
  }
  yield* findEnds(text, last);
}

function cutPart(text: string, at: number): string | undefined {
  PART.lastIndex = at;
  const part = PART.exec(text)?.[0];
  if (part === undefined) return undefined;
  const end = at + part.length;
  return end === text.length || text.startsWith(CUT_MARK, end) ? part : undefined;
}

/** Blocks whose beginning was cut off: what is before their end is a key as far as it is base64. */
function* findEnds(text: string, after: number): Generator<Span> {
  ANY_END.lastIndex = after;
  let before = after;
  for (let match = ANY_END.exec(text); match; match = ANY_END.exec(text)) {
    let from = match.index;
    const least = Math.max(before, from - LONGEST);
    while (from > least && /[A-Za-z0-9+/=\s]/.test(text[from - 1] ?? '')) from--;
    while (/\s/.test(text[from] ?? '')) from++;
    before = ANY_END.lastIndex;
    if (
      /^\s{0,4}[A-Za-z0-9+/=]{1,100}\s*$|[A-Za-z0-9+/=]{40}/.test(text.slice(from, match.index).slice(-200))
    ) {
      yield [from, before];
    }
  }
}
