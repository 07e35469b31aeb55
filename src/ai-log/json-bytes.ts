import type { Span } from './json-spans.ts';

/** A member of a JSON object: where its key and its value lie, the key without its quotes. */
export interface ByteMember {
  key: Span;
  value: Span;
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const LETTER_E = 0x65;
const LETTER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** From an opening bracket's byte to its closing one's. */
const TO_CLOSING = 2;

/** The bit by which a small letter differs from its capital. */
const LOWER_CASE = 0x20;
/** Behind `\\u`. */
const HEX_DIGITS = 4;

/** Of a byte: it can stand in a string as it is. */
const PLAIN = 1;
/** Of a byte: behind a backslash it is an escape. */
const ESCAPED = 2;
/** Of a byte: a digit of base 16. */
const HEX = 4;

const KINDS = new Uint8Array(256).fill(PLAIN, SPACE);
KINDS[QUOTE] = KINDS[BACKSLASH] = 0;
for (const byte of Buffer.from('"\\/bfnrt')) KINDS[byte] = (KINDS[byte] ?? 0) | ESCAPED;
for (const byte of Buffer.from('0123456789abcdefABCDEF')) KINDS[byte] = (KINDS[byte] ?? 0) | HEX;

/** JSON that is nested deeper than that is left to JSON.parse. */
const MOST_NESTED = 512;
/** The brackets that close what is open, the outermost first. */
const closings = new Uint8Array(MOST_NESTED);

/**
 * Checks JSON as UTF-8, and delimits values in it, without making any of them: `valueEnd` accepts just what JSON.parse
 * does of the same text, as long as it is not nested too deep. That the bytes are UTF-8 is for the caller to know. Each
 * text must be followed by a byte that is none of it, a NUL for instance: nothing looks for an end.
 *
 * Returns the place behind the value that begins at `at`; -1 where it is no valid JSON.
 */
export function valueEnd(bytes: Uint8Array, at: number): number {
  let depth = 0;
  for (;;) {
    const first = bytes[at] as number;
    if (first === QUOTE) {
      at = stringEnd(bytes, at);
    } else if (first === OPEN_OBJECT || first === OPEN_LIST) {
      const closing = first + TO_CLOSING;
      at = behindSpace(bytes, at + 1);
      if (bytes[at] !== closing) {
        if (depth === MOST_NESTED) return -1;
        closings[depth++] = closing;
        if (closing === CLOSE_OBJECT) at = behindKey(bytes, at);
        if (at < 0) return -1;
        continue;
      }
      at++;
    } else {
      at = first === MINUS || isDigit(first) ? numberEnd(bytes, at) : wordEnd(bytes, at);
    }
    for (;;) {
      if (at < 0 || depth === 0) return at;
      at = behindSpace(bytes, at);
      const closing = closings[depth - 1];
      if (bytes[at] === COMMA) {
        at = behindSpace(bytes, at + 1);
        if (closing === CLOSE_OBJECT) at = behindKey(bytes, at);
        if (at < 0) return -1;
        break;
      }
      if (bytes[at] !== closing) return -1;
      depth--;
      at++;
    }
  }
}

/**
 * The members of the JSON object that begins at `at`, and the place behind it; undefined where it is not valid.
 * `endOf` delimits the value of a key that begins at `at`: `valueEnd`, or who wants to see the value meanwhile.
 */
export function byteMembers(
  bytes: Uint8Array,
  at: number,
  endOf: (key: Span, at: number) => number,
): { members: ByteMember[]; end: number } | undefined {
  const members: ByteMember[] = [];
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  at = behindSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_OBJECT) return { members, end: at + 1 };
  for (;;) {
    const from = behindKey(bytes, at);
    if (from < 0) return undefined;
    const key = { from: at + 1, to: stringEnd(bytes, at) - 1 };
    const to = endOf(key, from);
    if (to < 0) return undefined;
    members.push({ key, value: { from, to } });
    at = behindSpace(bytes, to);
    if (bytes[at] === CLOSE_OBJECT) return { members, end: at + 1 };
    if (bytes[at] !== COMMA) return undefined;
    at = behindSpace(bytes, at + 1);
  }
}

/** The elements of the JSON list that begins at `at`, and the place behind it; undefined where it is not valid. */
export function byteElements(bytes: Uint8Array, at: number): { elements: Span[]; end: number } | undefined {
  const elements: Span[] = [];
  const closing = OPEN_LIST + TO_CLOSING;
  at = behindSpace(bytes, at + 1);
  if (bytes[at] === closing) return { elements, end: at + 1 };
  for (;;) {
    const to = valueEnd(bytes, at);
    if (to < 0) return undefined;
    elements.push({ from: at, to });
    at = behindSpace(bytes, to);
    if (bytes[at] === closing) return { elements, end: at + 1 };
    if (bytes[at] !== COMMA) return undefined;
    at = behindSpace(bytes, at + 1);
  }
}

function behindSpace(bytes: Uint8Array, at: number): number {
  for (;;) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== NEWLINE && byte !== RETURN && byte !== TAB) return at;
    at++;
  }
}

/** Where the value begins whose key begins at `at`; -1 where none does. */
function behindKey(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  const end = stringEnd(bytes, at);
  if (end < 0) return -1;
  const colon = behindSpace(bytes, end);
  return bytes[colon] === COLON ? behindSpace(bytes, colon + 1) : -1;
}

function stringEnd(bytes: Uint8Array, at: number): number {
  for (let i = at + 1; ; i++) {
    const byte = bytes[i] as number;
    if (isKind(byte, PLAIN)) continue;
    if (byte === QUOTE) return i + 1;
    if (byte !== BACKSLASH) return -1;
    i++;
    if (bytes[i] === LETTER_U) {
      for (const last = i + HEX_DIGITS; i < last; i++) if (!isKind(bytes[i + 1] as number, HEX)) return -1;
    } else if (!isKind(bytes[i] as number, ESCAPED)) {
      return -1;
    }
  }
}

function isKind(byte: number, kind: number): boolean {
  return ((KINDS[byte] as number) & kind) !== 0;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** The place behind the digits from `at` on; -1 where there is none. */
function digitsEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (isDigit(bytes[end])) end++;
  return end === at ? -1 : end;
}

function numberEnd(bytes: Uint8Array, at: number): number {
  const start = bytes[at] === MINUS ? at + 1 : at;
  let end = bytes[start] === ZERO ? start + 1 : digitsEnd(bytes, start);
  if (end > 0 && bytes[end] === POINT) end = digitsEnd(bytes, end + 1);
  if (end > 0 && ((bytes[end] as number) | LOWER_CASE) === LETTER_E) {
    const hasSign = bytes[end + 1] === PLUS || bytes[end + 1] === MINUS;
    end = digitsEnd(bytes, hasSign ? end + 2 : end + 1);
  }
  return end;
}

const WORDS = ['null', 'true', 'false'].map((word) => Buffer.from(word));

function wordEnd(bytes: Uint8Array, at: number): number {
  const word = WORDS.find(([first]) => first === bytes[at]);
  return word?.every((byte, i) => bytes[at + i] === byte) ? at + word.length : -1;
}
