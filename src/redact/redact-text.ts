import { parseJson, parseString, skipSpace, stringEnd } from '../platform/json-spans.ts';
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
  if (depth === 0 || !text.includes('\\')) return merge(edits);
  const { decoded, isChanged } = decode(text);
  if (isChanged) append(edits, encoded(editsOfText(decoded, patterns, depth - 1), text, 0, text.length));
  return merge(edits);
}

/** Whether a text is a JSON object or array: a tool's arguments, or its result. */
function isContainer(text: string): boolean {
  const first = text[skipSpace(text, 0)];
  return (first === '{' || first === '[') && parseJson(text) !== undefined;
}

/** Goes from string to string without matching brackets, so a document may be of any depth, or broken. */
function editsOfJson(json: string, patterns: readonly Pattern[], depth: number): Edit[] {
  const edits: Edit[] = [];
  let name: string | undefined;
  let at = 0;
  for (let from = json.indexOf('"'); from >= 0; from = json.indexOf('"', at)) {
    const end = stringEnd(json, from);
    const to = end < 0 ? json.length : end - 1;
    append(edits, editsOfNumbers(json, at, from, patterns));
    const raw = json.slice(from + 1, to);
    const decoded = raw.includes('\\') ? (parseString(`"${raw}"`) ?? decode(raw).decoded) : raw;
    const found = editsOfText(decoded, patterns, depth);
    if (name !== undefined) append(found, editsOfMember(name, decoded, patterns));
    append(edits, encoded(merge(found), json, from + 1, to));
    at = end < 0 ? json.length : end;
    const colon = skipSpace(json, at);
    name = json[colon] === ':' && json[skipSpace(json, colon + 1)] === '"' ? decoded : undefined;
  }
  append(edits, editsOfNumbers(json, at, json.length, patterns));
  return merge(edits);
}

const TELLING = /key|secret|token|pass|pwd|credential|authorization|密码|口令/i;

/** Edits of a value whose name says that it is a secret: `{"password": "…"}`. */
function editsOfMember(name: string, value: string, patterns: readonly Pattern[]): Edit[] {
  if (name.length > 200 || !TELLING.test(name)) return [];
  const before = name.length + ': "'.length;
  return matchesIn(`${name}: "${value}"`, patterns, true)
    .filter(({ from }) => from >= before)
    .map((edit) => ({
      ...edit,
      from: edit.from - before,
      to: Math.min(edit.to - before, value.length),
    }));
}

const NUMBER = /-?\d[\d.eE+-]*/g;

function editsOfNumbers(json: string, from: number, to: number, patterns: readonly Pattern[]): Edit[] {
  const edits: Edit[] = [];
  const numeric = patterns.filter(({ isNumeric }) => isNumeric);
  if (numeric.length === 0) return edits;
  for (const { index, 0: number } of json.slice(from, to).matchAll(NUMBER)) {
    const whole = matchesIn(number, numeric).find((edit) => edit.from === 0 && edit.to === number.length);
    if (whole) {
      const start = from + index;
      edits.push({ ...whole, from: start, to: start + number.length, text: `"${whole.text}"` });
    }
  }
  return edits;
}

function matchesIn(text: string, patterns: readonly Pattern[], isMember = false): Edit[] {
  const edits: Edit[] = [];
  for (const { rank, kind, words, isNamed, shortest, find } of patterns) {
    if (text.length < shortest || (isMember && !isNamed)) continue;
    if (words && !words.some((word) => text.includes(word))) continue;
    for (const [from, to] of find(text)) {
      if (to > from) edits.push({ from, to, text: `[redacted:${kind}]`, rank });
    }
  }
  return edits;
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

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Undoes one level of JSON escapes. A backslash that does not begin an escape is kept. */
function decode(text: string): { decoded: string; isChanged: boolean } {
  const pieces: string[] = [];
  let at = 0;
  for (let slash = text.indexOf('\\'); slash >= 0; slash = text.indexOf('\\', slash)) {
    const length = escapeLength(text, slash);
    if (length > 1) {
      const next = text[slash + 1] ?? '';
      const character =
        next === 'u'
          ? String.fromCharCode(Number.parseInt(text.slice(slash + 2, slash + 6), 16))
          : SIMPLE[next];
      pieces.push(text.slice(at, slash), character ?? '');
      at = slash + length;
    }
    slash += length;
  }
  if (pieces.length === 0) return { decoded: text, isChanged: false };
  pieces.push(text.slice(at));
  return { decoded: pieces.join(''), isChanged: true };
}

const HEX = /^[0-9a-fA-F]{4}$/;

/** The length of the escape that begins with a backslash; 1 if it does not begin one. */
function escapeLength(text: string, slash: number): number {
  const next = text[slash + 1] ?? '';
  if (next === 'u') return HEX.test(text.slice(slash + 2, slash + 6)) ? 6 : 1;
  return Object.hasOwn(SIMPLE, next) ? 2 : 1;
}

/** Maps edits of a decoded text, in order, to the escaped text, which is in `text` from `from` to `to`. */
function encoded(edits: readonly Edit[], text: string, from: number, to: number): Edit[] {
  if (edits.length === 0) return [];
  let source = from;
  let place = 0;
  let slash = text.indexOf('\\', from);
  // Maps an offset in the decoded text to one in the escaped text. Offsets must not decrease from call to call.
  const sourceOf = (target: number): number => {
    while (place < target && source < to) {
      if (slash >= 0 && slash < source) slash = text.indexOf('\\', source);
      const plain = Math.min(target - place, (slash < 0 || slash > to ? to : slash) - source);
      source += plain;
      place += plain;
      if (place < target && source < to) {
        source += escapeLength(text, source);
        place++;
      }
    }
    return source;
  };
  return edits.map((edit) => ({
    ...edit,
    from: sourceOf(edit.from),
    to: sourceOf(edit.to),
    text: /["\\]/.test(edit.text) ? JSON.stringify(edit.text).slice(1, -1) : edit.text,
  }));
}
