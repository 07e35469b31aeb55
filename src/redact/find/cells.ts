import type { Span } from '../pattern.ts';
import { isPlaceholder, isQuantity, isStrong, skip, valueAt, type Found, type Value } from './values.ts';

const SEPARATOR = /\t{1,3}|\s{0,30}\|\s{0,30}|\s{1,3}[-–—]\s{1,3}|,(?=\S)/y;
const END = /^(?:["'`]?(?:$|\r?\n|\t|[ ]{0,30}\||,|&)|[”’」。；])/;

/** A value in the cell behind its name: `password ⇥ …`, `| password | … |`, and at the start of a line `password,…`. */
export function cellAt(text: string, from: number, end: number): Value | undefined {
  const at = skip(SEPARATOR, text, end);
  if (at === end) return undefined;
  const isComma = text[end] === ',';
  if (isComma && !/(?:^|\n)[\w.-]{0,40}$/.test(text.slice(Math.max(0, from - 48), from))) return undefined;
  const value = valueAt(text, at);
  if (!value || !END.test(text.slice(value.to, value.to + 34))) return undefined;
  return value.text.length >= 4 && isStrong(value.text) && !isQuantity(value.text) ? value : undefined;
}

const BEFORE = /(?:^|[\n\t|,;])[ "']{0,3}[\w -]{0,30}$/;
const AFTER = /[ "']{0,3}(?=[\t|,;]|\r?\n)/y;
const LONGEST_LINE = 2000;
const SEPARATORS = ['\t', '|', ',', ';'];

/**
 * The column of a table whose first line has the name as a heading: TSV, CSV, Markdown. `next` is where the table ends:
 * what is before it needs no second look.
 */
export function tableAt(text: string, from: number, after: number): Found | undefined {
  if (skip(AFTER, text, after) === after && !/[\t|,;\n\r]/.test(text[after] ?? '')) return undefined;
  const before = text.slice(Math.max(0, from - LONGEST_LINE), from);
  if (!BEFORE.test(before.slice(-40))) return undefined;
  const start = from - before.length + before.lastIndexOf('\n') + 1;
  const end = lineEnd(text, from);
  const head = text.slice(start, end);
  const separator = SEPARATORS.find((one) => head.includes(one));
  if (separator === undefined) return undefined;
  const place = text.slice(start, from).split(separator).length - 1;
  const columns = head.split(separator).length;
  const spans: Span[] = [];
  let at = end + 1;
  while (at < text.length) {
    const to = lineEnd(text, at);
    const cells = text.slice(at, to).split(separator);
    if (cells.length !== columns) break;
    const cell = cells[place] ?? '';
    const value = cell.trim().replaceAll(/^["']|["']$/g, '');
    if (isPassword(value)) {
      const left = cells.slice(0, place).reduce((sum, { length }) => sum + length + 1, 0);
      const first = at + left + cell.indexOf(value);
      spans.push([first, first + value.length, 'password']);
    }
    at = to + 1;
  }
  return { spans, next: at - 1 };
}

function isPassword(value: string): boolean {
  if (value.length < 4 || value.length > 200 || /\s/.test(value)) return false;
  return isStrong(value) && !isQuantity(value) && !isPlaceholder(value);
}

/** A longer line is cut: it is not of a table. */
function lineEnd(text: string, at: number): number {
  const end = text.slice(at, at + LONGEST_LINE).indexOf('\n');
  return end < 0 ? Math.min(at + LONGEST_LINE, text.length) : at + end;
}
