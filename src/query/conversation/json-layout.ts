import { parseExact, printExact } from './exact-json.ts';

/** A value of an object, laid out by itself. */
export interface Field {
  /** `edits[0].new_string` */
  path: string;
  /** A text of several lines as it is, or JSON. */
  text: string;
  isText: boolean;
}

/** JSON as people read it: fields if it has texts of several lines, otherwise JSON with spaces. */
export type Layout =
  { kind: 'text' | 'json'; text: string; isAsSent: boolean } | { kind: 'fields'; fields: Field[] };

/** Longer JSON stays as it is. */
const LONGEST = 200_000;
const LONGEST_LINE = 72;
const MOST_FIELDS = 200;
const LONGEST_PATH = 1_000;
const DEEPEST = 4;
/** Deeper or longer, it would be mostly indentation. */
const DEEPEST_INDENTED = 20;
const MOST_INDENTED = 8;

/** Lays out a call's arguments, or what a tool returned. Text that is no JSON stays as it is. */
export function layOutJson(json: string): Layout {
  const asSent: Layout = { kind: /^\s*[{[]/.test(json) ? 'json' : 'text', text: json, isAsSent: true };
  if (json.length > LONGEST || !/^\s*[{["]/.test(json)) return asSent;
  const value = parseExact(json);
  if (typeof value === 'string') {
    const inner = layOutJson(value);
    return inner.kind === 'fields' ? inner : { ...inner, isAsSent: false };
  }
  if (typeof value !== 'object' || value === null) return asSent;
  const pretty = isDeeper(value, DEEPEST_INDENTED) ? null : printExact(value, 2);
  if (pretty === null || pretty.length > Math.min(2_000 + MOST_INDENTED * json.length, LONGEST))
    return asSent;
  // Parsing drops repeated keys.
  const skeleton = skeletonOf(json);
  if (skeletonOf(pretty) !== skeleton) return asSent;
  const fields = Array.isArray(value) ? null : fieldsOf(value as Record<string, unknown>);
  if (fields) return { kind: 'fields', fields };
  // On one line it is not shorter than its skeleton.
  const text = skeleton.length > LONGEST_LINE ? pretty : onOneLine(pretty);
  return { kind: 'json', text, isAsSent: squeezed(text) === squeezed(json) };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** JSON without what its strings say. */
function skeletonOf(json: string): string {
  return squeezed(json.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '""'));
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

/** null if no value is a text of several lines, or if there are too many. */
function fieldsOf(value: Record<string, unknown>): Field[] | null {
  const fields: Field[] = [];
  let isTooLong = false;
  for (const [key, given] of Object.entries(value)) add(key, given, 1);
  if (isTooLong || fields.length > MOST_FIELDS) return null;
  return fields.some(({ isText }) => isText) ? fields : null;

  function add(path: string, given: unknown, depth: number): void {
    if (fields.length > MOST_FIELDS) return;
    isTooLong ||= path.length > LONGEST_PATH;
    if (typeof given === 'string' && given.includes('\n')) fields.push({ path, text: given, isText: true });
    else if (typeof given === 'object' && given !== null && depth < DEEPEST && hasLines(given, depth)) {
      for (const [key, inner] of Object.entries(given))
        add(Array.isArray(given) ? `${path}[${key}]` : `${path}.${key}`, inner, depth + 1);
    } else fields.push({ path, text: lineOf(given), isText: false });
  }
}

/** Whether a value holds a text of several lines where it can be laid out. */
function hasLines(value: object, depth: number): boolean {
  return Object.values(value).some((inner: unknown) =>
    typeof inner === 'string'
      ? inner.includes('\n')
      : typeof inner === 'object' && inner !== null && depth + 1 < DEEPEST && hasLines(inner, depth + 1),
  );
}

function lineOf(value: unknown): string {
  return onOneLine(printExact(value, 2) ?? '[…]');
}

/** Indented JSON on one line, if it fits. */
function onOneLine(pretty: string): string {
  const line = pretty.replaceAll(/\n\s*/g, ' ');
  return line.length <= LONGEST_LINE ? line : pretty;
}

/** A layout as lines of plain text. */
export function layoutText(layout: Layout): string {
  if (layout.kind !== 'fields') return layout.text;
  return layout.fields
    .map(({ path, text, isText }) =>
      isText ? `${path}:\n${text.replaceAll(/^/gm, '  ').trimEnd()}` : `${path}: ${text}`,
    )
    .join('\n');
}
