/** Where a value's text is: from `from` up to, not including, `to`. */
export interface Span {
  from: number;
  to: number;
}

/** A member of a JSON object: its decoded key, and where its value's text is. */
export interface Member extends Span {
  key: string;
}

/** Longer strings are left to JSON.parse. */
const LONGEST_BARE = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Where the values of the JSON object that begins at `start` are, duplicate keys included; undefined if it is cut off
 * or malformed. Values are only delimited, not checked: parse those you use. `end` is the offset just after the object.
 */
export function objectMembers(text: string, start: number): { members: Member[]; end: number } | undefined {
  if (text[start] !== '{') return undefined;
  const members: Member[] = [];
  let i = skipSpace(text, start + 1);
  if (text[i] === '}') return { members, end: i + 1 };
  for (;;) {
    const keyEnd = text.charCodeAt(i) === QUOTE ? stringEnd(text, i) : -1;
    if (keyEnd < 0) return undefined;
    const key = parseString(text.slice(i, keyEnd));
    if (key === undefined) return undefined;
    i = skipSpace(text, keyEnd);
    if (text[i] !== ':') return undefined;
    const from = skipSpace(text, i + 1);
    const to = valueEnd(text, from);
    if (to < 0) return undefined;
    members.push({ key, from, to });
    i = skipSpace(text, to);
    if (text[i] === '}') return { members, end: i + 1 };
    if (text[i] !== ',') return undefined;
    i = skipSpace(text, i + 1);
  }
}

/**
 * The texts of a JSON array's elements, delimited but not checked; undefined if `text` is not a complete array. If
 * there are more than `most` elements, only the first `most` + 1.
 */
export function arrayElements(text: string, most = Infinity): string[] | undefined {
  if (text[0] !== '[') return undefined;
  const elements: string[] = [];
  let i = skipSpace(text, 1);
  if (text[i] === ']') return skipSpace(text, i + 1) === text.length ? elements : undefined;
  for (;;) {
    const end = valueEnd(text, i);
    if (end < 0) return undefined;
    elements.push(text.slice(i, end));
    if (elements.length > most) return elements;
    i = skipSpace(text, end);
    if (text[i] === ']') return skipSpace(text, i + 1) === text.length ? elements : undefined;
    if (text[i] !== ',') return undefined;
    i = skipSpace(text, i + 1);
  }
}

/** The offset just after the string literal that begins at `start`; -1 if it does not end. */
export function stringEnd(text: string, start: number): number {
  for (let i = text.indexOf('"', start + 1); i >= 0; i = text.indexOf('"', i + 1)) {
    let before = i - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((i - before) % 2 === 1) return i + 1;
  }
  return -1;
}

/** The offset just after the value that begins at `start`, found by brackets and quotes; -1 if it does not end. */
function valueEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first !== '{' && first !== '[') {
    let i = start;
    while (i < text.length && !/[\s,\]}]/.test(text[i] ?? '')) i++;
    return i === start ? -1 : i;
  }
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = stringEnd(text, i) - 1;
        if (i < 0) return -1;
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (--depth === 0) return i + 1;
    }
  }
  return -1;
}

export function skipSpace(text: string, start: number): number {
  let i = start;
  for (;;) {
    const c = text.charCodeAt(i);
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return i;
    i++;
  }
}

/** A string literal without escapes, as most keys are. */
const BARE_STRING = /^"[^"\\\0-\x1f]*"$/;

/** The value of a JSON string literal; undefined if it is not one. */
export function parseString(literal: string): string | undefined {
  if (literal.length < LONGEST_BARE && BARE_STRING.test(literal)) return literal.slice(1, -1);
  const value = parseJson(literal);
  return typeof value === 'string' ? value : undefined;
}

/** The value of a JSON text; undefined if it is not valid. JSON itself has no undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Characters as JSON escapes: `\u009b`. */
export function escapeUnits(characters: string): string {
  let escaped = '';
  for (let i = 0; i < characters.length; i++)
    escaped += `\\u${characters.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return escaped;
}
