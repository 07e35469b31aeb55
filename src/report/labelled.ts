import { withoutFiles } from '../ai-log/media-text.ts';
import { cleanText } from '../platform/clean-text.ts';
import type { ShowStyle } from './show.ts';
import { clip, widthOf, wrap } from './terminal.ts';

/** A label and a text after it; further lines are indented by two more columns. */
export function labelled(
  label: string,
  text: string,
  most: number,
  indent: number,
  style: ShowStyle,
): string[] {
  const head = ' '.repeat(indent) + label;
  const pad = ' '.repeat(indent + 2);
  if (style.full) {
    const [first = '', ...others] = withoutBlankEnds(withoutFiles(text)).split('\n');
    return [(head + first).trimEnd(), ...others.map((line) => (pad + line).trimEnd())];
  }
  const { width } = style.screen;
  const room = width - indent - 2;
  const left = width - widthOf(head);
  if (
    widthOf(label) > LONGEST_LABEL &&
    (left < Math.min(LEAST_ROOM, text.length) || text.trim().includes('\n'))
  ) {
    // A long label has lines of its own.
    const lines = wrap(label.trimEnd(), width - indent, LABEL_LINES).lines;
    const below = text.trim() === '' ? [] : labelled('  ', text, most, indent, style);
    return [...lines.map((line) => ' '.repeat(indent) + line), ...below];
  }
  // Only what will be visible is cleaned: an answer may be megabytes long.
  const whole = withoutFiles(text);
  const near = whole.slice(0, room * most * 8);
  const { lines, cut } = wrap(withoutBlankEnds(near), room, most, left);
  const shown = lines.map((line, index) => ((index === 0 ? head : pad) + line).trimEnd());
  if (!cut && near.length === whole.length) return shown;
  const last = shown.pop() ?? '';
  return [...shown, clip(`${last}…`, width)];
}

/** Text safe to print, without blank lines around it. The first line keeps its indentation. */
function withoutBlankEnds(text: string): string {
  return cleanText(text)
    .replace(/^(?: *\n)+/, '')
    .trimEnd();
}

/** Columns. */
const LONGEST_LABEL = 18;
/** Columns that a text needs beside its label. */
const LEAST_ROOM = 24;
const LABEL_LINES = 3;
