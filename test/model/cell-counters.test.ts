import { describe, expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import {
  addCounters,
  COUNTER,
  counterOf,
  failedRoundsOf,
  failuresIn,
  HISTOGRAM,
  negativeCounters,
} from '../../src/model/cell-counters.ts';
import { histogramBucket, histogramOf, histogramTime, quantileOf } from '../../src/model/histogram.ts';
import { flagClassesOf } from '../../src/model/response-flags.ts';
import { countersOf, type CountedRound } from '../../src/model/round-counters.ts';
import { anyCounters } from '../store/any-counters.ts';

const NOTHING: CountedRound = {
  usage: { output: 0 },
  responseCode: 200,
  responseFlags: null,
  durationMs: null,
  firstTokenMs: null,
};
const counted = (round: Partial<CountedRound>) => countersOf({ ...NOTHING, ...round }, 'all');

describe('counters', () => {
  test('add up in any order, and subtract to nothing', () => {
    fc.assert(
      fc.property(anyCounters, anyCounters, anyCounters, (a, b, c) => {
        const sum = addCounters(addCounters(a, b), c);
        expect(addCounters(c, addCounters(b, a))).toEqual(sum);
        expect(addCounters(sum, negativeCounters(c))).toEqual(addCounters(a, b));
        expect(addCounters(a, negativeCounters(a))).toEqual([]);
        const ids = sum.filter((_, i) => i % 2 === 0);
        expect(ids).toEqual([...new Set(ids)].toSorted((x, y) => x - y));
      }),
    );
  });

  test('one by its name; 0 if it is absent', () => {
    const counters = [COUNTER.status429, 2, COUNTER.timeout, 3];
    expect(counterOf(counters, 'timeout')).toBe(3);
    expect(counterOf(counters, 'status5xx')).toBe(0);
    expect(counterOf(counters, 'searches')).toBe(0);
  });

  test('a failure is status 0, or 400 and above; 429 is one of 4xx', () => {
    const counters = [
      COUNTER.noStatus,
      9,
      COUNTER.status0,
      1,
      COUNTER.status1xx,
      9,
      COUNTER.status3xx,
      9,
      COUNTER.status4xx,
      2,
      COUNTER.status5xx,
      4,
      COUNTER.status429,
      1,
      COUNTER.timeout,
      9,
      COUNTER.durationMs,
      5,
    ];
    expect(failedRoundsOf(counters)).toBe(7);
    expect(failuresIn(counters)).toEqual(counters.slice(0, -2));
  });
});

describe('one round', () => {
  test.each([
    [200, []],
    [299, []],
    [null, [COUNTER.noStatus, 1]],
    [0, [COUNTER.status0, 1]],
    [101, [COUNTER.status1xx, 1]],
    [304, [COUNTER.status3xx, 1]],
    [404, [COUNTER.status4xx, 1]],
    [429, [COUNTER.status4xx, 1, COUNTER.status429, 1]],
    [503, [COUNTER.status5xx, 1]],
  ])('with status %s', (responseCode, counters) => {
    expect(counted({ responseCode })).toEqual(counters);
  });

  test('durations of answered and of failed requests are counted apart', () => {
    expect(counted({ durationMs: 100 })).toEqual([COUNTER.durationMs, 100, HISTOGRAM.duration + 49, 1]);
    expect(counted({ durationMs: 100, responseCode: 500 })).toEqual([
      COUNTER.status5xx,
      1,
      COUNTER.failedDurationMs,
      100,
      HISTOGRAM.failedDuration + 49,
      1,
    ]);
    expect(counted({ durationMs: 0 })).toEqual([HISTOGRAM.duration, 1]);
  });

  test('output and first token of a round without a duration are told apart', () => {
    expect(counted({ usage: { output: 7 }, firstTokenMs: 1 })).toEqual([
      COUNTER.firstTokenMs,
      1,
      COUNTER.untimedOutput,
      7,
      COUNTER.untimedFirstTokenMs,
      1,
      HISTOGRAM.firstToken,
      1,
    ]);
    expect(counted({ usage: { output: 7 }, durationMs: 1 })).toEqual([
      COUNTER.durationMs,
      1,
      HISTOGRAM.duration,
      1,
    ]);
  });

  test('parts of its tokens, and response flags, in the order of their ids', () => {
    const details = { searches: 2, inputAudio: 5, cacheWrite1h: 0 };
    expect(counted({ usage: { output: 0, details }, responseFlags: 'URX,UT,UF, XX' })).toEqual([
      COUNTER.upstreamFailed,
      1,
      COUNTER.timeout,
      1,
      COUNTER.otherFlag,
      1,
      COUNTER.inputAudio,
      5,
      COUNTER.searches,
      2,
    ]);
  });

  test('of which nothing, or no flag, is known', () => {
    expect(countersOf({ ...NOTHING, durationMs: 5, responseCode: 500 }, 'nothing')).toEqual([
      COUNTER.uncounted,
      1,
    ]);
    expect(countersOf({ ...NOTHING, responseFlags: undefined }, 'all')).toEqual([COUNTER.unflagged, 1]);
    expect(countersOf({ ...NOTHING, responseCode: 404 }, 'no flags')).toEqual([
      COUNTER.unflagged,
      1,
      COUNTER.status4xx,
      1,
    ]);
  });
});

test('response flags, short and long', () => {
  expect(flagClassesOf('DC')).toEqual(['clientGone']);
  expect(flagClassesOf('UpstreamConnectionTermination,UR')).toEqual(['upstreamReset']);
  expect(flagClassesOf('RL,NR,UAEX,UO')).toEqual(['rateLimited', 'noRoute', 'unauthorized', 'overload']);
  expect(flagClassesOf('-')).toEqual([]);
  expect(flagClassesOf('__proto__')).toEqual(['otherFlag']);
});

describe('histograms', () => {
  test('a time that is told from its bucket is at most 5 % off', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3e10 }), (ms) => {
        const told = histogramTime(histogramBucket(ms));
        expect(Math.abs(told - ms) / ms).toBeLessThanOrEqual(0.05);
      }),
      { numRuns: 2000 },
    );
    expect([0, 1, 2, 3].map((ms) => histogramTime(histogramBucket(ms)))).toEqual([1, 1, 2, 3]);
    expect(histogramBucket(Number.MAX_SAFE_INTEGER)).toBe(255);
  });

  test('percentiles of all requests are those of the parts, added up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 60 }),
        (times) => {
          const parts = times.map((durationMs) => counted({ durationMs }));
          const sum = parts.reduce(addCounters);
          expect(parts.toReversed().reduce(addCounters)).toEqual(sum);
          const histogram = histogramOf(sum, HISTOGRAM.duration);
          expect(histogram.count).toBe(times.length);
          const sorted = times.toSorted((a, b) => a - b);
          for (const part of [0.5, 0.9, 0.99]) {
            const exact = sorted[Math.ceil(part * times.length) - 1] ?? 0;
            const told = quantileOf(histogram, part) ?? NaN;
            expect(Math.abs(told - exact)).toBeLessThanOrEqual(Math.max(1, exact * 0.05));
          }
          expect(counterOf(sum, 'durationMs')).toBe(times.reduce((a, b) => a + b, 0));
        },
      ),
    );
  });

  test('of no requests have no percentile', () => {
    expect(quantileOf(histogramOf([COUNTER.durationMs, 5], HISTOGRAM.duration), 0.5)).toBeNull();
  });
});
