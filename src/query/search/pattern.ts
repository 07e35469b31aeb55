import { innerTexts } from './inner-texts.ts';
import { literalScan, type StartScan } from './literal-scan.ts';

/** What is searched for. */
export interface SearchPattern {
  /** The first match in a text that is in NFC, and how many there are; null if there is none. */
  find: (text: string) => Span | null;
  /** undefined: any line may match. */
  scan: StartScan | undefined;
}

export interface Span {
  from: number;
  to: number;
  count: number;
}

/** Where a text matches. */
export interface Found extends Span {
  /** The text, or the JSON string inside of it, in NFC. */
  text: string;
}

/** A literal text, in any case (simple case folding) and any normalisation form. */
export function literalPattern(text: string): SearchPattern {
  const wanted = text.normalize('NFC');
  const expression = new RegExp(wanted.replaceAll(/[\^$\\.*+?()[\]{}|/]/g, '\\$&'), 'giu');
  return {
    find: (searched) => firstOf(spansOf(expression, searched)),
    scan: literalScan(wanted),
  };
}

function* spansOf(expression: RegExp, text: string): Generator<[from: number, to: number]> {
  for (const match of text.matchAll(expression)) yield [match.index, match.index + match[0].length];
}

export function firstOf(spans: Iterable<readonly [from: number, to: number]>): Span | null {
  let first: Span | null = null;
  for (const [from, to] of spans) {
    if (first) first.count++;
    else first = { from, to, count: 1 };
  }
  return first;
}

/** Where a text matches, or else a string in the JSON that it is. */
export function findIn(pattern: SearchPattern, text: string): Found | null {
  const whole = findInOne(pattern, text);
  if (whole) return whole;
  for (const inner of innerTexts(text)) {
    const found = findInOne(pattern, inner);
    if (found) return found;
  }
  return null;
}

function findInOne(pattern: SearchPattern, text: string): Found | null {
  const composed = text.normalize('NFC');
  const span = pattern.find(composed);
  return span && { text: composed, ...span };
}
