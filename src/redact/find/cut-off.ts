import type { PatternDraft, Span } from '../pattern.ts';
import { escape, type Format } from '../formats/format.ts';
import { headsOf } from '../formats/runs.ts';
import { changes, CUT_MARK, isPlaceholder, isRandom } from './values.ts';

/** More of a word than this is not looked at. */
const LONGEST = 512;

/**
 * Secrets of which the end is missing, since the text ends there or the gateway cut it there; and behind the gateway's
 * cut, the rest of one of which the beginning is missing.
 */
export function cutOff(formats: readonly Format[]): PatternDraft {
  const begun = new RegExp(`(?<![A-Za-z0-9_])(${headsOf(formats).map(escape).join('|')})([^]*)$`);
  return {
    kind: 'secret',
    kinds: [...new Set(formats.map(({ kind }) => kind)), 'jwt', 'secret'],
    *find(text) {
      yield* beginningAt(text, text.length);
      for (let at = text.indexOf(CUT_MARK); at >= 0; at = text.indexOf(CUT_MARK, at + 1)) {
        yield* beginningAt(text, at);
        yield* restAt(text, at + CUT_MARK.length);
      }
    },
  };

  function* beginningAt(text: string, to: number): Generator<Span> {
    const from = startOfWord(text, to);
    const word = text.slice(from, to).replace(/[.,:;!?)\]}]+$/, '');
    // An ellipsis: only the beginning was ever there.
    if (word.length < 5 || text.startsWith('...', from + word.length)) return;
    const end = from + word.length;
    const jwt = JWT.exec(word);
    if (jwt) yield [end - jwt[0].length, end, 'jwt'];
    const match = begun.exec(word);
    if (!match) return;
    const [, head = '', rest = ''] = match;
    for (const format of formats) {
      if (!format.heads.includes(head)) continue;
      if (isPlaceholder(rest)) return;
      const found = format.begun ? format.begun.exec(rest) : isRandomRest(rest);
      if (!found) continue;
      const secret = found === true ? undefined : found[1];
      yield [end - (secret ?? head + rest).length, end, format.kind];
    }
  }
}

/** The header of a JSON web token begins with one of {"alg, {"typ, {"kid, {"enc, {"cty, {"jku, {"x5t, {"zip. */
const JWT = /(?<![\w-])eyJ(?:hbGci|0eXAi|raWQi|lbmMi|jdHki|qa3Ui|4NXQ|6aXAi)[\w-]*(?:\.[\w-]*){0,2}$/;

function isRandomRest(rest: string): boolean {
  return /^[A-Za-z0-9]{6,}$/.test(rest) && /\d/.test(rest) && changes(rest) >= 3;
}

/** Where the characters without spaces and quotation marks before a place begin. */
function startOfWord(text: string, to: number): number {
  let from = to;
  while (from > 0 && to - from < LONGEST && isOfWord(text.charCodeAt(from - 1))) from--;
  return from;
}

function isOfWord(code: number): boolean {
  // Printable ASCII but quotation marks, angle brackets, backslash and backtick.
  return (
    code > 0x20 &&
    code < 0x7f &&
    code !== 0x22 &&
    code !== 0x27 &&
    code !== 0x3c &&
    code !== 0x3e &&
    code !== 0x5c &&
    code !== 0x60
  );
}

const REST = /[\w.~+/=-]{16,512}(?![\w.~+/=-])/y;

/** What looks like nothing but a key: not a digest, a UUID, or part of an image. */
function* restAt(text: string, from: number): Generator<Span> {
  REST.lastIndex = from;
  const rest = REST.exec(text)?.[0];
  if (rest === undefined || /^[\da-fA-F-]+$/.test(rest) || !isRandom(rest, 16)) return;
  if (/[a-z]/.test(rest) && /[A-Z]/.test(rest) && /\d/.test(rest) && changes(rest) >= 5) {
    yield [from, from + rest.length, 'secret'];
  }
}
