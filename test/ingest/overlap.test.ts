import { expect, test } from 'vitest';
import { Overlap, SLACK_MS, type OverlapRules, type RoundTrace } from '../../src/ingest/imported/overlap.ts';
import { growthOf, LINEAR } from '../growth.ts';

const IMPORTED: OverlapRules = { known: 'imported', areStrangers: false, areRedacted: false };

function trace(counts: string, words: string | null, time: number | null = 0, messages = 0): RoundTrace {
  return { counts, words: () => ({ texts: [words, null, null], messages }), time };
}

/** What becomes of rounds that come one after the other. */
function takeAll(overlap: Overlap, ...rounds: RoundTrace[]): string {
  return rounds.map((round) => overlap.take(round)).join(' ');
}

const [A, B, C] = ['a', 'b', 'c'].map((name) => trace(name, name)) as [RoundTrace, RoundTrace, RoundTrace];

test('rounds are known by counts and words, once each', () => {
  expect(takeAll(new Overlap([A, B], IMPORTED), A, B, C, A)).toBe('known known new again');
  expect(takeAll(new Overlap([A, B], IMPORTED), B, A)).toBe('known known');
  expect(takeAll(new Overlap([A], IMPORTED), trace('a', 'x'), trace('x', 'a'))).toBe('new new');
});

test('what one side does not say is no difference, what both say is', () => {
  const told = (texts: (string | null)[], messages: number): RoundTrace => ({
    ...A,
    words: () => ({ texts, messages }),
  });
  const of = (known: RoundTrace, other: RoundTrace): string => takeAll(new Overlap([known], IMPORTED), other);
  expect(of(told(['q', 'a', 'c'], 3), told(['q', null, null], 0))).toBe('known');
  expect(of(told(['q', null, null], 0), told(['q', 'a', null], 3))).toBe('known');
  expect(of(told(['q', 'a', null], 3), told(['q', 'a', null], 5))).toBe('new');
  expect(of(told(['q', 'a', null], 3), told(['q', 'b', null], 3))).toBe('new');
  expect(of(told(['q', 'a', 'c'], 3), told(['q', 'a', 'd'], 3))).toBe('new');
});

test('of equal ones, that is known which follows one that was met', () => {
  expect(takeAll(new Overlap([A, A, B, A], IMPORTED), A, A)).toBe('doubtful doubtful');
  expect(takeAll(new Overlap([B, A, A], IMPORTED), B, A, A, A)).toBe('known known known again');
  expect(takeAll(new Overlap([B, A, A], IMPORTED), B, C, A)).toBe('known new doubtful');
  expect(takeAll(new Overlap([B, A, A], IMPORTED, [0], 0), A)).toBe('known');
  expect(takeAll(new Overlap([B, A, A], IMPORTED, [0]), A)).toBe('doubtful');
});

test('without words the order must hold, and the counts be there once', () => {
  const blind = [trace('a', null), trace('b', null), trace('c', null)];
  expect(takeAll(new Overlap(blind, IMPORTED), A, C, B)).toBe('known known doubtful');
  expect(takeAll(new Overlap([A, C, B], IMPORTED), ...blind)).toBe('known known doubtful');
  expect(takeAll(new Overlap([blind[0]!, blind[0]!], IMPORTED), A)).toBe('doubtful');
  expect(takeAll(new Overlap(blind, { ...IMPORTED, areStrangers: true }), A)).toBe('doubtful');
  expect(takeAll(new Overlap([A], { ...IMPORTED, areRedacted: true }), A)).toBe('known');
  expect(takeAll(new Overlap([A], { ...IMPORTED, areRedacted: true }), trace('a', 'x'))).toBe('doubtful');
});

test('the original parsed no line before it was there; a day and a half is for its time zone', () => {
  const at = (time: number | null): RoundTrace => trace('a', 'a', time);
  const late = SLACK_MS + 1;
  expect(takeAll(new Overlap([at(0)], IMPORTED), at(late), at(SLACK_MS))).toBe('new known');
  expect(takeAll(new Overlap([at(null)], IMPORTED), at(late))).toBe('known');
  expect(takeAll(new Overlap([at(0)], IMPORTED), at(null))).toBe('known');
  // Of two equal ones only the later fits.
  expect(takeAll(new Overlap([at(0), at(9)], IMPORTED), at(SLACK_MS + 5))).toBe('known');
  const logged: OverlapRules = { ...IMPORTED, known: 'logged' };
  expect(takeAll(new Overlap([at(late)], logged), at(0), at(1))).toBe('new known');
  expect(takeAll(new Overlap([at(0), at(late)], logged), at(0))).toBe('known');
});

test('many equal rounds take linear time', () => {
  for (const known of ['imported', 'logged'] as const) {
    const make = (size: number): RoundTrace[] => Array.from({ length: size }, (_, i) => trace('a', 'a', i));
    const search = (rounds: RoundTrace[]): void => {
      const overlap = new Overlap([B, ...rounds], { ...IMPORTED, known });
      expect(overlap.take(B)).toBe('known');
      for (const round of rounds) overlap.take(round);
      expect(overlap.met.size).toBe(rounds.length + 1);
    };
    expect(growthOf(3_000, make, search)).toBeLessThan(LINEAR);
  }
  // With as many other words, no more of them are compared than a thousand.
  const others = Array.from({ length: 1001 }, (_, i) => trace('a', `${i}`));
  expect(takeAll(new Overlap(others, IMPORTED), trace('a', 'x'))).toBe('doubtful');
  expect(takeAll(new Overlap(others.slice(1), IMPORTED), trace('a', 'x'))).toBe('new');
});
