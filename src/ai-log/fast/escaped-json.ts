import type { Span } from '../../platform/json-spans.ts';

const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const LETTER_E = 0x65;
const LETTER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** The difference between the bytes of an opening bracket and its closing one. */
const TO_CLOSING = 2;
/** The bit in which a lower-case letter differs from the upper-case one. */
const LOWER_CASE = 0x20;
/** After `\\u`. */
const HEX_DIGITS = 4;

/** The byte can be in a string without escaping. */
const PLAIN = 1;
/** The byte is an escape after a backslash. */
const ESCAPED = 2;
/** The byte is a hexadecimal digit. */
const HEX = 4;

const KINDS = new Uint8Array(256).fill(PLAIN, SPACE);
KINDS[QUOTE] = KINDS[BACKSLASH] = 0;
for (const byte of Buffer.from('/bfnrt')) KINDS[byte] = (KINDS[byte] ?? 0) | ESCAPED;
for (const byte of Buffer.from('0123456789abcdefABCDEF')) KINDS[byte] = (KINDS[byte] ?? 0) | HEX;

/** More deeply nested JSON is left to JSON.parse. */
const MOST_NESTED = 512;
/** The closing brackets of what is open, the outermost first. */
const closings = new Uint8Array(MOST_NESTED);

const WORDS = ['null', 'true', 'false'].map((word) => Buffer.from(word));

/**
 * Reads JSON inside a JSON string, as UTF-8, without building values: it checks the JSON, unescapes it, and reports
 * where keys and elements begin. It accepts exactly what JSON.parse accepts, if the string has no escapes except `\"`
 * and `\\`, and the JSON in it has no line breaks and is not too deep. The caller must check that the bytes are UTF-8.
 * Reading them as they are is safe: no byte of a multi-byte sequence looks like a character of JSON's syntax.
 *
 * The string must end with an unescaped quote. No method reads past it, so there are no other checks for the end. If a
 * method returns false, it found something that is not JSON, or not the value that it reads; the reader must not be
 * used afterwards.
 */
export class EscapedJson {
  readonly #source: Uint8Array;
  readonly #target: Uint8Array;
  /** The offset of the next byte. Set it to skip bytes. */
  at: number;
  /** How many bytes have been written to the target. */
  length = 0;

  /**
   * Reads `source` from `at` and writes to `target`, which needs as much room: bytes past its end are silently lost.
   */
  constructor(source: Uint8Array, at: number, target: Uint8Array) {
    this.#source = source;
    this.at = at;
    this.#target = target;
  }

  /** The next byte. */
  get next(): number {
    return this.#source[this.at] as number;
  }

  /** Reads an object. `readValue` must read the value of a key; it gets the span of that key in the target. */
  object(readValue: (key: Span) => boolean): boolean {
    if (this.next !== OPEN_OBJECT) return false;
    this.#take();
    if (this.#takeIf(CLOSE_OBJECT)) return true;
    do {
      const from = this.length + 1;
      if (!this.#string()) return false;
      const to = this.length - 1;
      if (!this.#takeBetween(COLON)) return false;
      if (!readValue({ from, to })) return false;
    } while (this.#takeBetween(COMMA));
    return this.#takeIf(CLOSE_OBJECT);
  }

  /** Reads an array. `readElement` must read the element that begins at `at`. */
  list(readElement: () => boolean): boolean {
    if (this.next !== OPEN_LIST) return false;
    this.#take();
    if (this.#takeIf(OPEN_LIST + TO_CLOSING)) return true;
    do {
      if (!readElement()) return false;
    } while (this.#takeBetween(COMMA));
    return this.#takeIf(OPEN_LIST + TO_CLOSING);
  }

  /** Reads a value of any kind. */
  value(): boolean {
    let depth = 0;
    for (;;) {
      const first = this.next;
      if (first === OPEN_OBJECT || first === OPEN_LIST) {
        const closing = first + TO_CLOSING;
        this.#take();
        if (!this.#takeIf(closing)) {
          if (depth === MOST_NESTED) return false;
          closings[depth++] = closing;
          if (closing === CLOSE_OBJECT && !this.#key()) return false;
          continue;
        }
      } else if (!this.#plainValue(first)) {
        return false;
      }
      for (;;) {
        if (depth === 0) return true;
        const closing = closings[depth - 1] as number;
        if (this.#takeBetween(COMMA)) {
          if (closing === CLOSE_OBJECT && !this.#key()) return false;
          break;
        }
        if (!this.#takeIf(closing)) return false;
        depth--;
      }
    }
  }

  #plainValue(first: number): boolean {
    if (first === BACKSLASH) return this.#string();
    return first === MINUS || isDigit(first) ? this.#number() : this.#word(first);
  }

  #key(): boolean {
    return this.#string() && this.#takeBetween(COLON);
  }

  #string(): boolean {
    const source = this.#source;
    const target = this.#target;
    let at = this.at;
    if (source[at] !== BACKSLASH || source[at + 1] !== QUOTE) return false;
    at += 2;
    let length = this.length;
    target[length++] = QUOTE;
    for (;;) {
      let byte = source[at] as number;
      while ((KINDS[byte] as number) & PLAIN) {
        target[length++] = byte;
        byte = source[++at] as number;
      }
      if (byte !== BACKSLASH) return false;
      // `\"` and `\\` are the bytes after the backslash.
      byte = source[at + 1] as number;
      at += 2;
      target[length++] = byte;
      if (byte === QUOTE) break;
      if (byte !== BACKSLASH) return false;
      byte = source[at++] as number;
      if (byte === BACKSLASH) {
        byte = source[at++] as number;
        if (byte !== QUOTE && byte !== BACKSLASH) return false;
      } else if (byte === LETTER_U) {
        for (let i = 0; i < HEX_DIGITS; i++) if (!isKind(source[at + i] as number, HEX)) return false;
      } else if (!isKind(byte, ESCAPED)) {
        return false;
      }
      target[length++] = byte;
    }
    this.at = at;
    this.length = length;
    return true;
  }

  #number(): boolean {
    if (this.next === MINUS) this.#take();
    if (this.next === ZERO) this.#take();
    else if (!this.#digits()) return false;
    if (this.next === POINT) {
      this.#take();
      if (!this.#digits()) return false;
    }
    if ((this.next | LOWER_CASE) !== LETTER_E) return true;
    this.#take();
    if (this.next === PLUS || this.next === MINUS) this.#take();
    return this.#digits();
  }

  #digits(): boolean {
    const from = this.at;
    while (isDigit(this.next)) this.#take();
    return this.at > from;
  }

  #word(first: number): boolean {
    const word = WORDS.find((one) => one[0] === first);
    if (!word?.every((byte, i) => this.#source[this.at + i] === byte)) return false;
    for (let i = 0; i < word.length; i++) this.#take();
    return true;
  }

  /** Takes `byte` and the spaces around it; false if it is not next. */
  #takeBetween(byte: number): boolean {
    if (!this.#takeIf(byte)) return false;
    this.#spaces();
    return true;
  }

  /** Takes `byte` and the spaces before it; false if it is not next. */
  #takeIf(byte: number): boolean {
    this.#spaces();
    if (this.next !== byte) return false;
    this.#take();
    return true;
  }

  /** A space is the only white space that a string can contain without escaping. */
  #spaces(): void {
    while (this.next === SPACE) this.#take();
  }

  #take(): void {
    this.#target[this.length++] = this.#source[this.at++] as number;
  }
}

function isKind(byte: number, kind: number): boolean {
  return ((KINDS[byte] as number) & kind) !== 0;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
