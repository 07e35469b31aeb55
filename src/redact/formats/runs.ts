import type { PatternDraft, Span } from '../pattern.ts';
import { escape, type Format } from './format.ts';
import type { RunShape } from './other.ts';

/** No key or token is shorter. */
const SHORTEST = 15;
/** The characters of words: letters, digits and underscore. */
const WORD = 1;
/** The other characters of keys, tokens and the addresses that hold one. */
const SIGN = 2;
const CLASS = new Uint8Array(128);
for (let code = 0; code < CLASS.length; code++) {
  const character = String.fromCharCode(code);
  CLASS[code] = /\w/.test(character) ? WORD : '-.~+/=%:?&@'.includes(character) ? SIGN : 0;
}

/**
 * Keys and tokens by their formats. All of them are long runs of few characters, which prose does not have, so that only
 * such runs are searched.
 */
export function inRuns(formats: readonly Format[], shapes: readonly RunShape[]): PatternDraft {
  const findFormats = finder(formats);
  const shortest = Math.min(...shapes.map((shape) => shape.shortest));
  return {
    kind: 'api-key',
    kinds: [...new Set([...formats, ...shapes].map(({ kind }) => kind))],
    find(text) {
      const spans: Span[] = [];
      let end = -1;
      // Each run has a character at a multiple of SHORTEST, so only these are looked at first.
      for (let probe = SHORTEST - 1; probe < text.length; probe += SHORTEST) {
        if (probe < end || classAt(text, probe) === 0) continue;
        let from = probe;
        while (from - 1 > end && classAt(text, from - 1) !== 0) from--;
        end = probe + 1;
        while (classAt(text, end) !== 0) end++;
        if (end - from < SHORTEST) continue;
        findFormats(text, from, end, spans);
        if (end - from >= shortest) findShapes(shapes, text, from, end, spans);
      }
      return spans;
    },
  };
}

/** 0 also behind the end of the text, where the code is NaN. */
function classAt(text: string, at: number): number {
  return CLASS[text.charCodeAt(at)] ?? 0;
}

function findShapes(
  shapes: readonly RunShape[],
  text: string,
  from: number,
  to: number,
  spans: Span[],
): void {
  const run = text.slice(from, to);
  for (const { kind, word, shortest, expression } of shapes) {
    if (run.length < shortest || !run.includes(word)) continue;
    for (const match of run.matchAll(expression)) {
      const end = from + match.index + match[0].length;
      spans.push([end - (match[1] ?? match[0]).length, end, kind]);
    }
  }
}

interface Candidate {
  /** Whether it is one inside a word too. No word has such a head: it is long, with a mark between letters. */
  isInside: boolean;
  head: string;
  kind: string;
  expression: RegExp;
}

/**
 * Finds all formats at once, each where a word, or a part of it behind an underscore, begins with one of its heads; of
 * several, the longest head's.
 */
function finder(formats: readonly Format[]): (text: string, from: number, to: number, spans: Span[]) => void {
  /** By the first two characters: most words begin with others. */
  const byStart = new Map<number, Candidate[]>();
  for (const head of headsOf(formats)) {
    for (const format of formats.filter(({ heads }) => heads.includes(head))) {
      const candidate = {
        head,
        kind: format.kind,
        isInside: format.isSure === true && /\w[-_]/.test(head) && head.length >= 4,
        expression: new RegExp(`${escape(head)}${format.rest}`, 'y'),
      };
      const start = startAt(head, 0);
      byStart.set(start, [...(byStart.get(start) ?? []), candidate]);
    }
  }
  const isStart = new Uint8Array(CLASS.length ** 2);
  for (const start of byStart.keys()) isStart[start] = 1;
  return (text, from, to, spans) => {
    let isInWord = false;
    for (let at = from; at < to - 1; at++) {
      const isInside = isInWord;
      isInWord = classAt(text, at) === WORD && text[at] !== '_';
      if (isStart[startAt(text, at)] === 0) continue;
      const span = firstOf(byStart.get(startAt(text, at)) ?? [], text, at, isInside);
      if (!span) continue;
      spans.push(span);
      at = span[1] - 1;
      isInWord = true;
    }
  };
}

function firstOf(
  candidates: readonly Candidate[],
  text: string,
  at: number,
  isInside: boolean,
): Span | undefined {
  for (const { head, kind, expression, isInside: mayBeInside } of candidates) {
    if ((isInside && !mayBeInside) || !text.startsWith(head, at)) continue;
    expression.lastIndex = at;
    const found = expression.exec(text);
    if (!found) continue;
    const to = expression.lastIndex;
    return [found[1] === undefined ? at : to - found[1].length, to, kind];
  }
  return undefined;
}

/** Two ASCII characters as a number. */
function startAt(text: string, at: number): number {
  return text.charCodeAt(at) * CLASS.length + text.charCodeAt(at + 1);
}

/** The heads of formats, the longest first. */
export function headsOf(formats: readonly Format[]): string[] {
  return [...new Set(formats.flatMap(({ heads }) => heads))].toSorted((a, b) => b.length - a.length);
}
