import { innerTexts } from './inner-texts.ts';

export interface Finder {
  /** The first match in a text that is in NFC, and how many there are; null if there is none. */
  find: (text: string) => Span | null;
  /** Whether it may match a number in JSON as a whole, and not as it is written. */
  readsNumbers: boolean;
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

/** Finds a literal text that is in NFC, in any case: simple case folding. */
export function literalFinder(wanted: string): Finder {
  const expression = new RegExp(wanted.replaceAll(/[\^$\\.*+?()[\]{}|/]/g, '\\$&'), 'giu');
  return { find: (searched) => firstOf(spansOf(expression, searched)), readsNumbers: false };
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
export function findIn(finder: Finder, text: string): Found | null {
  const whole = findInOne(finder, text);
  if (whole) return whole;
  for (const inner of innerTexts(text, finder.readsNumbers)) {
    const found = findInOne(finder, inner);
    if (found) return found;
  }
  return null;
}

function findInOne({ find }: Finder, text: string): Found | null {
  const composed = text.normalize('NFC');
  const span = find(composed);
  return span && { text: composed, ...span };
}
