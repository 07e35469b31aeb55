/** Text as wide as its code units are many: ASCII, and the marks of our tables, bars and headings. */
const PLAIN = /^(?:[\x20-\x7e…─·“”–→×≤≥≈¥€▀-▟]|📊|📋)*$/;

/** How many columns clean text takes up on a terminal. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  // The rules for all of Unicode take as long to load as Node takes to start, so they are loaded when needed.
  stringWidth ??= (require('string-width') as typeof import('string-width')).default;
  return stringWidth(text);
}

let stringWidth: typeof import('string-width').default | undefined;

let segmenter: Intl.Segmenter | undefined;

function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** A clean line, cut to `width` columns; it ends in `…` if anything was cut. */
export function clip(text: string, width: number): string {
  if (width <= 0) return '';
  const near = text.slice(0, width * 8 + 8);
  if (near.length === text.length && widthOf(text) <= width) return text;
  return takeColumns(near, width - 1).trimEnd() + '…';
}

/** `text` followed by spaces up to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/**
 * Clean text broken into at most `maxLines` lines of `width` columns (`firstWidth` for the first), at spaces where there
 * are any. `cut`: whether anything was left out.
 */
export function wrap(
  text: string,
  width: number,
  maxLines: number,
  firstWidth = width,
): { lines: string[]; cut: boolean } {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let rest = paragraph.trimEnd();
    do {
      if (lines.length === maxLines) return { lines, cut: true };
      const line = takeLine(rest, Math.max(2, lines.length === 0 ? firstWidth : width));
      lines.push(line.trimEnd());
      rest = rest.slice(line.length);
    } while (rest !== '');
  }
  return { lines, cut: false };
}

function takeLine(text: string, width: number): string {
  // One character may be wider than the line: a halfwidth kana with many voice marks.
  const taken = takeColumns(text, width) || text.slice(0, 1);
  if (taken.length === text.length) return taken;
  if (text.charAt(taken.length) === ' ') return taken + ' ';
  const space = taken.lastIndexOf(' ');
  return space > taken.length / 3 ? taken.slice(0, space + 1) : taken;
}

/** The end of a clean line that fits into `width` columns. */
export function takeLastColumns(text: string, width: number): string {
  const near = text.slice(Math.max(0, text.length - width * 8 - 8));
  if (/^[\x20-\x7e]*$/.test(near)) return near.slice(Math.max(0, near.length - width));
  let used = 0;
  let start = near.length;
  for (const { segment } of [...graphemesOf(near)].toReversed()) {
    used += widthOf(segment);
    if (used > width) break;
    start -= segment.length;
  }
  return near.slice(start);
}

/** The start of a text that fits into `width` columns. */
export function takeColumns(text: string, width: number): string {
  const near = text.slice(0, width * 8 + 8);
  if (/^[\x20-\x7e]*$/.test(near)) return near.slice(0, width);
  let used = 0;
  let end = 0;
  for (const { segment } of graphemesOf(near)) {
    used += widthOf(segment);
    if (used > width) break;
    end += segment.length;
  }
  return near.slice(0, end);
}
