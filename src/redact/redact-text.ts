import { parseJson, parseString, skipSpace, stringEnd } from '../platform/json-spans.ts';
import { decode, JSON_ESCAPES, PERCENT_ESCAPES, sourceOffsets, type Escapes } from './escapes.ts';
import { isTelling } from './find/named.ts';
import { CUT_MARK } from './find/values.ts';
import type { Pattern } from './pattern.ts';

/** A part of a text and its replacement. */
interface Edit {
  from: number;
  to: number;
  text: string;
  /** Rank of the pattern: if two edits overlap, the smaller rank decides the replacement. */
  rank: number;
}

/** How many nested encodings are searched. Each at least doubles the backslashes, so real texts have far fewer. */
const DEEPEST = 16;

/**
 * Replaces every match of the patterns by `[redacted:<kind>]` and keeps every other character. Matches in escaped text
 * and in JSON inside strings are found too, up to DEEPEST levels.
 */
export function redactText(text: string, patterns: readonly Pattern[]): string {
  return apply(text, editsOfText(text, patterns, DEEPEST));
}

/**
 * The same for a JSON document. It stays valid JSON, since each string is searched separately. Names of members are
 * searched like values. A number that a pattern matches as a whole becomes a string. Invalid JSON is accepted too.
 */
export function redactJson(json: string, patterns: readonly Pattern[]): string {
  return apply(json, editsOfJson(json, patterns, DEEPEST));
}

/** Not `push(...more)`: there can be more edits than a call may have arguments. */
function append(edits: Edit[], more: readonly Edit[]): void {
  for (const edit of more) edits.push(edit);
}

function apply(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  const pieces: string[] = [];
  let at = 0;
  for (const edit of edits) {
    pieces.push(text.slice(at, edit.from), edit.text);
    at = edit.to;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}

function editsOfText(text: string, patterns: readonly Pattern[], depth: number): Edit[] {
  if (depth > 0 && isContainer(text)) return editsOfJson(text, patterns, depth - 1);
  const edits = matchesIn(text, patterns);
  if (depth === 0) return merge(edits);
  for (const [from, to, escapes] of escapedParts(text)) {
    const decoded = decode(text.slice(from, to), escapes);
    if (decoded === undefined) continue;
    append(edits, encoded(editsOfText(decoded, patterns, depth - 1), escapes, text, from, to));
  }
  return merge(edits);
}

/** JSON's escapes can be anywhere, octets of an address are in one word. */
function* escapedParts(text: string): Generator<[from: number, to: number, escapes: Escapes]> {
  if (text.includes(JSON_ESCAPES.mark)) yield [0, text.length, JSON_ESCAPES];
  let to = 0;
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', Math.max(to, at + 1))) {
    if (!PERCENT_ESCAPES.read(text, at)) continue;
    let from = at;
    while (from > to && !SPACE.test(text[from - 1] ?? '')) from--;
    to = at;
    while (to < text.length && !SPACE.test(text[to] ?? '')) to++;
    yield [from, to, PERCENT_ESCAPES];
  }
}

const SPACE = /[\s"<>`]/;

/** Whether a text is a JSON object or array: a tool's arguments, or its result. */
function isContainer(text: string): boolean {
  const first = text[skipSpace(text, 0)];
  return (first === '{' || first === '[') && parseJson(text) !== undefined;
}

/** Goes from string to string without matching brackets, so a document may be of any depth, or broken. */
function editsOfJson(json: string, patterns: readonly Pattern[], depth: number): Edit[] {
  const edits: Edit[] = [];
  /** What says what the next string is: the name of the member, or the option before it in a list of arguments. */
  let name: string | undefined;
  /** The value of the last member with a name like `key`. */
  let label = '';
  let at = 0;
  for (let from = json.indexOf('"'); from >= 0; from = json.indexOf('"', at)) {
    const end = stringEnd(json, from);
    const to = end < 0 ? json.length : end - 1;
    append(edits, editsOfNumbers(json, at, from, patterns));
    const raw = json.slice(from + 1, to);
    const decoded = raw.includes('\\') ? (parseString(`"${raw}"`) ?? decode(raw, JSON_ESCAPES) ?? raw) : raw;
    const found = editsOfText(decoded, patterns, depth);
    if (name !== undefined) {
      if (LABEL.test(name)) label = decoded;
      const told = VALUE.test(name) ? label : name;
      append(found, editsOfMember(told, decoded, patterns, end < 0));
    }
    append(edits, encoded(merge(found), JSON_ESCAPES, json, from + 1, to));
    at = end < 0 ? json.length : end;
    const next = skipSpace(json, at);
    const isName = json[next] === ':' && json[skipSpace(json, next + 1)] === '"';
    name = isName || (json[next] === ',' && decoded.startsWith('-')) ? decoded : undefined;
  }
  append(edits, editsOfNumbers(json, at, json.length, patterns));
  return merge(edits);
}

/** `{"name": "DB_PASSWORD", "value": "…"}`, as in Kubernetes and Docker. */
const LABEL = /^(?:name|key|k|field|variable)$/i;
const VALUE = /^(?:value|val|v)$/i;
const LONGEST_NAME = 200;

/** Edits of a value whose name says that it is a secret: `{"password": "…"}`. `isCut`: the text ends in the value. */
function editsOfMember(name: string, value: string, patterns: readonly Pattern[], isCut: boolean): Edit[] {
  if (name.length > LONGEST_NAME || !isTelling(name) || isContainer(value)) return [];
  const quote = ['"', "'", '`'].find((one) => !value.includes(one)) ?? '"';
  const before = name.length + ': "'.length;
  return matchesIn(`${name}: ${quote}${value}${isCut ? '' : quote}`, patterns, true)
    .filter(({ from }) => from >= before)
    .map((edit) => ({
      ...edit,
      from: edit.from - before,
      to: Math.min(edit.to - before, value.length),
    }));
}

const NUMBER = /-?\d[\d.eE+-]*/g;

function editsOfNumbers(json: string, from: number, to: number, patterns: readonly Pattern[]): Edit[] {
  const { numeric, shortest } = numericOf(patterns);
  // Between two strings there is mostly a colon or a comma.
  if (to - from < shortest) return [];
  const edits: Edit[] = [];
  for (const { index, 0: number } of json.slice(from, to).matchAll(NUMBER)) {
    const whole = matchesIn(number, numeric).find((edit) => edit.from === 0 && edit.to === number.length);
    if (whole) {
      const start = from + index;
      edits.push({ ...whole, from: start, to: start + number.length, text: `"${whole.text}"` });
    }
  }
  return edits;
}

interface Numeric {
  numeric: readonly Pattern[];
  shortest: number;
}

const NUMERIC = new WeakMap<readonly Pattern[], Numeric>();

/** The patterns that find numbers. */
function numericOf(patterns: readonly Pattern[]): Numeric {
  let known = NUMERIC.get(patterns);
  if (!known) {
    const numeric = patterns.filter(({ isNumeric }) => isNumeric);
    known = { numeric, shortest: Math.min(...numeric.map(({ shortest }) => shortest)) };
    NUMERIC.set(patterns, known);
  }
  return known;
}

function matchesIn(text: string, patterns: readonly Pattern[], isMember = false): Edit[] {
  const edits: Edit[] = [];
  for (const { rank, kind, words, isNamed, shortest, find } of patterns) {
    if (text.length < shortest || (isMember && !isNamed)) continue;
    if (words && !words.some((word) => text.includes(word))) continue;
    for (const [from, to, own = kind] of find(text)) {
      if (to > from) edits.push({ from, to, text: `[redacted:${own}]`, rank });
    }
  }
  if (edits.length > 0) append(edits, restsOf(edits, text));
  return edits;
}

const REST = /[^\s"'`<>\u2000-\uFFFF]+/y;

/** Where a secret ends at the gateway's cut, what follows the cut may be the rest of it. */
function restsOf(edits: readonly Edit[], text: string): Edit[] {
  if (!text.includes(CUT_MARK)) return [];
  return edits.flatMap((edit) => {
    if (!text.startsWith(CUT_MARK, edit.to)) return [];
    const from = edit.to + CUT_MARK.length;
    REST.lastIndex = from;
    return REST.test(text) ? [{ ...edit, from, to: REST.lastIndex }] : [];
  });
}

/** The edits in order, with overlapping ones merged. */
function merge(edits: Edit[]): Edit[] {
  if (edits.length < 2) return edits;
  const merged: Edit[] = [];
  for (const edit of edits.toSorted((a, b) => a.from - b.from || b.to - a.to || a.rank - b.rank)) {
    const last = merged.at(-1);
    if (!last || edit.from >= last.to) {
      merged.push({ ...edit });
      continue;
    }
    last.to = Math.max(last.to, edit.to);
    if (edit.rank < last.rank) Object.assign(last, { text: edit.text, rank: edit.rank });
  }
  return merged;
}

/** Maps edits of a decoded text, in order, to the escaped text, which is in `text` from `from` to `to`. */
function encoded(edits: readonly Edit[], escapes: Escapes, text: string, from: number, to: number): Edit[] {
  if (edits.length === 0) return [];
  const sourceOf = sourceOffsets(escapes, text, from, to);
  return edits.map((edit) => ({
    ...edit,
    from: sourceOf(edit.from),
    to: sourceOf(edit.to),
    text: /["\\]/.test(edit.text) ? JSON.stringify(edit.text).slice(1, -1) : edit.text,
  }));
}
