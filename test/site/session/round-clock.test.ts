import { expect, test } from 'vitest';
import { RoundClock } from '../../../src/site/session/round-clock.ts';
import type { StoredRound } from '../../../src/session-format/stored-round.ts';

const START = Date.parse('2026-02-01T01:30:00Z');

/** What is told of rounds; `at` is in milliseconds after the start. */
function times(
  rounds: readonly { at: number; took?: number; first?: number; tools?: true; flags?: string[] }[],
): object[] {
  const clock = new RoundClock();
  return rounds.map(({ at, took, first, tools = false, flags }) => {
    const stored = {
      timestamp: new Date(START + at).toISOString(),
      ...(took !== undefined && { duration_ms: took }),
      ...(first !== undefined && { first_token_ms: first }),
      ...(flags && { flags }),
    } as StoredRound;
    const { idleMs, timing } = clock.next(stored, tools);
    return { ...timing, idleMs };
  });
}

test('time before a request is counted from the end of the round before it', () => {
  expect(
    times([
      { at: 0, took: 2500, first: 300 },
      { at: 14_500, took: 4000, tools: true },
      { at: 78_500, took: 1000, first: 0 },
    ]),
  ).toEqual([
    { firstToken: 300, duration: 2500, before: null, isTools: false, idleMs: 0 },
    { firstToken: null, duration: 4000, before: 12_000, isTools: true, idleMs: 0 },
    { firstToken: null, duration: 1000, before: 60_000, isTools: false, idleMs: 0 },
  ]);
});

test('without a duration nothing is known of the time after it, until another round ends later', () => {
  const [, second, third, fourth] = times([
    { at: 0, first: 300 },
    { at: 10_000, took: 1000 },
    { at: 13_000, took: 1000 },
    { at: 13_500, took: 100 },
  ]);
  expect(second).toMatchObject({ before: null, duration: 1000 });
  expect(third).toMatchObject({ before: 2000 });
  // The round before it is still being answered.
  expect(fourth).toMatchObject({ before: 0 });
});

test('half an hour is idle time, and a time that is not that of a request tells nothing', () => {
  const half = 30 * 60_000;
  expect(
    times([
      { at: 0, took: 1000 },
      { at: 1000 + half, took: 1000 },
      { at: 2000 + half + half - 1, took: 1000, flags: ['time-missing'] },
      { at: 2000 + half + half + 9000, took: 1000 },
      { at: 2000 + half + half + 12_000, took: 1000, flags: ['imported'] },
    ]),
  ).toEqual([
    { firstToken: null, duration: 1000, before: null, isTools: false, idleMs: 0 },
    { firstToken: null, duration: 1000, before: null, isTools: false, idleMs: half },
    { firstToken: null, duration: 1000, before: null, isTools: false, idleMs: 0 },
    { firstToken: null, duration: 1000, before: null, isTools: false, idleMs: 0 },
    { firstToken: null, duration: 1000, before: null, isTools: false, idleMs: 0 },
  ]);
});

test('a first token cannot come after the end', () => {
  expect(times([{ at: 0, took: 200, first: 300 }])).toMatchObject([{ firstToken: 200, duration: 200 }]);
});
