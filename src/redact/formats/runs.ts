import type { PatternDraft } from '../pattern.ts';
import { escape, type Format } from './format.ts';

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
export function inRuns(formats: readonly Format[], others: readonly PatternDraft[]): PatternDraft {
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
        for (const { kind, words, find: findOther } of others) {
          if (!words?.some((word) => run.includes(word))) continue;
          for (const [start, end] of findOther(run)) yield [from + start, from + end, kind];
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

/** Finds all formats at once: by their heads, the longest that matches. */
function finder(
  formats: readonly Format[],
): (run: string) => Generator<[from: number, to: number, kind: string]> {
  const all = formats.map((format) => ({ ...format, expression: expressionOf(format) }));
  const heads = headsOf(formats);
  /** What can begin with a head: formats with this head, or with one that it begins with. */
  const byHead = new Map(
    heads.map((head) => [
      head,
      heads
        .filter((shorter) => head.startsWith(shorter))
        .flatMap((shorter) => all.filter((format) => format.heads.includes(shorter))),
    ]),
  );
  const head = headExpression(heads);
  return function* find(run) {
    head.lastIndex = 0;
    for (let match = head.exec(run); match; match = head.exec(run)) {
      for (const { kind, expression } of byHead.get(match[0]) ?? []) {
        expression.lastIndex = match.index;
        const found = expression.exec(run);
        if (!found) continue;
        const to = expression.lastIndex;
        yield [found[1] === undefined ? match.index : to - found[1].length, to, kind];
        head.lastIndex = to;
        break;
      }
    }
  };
}

function expressionOf({ heads, rest }: Format): RegExp {
  return new RegExp(`(?:${heads.map(escape).join('|')})${rest}`, 'y');
}

/** The heads of formats, the longest first. */
export function headsOf(formats: readonly Format[]): string[] {
  return [...new Set(formats.flatMap(({ heads }) => heads))].toSorted((a, b) => b.length - a.length);
}

/** Finds heads where a word begins. An address can begin in the middle of one: `open.feishu.cn`. */
function headExpression(heads: readonly string[]): RegExp {
  return new RegExp(`(?<![A-Za-z0-9_])(?:${heads.map(escape).join('|')})`, 'g');
}
