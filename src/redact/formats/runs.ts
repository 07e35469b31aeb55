import type { PatternDraft } from '../pattern.ts';
import { escape, type Format } from './format.ts';
import type { RunShape } from './other.ts';

/** No key or token is shorter. */
const SHORTEST = 15;
/** The characters of keys, tokens and the addresses that hold one. */
const OF_RUN = new Uint8Array(128);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~+/=%:?&@') {
  OF_RUN[character.charCodeAt(0)] = 1;
}

/**
 * Keys and tokens by their formats. All of them are long runs of few characters, which prose does not have, so that only
 * such runs are searched.
 */
export function inRuns(formats: readonly Format[], others: readonly RunShape[]): PatternDraft {
  const find = finder(formats);
  return {
    kind: 'api-key',
    kinds: [...new Set([...formats, ...others].map(({ kind }) => kind))],
    *find(text) {
      const runs = runsOf(text);
      for (let i = 0; i < runs.length; i += 2) {
        const from = runs[i] ?? 0;
        const run = text.slice(from, runs[i + 1]);
        for (const [start, end, kind] of find(run)) yield [from + start, from + end, kind];
        for (const { kind, word, shortest, expression } of others) {
          if (run.length < shortest || !run.includes(word)) continue;
          for (const match of run.matchAll(expression)) {
            const end = from + match.index + match[0].length;
            yield [end - (match[1] ?? match[0]).length, end, kind];
          }
        }
      }
    },
  };
}

/**
 * Where the runs are, as pairs of offsets. Each has a character at a multiple of SHORTEST, so only these are looked at
 * first.
 */
function runsOf(text: string): number[] {
  const runs: number[] = [];
  let end = -1;
  for (let probe = SHORTEST - 1; probe < text.length; probe += SHORTEST) {
    if (probe < end || !isOfRun(text, probe)) continue;
    let from = probe;
    while (from - 1 > end && isOfRun(text, from - 1)) from--;
    end = probe + 1;
    while (end < text.length && isOfRun(text, end)) end++;
    if (end - from >= SHORTEST) runs.push(from, end);
  }
  return runs;
}

function isOfRun(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < OF_RUN.length && OF_RUN[code] === 1;
}

interface Candidate {
  head: string;
  kind: string;
  expression: RegExp;
}

/** Finds all formats at once, each where a word begins with one of its heads; of several, the longest head's. */
function finder(
  formats: readonly Format[],
): (run: string) => Generator<[from: number, to: number, kind: string]> {
  /** By the first two characters: most words begin with others. */
  const byStart = new Map<number, Candidate[]>();
  for (const head of headsOf(formats)) {
    for (const format of formats.filter(({ heads }) => heads.includes(head))) {
      const candidate = {
        head,
        kind: format.kind,
        expression: new RegExp(`${escape(head)}${format.rest}`, 'y'),
      };
      const start = startAt(head, 0);
      byStart.set(start, [...(byStart.get(start) ?? []), candidate]);
    }
  }
  const isStart = new Uint8Array(1 << 14);
  for (const start of byStart.keys()) isStart[start] = 1;
  return function* find(run) {
    let isWord = false;
    for (let at = 0; at < run.length - 1; at++) {
      const wasWord = isWord;
      isWord = isOfWord(run.charCodeAt(at));
      if (wasWord) continue;
      const start = startAt(run, at);
      if (isStart[start] === 0) continue;
      const match = firstOf(byStart.get(start) ?? [], run, at);
      if (!match) continue;
      yield match;
      at = match[1] - 1;
      isWord = true;
    }
  };
}

function firstOf(
  candidates: readonly Candidate[],
  run: string,
  at: number,
): [from: number, to: number, kind: string] | undefined {
  for (const { head, kind, expression } of candidates) {
    if (!run.startsWith(head, at)) continue;
    expression.lastIndex = at;
    const found = expression.exec(run);
    if (!found) continue;
    const to = expression.lastIndex;
    return [found[1] === undefined ? at : to - found[1].length, to, kind];
  }
  return undefined;
}

/** Two characters as a number. Those of a run are ASCII. */
function startAt(text: string, at: number): number {
  return (text.charCodeAt(at) << 7) | text.charCodeAt(at + 1);
}

function isOfWord(code: number): boolean {
  // Digits, capitals, underscore, small letters.
  return code < 0x3a
    ? code >= 0x30
    : code < 0x5b
      ? code >= 0x41
      : code === 0x5f || (code >= 0x61 && code < 0x7b);
}

/** The heads of formats, the longest first. */
export function headsOf(formats: readonly Format[]): string[] {
  return [...new Set(formats.flatMap(({ heads }) => heads))].toSorted((a, b) => b.length - a.length);
}
