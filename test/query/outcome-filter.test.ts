import { expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { addCounters, COUNTER, type CellCounters } from '../../src/model/cell-counters.ts';
import { countersOf } from '../../src/model/round-counters.ts';
import { asksOutcome, cellOutcome, outcomeFilter, type Outcome, type OutcomeFilter, type WantedStatus } from '../../src/query/outcome-filter.ts'; // prettier-ignore

const CODES = [null, 0, 100, 200, 204, 301, 400, 404, 429, 500, 503, 600];
const TIMES = [null, 0, 1, 2, 3, 100, 104, 106, 107, 1000, 100_000];

const outcome: fc.Arbitrary<Outcome> = fc.record({
  status: fc.constantFrom(...CODES),
  durationMs: fc.constantFrom(...TIMES),
});
const wanted: fc.Arbitrary<WantedStatus> = fc.oneof(
  fc.constant<WantedStatus>('none'),
  fc.constantFrom<WantedStatus>(...([1, 2, 3, 4, 5] as const).map((digit) => ({ class: digit }))),
  fc.constantFrom<WantedStatus>(...CODES.flatMap((code) => (code === null ? [] : [{ code }]))),
);
const query: fc.Arbitrary<OutcomeFilter> = fc
  .record({
    failed: fc.boolean(),
    statuses: fc.option(fc.array(wanted, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    slowerThanMs: fc.option(fc.constantFrom(1, 2, 3, 100, 101, 106, 107, 999.5, 90_000), { nil: undefined }),
  })
  .filter(asksOutcome);

const countersFor = ({ status, durationMs }: Outcome): CellCounters =>
  countersOf(
    { usage: { output: 0 }, responseCode: status, responseFlags: null, durationMs, firstTokenMs: null },
    'all',
  );

function cellOf(outcomes: readonly Outcome[]): { counters: CellCounters; rounds: number } {
  return { counters: outcomes.map(countersFor).reduce(addCounters, []), rounds: outcomes.length };
}

test('what a cell says of its rounds is true', () => {
  const answers = { true: 0, false: 0, undefined: 0 };
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 5 }), query, fc.boolean(), (outcomes, filter, isOld) => {
      const isFound = outcomes.some(outcomeFilter(filter));
      const cell = cellOf(isOld ? outcomes.slice(1) : outcomes);
      const old = isOld ? { counters: [COUNTER.uncounted, 1, ...cell.counters], rounds: outcomes.length } : cell;
      const answer = cellOutcome(filter)(old);
      answers[String(answer) as keyof typeof answers]++;
      if (answer !== undefined) expect(answer).toBe(isFound);
      // A round without counters can be anything.
      if (isOld) expect(answer).not.toBe(false);
    }),
    { numRuns: 3000 },
  );
  expect(Math.min(...Object.values(answers))).toBeGreaterThan(200);
}); // prettier-ignore

const exact: OutcomeFilter[] = [
  { failed: true },
  { statuses: [{ class: 5 }] },
  { statuses: [{ class: 2 }, 'none'] },
  { statuses: [{ code: 429 }] },
  { statuses: [{ code: 0 }, { code: 429 }], failed: true },
  { statuses: [{ class: 2 }], failed: true },
  // 107 begins a bucket, which ends at 117.
  { slowerThanMs: 107 },
  { slowerThanMs: 107, failed: true },
];

test.each(exact)('the index alone tells: %j', (filter) => {
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 5 }), (outcomes) => {
      expect(cellOutcome(filter)(cellOf(outcomes))).toBe(outcomes.some(outcomeFilter(filter)));
    }),
  );
});

test('only its file tells which 5xx it was, whether one of two is both, and where in a bucket a time is', () => {
  const ask = (filter: OutcomeFilter, ...outcomes: Outcome[]): boolean | undefined =>
    cellOutcome(filter)(cellOf(outcomes));
  const slow = { status: 200, durationMs: 1000 };
  const failed = { status: 503, durationMs: 10 };
  expect(ask({ statuses: [{ code: 500 }] }, failed)).toBe(undefined);
  expect(ask({ statuses: [{ code: 400 }] }, { status: 429, durationMs: null })).toBe(false);
  expect(ask({ statuses: [{ class: 2 }], slowerThanMs: 500 }, slow)).toBe(true);
  expect(ask({ statuses: [{ class: 2 }], slowerThanMs: 500 }, slow, failed)).toBe(undefined);
  expect(ask({ statuses: [{ class: 5 }], slowerThanMs: 500 }, slow, failed)).toBe(false);
  expect(ask({ slowerThanMs: 104 }, { status: 200, durationMs: 100 })).toBe(undefined);
  expect(ask({ slowerThanMs: 107 }, { status: 200, durationMs: 106 })).toBe(false);
  expect(ask({ statuses: [] }, slow)).toBe(false);
});

test('the status of a round, by class and by code', () => {
  const classes: [status: number | null, digit: 1 | 2 | 3 | 4 | 5 | null][] = [
    [null, null],
    [0, null],
    [100, 1],
    [200, 2],
    [299, 2],
    [301, 3],
    [400, 4],
    [499, 4],
    [500, 5],
    [600, 5],
  ];
  for (const [status, digit] of classes) {
    const round = { status, durationMs: null };
    for (const other of [1, 2, 3, 4, 5] as const)
      expect(outcomeFilter({ statuses: [{ class: other }] })(round)).toBe(other === digit);
    expect(outcomeFilter({ statuses: ['none'] })(round)).toBe(status === null);
    expect(outcomeFilter({ statuses: [{ code: status ?? 1 }] })(round)).toBe(status !== null);
    expect(outcomeFilter({ failed: true })(round)).toBe(status !== null && (status === 0 || status >= 400));
  }
  const timed = outcomeFilter({ slowerThanMs: 1000 });
  expect([null, 999, 1000].map((durationMs) => timed({ status: 200, durationMs }))).toEqual([
    false,
    false,
    true,
  ]);
});

test('what is asked', () => {
  expect(asksOutcome({})).toBe(false);
  expect(asksOutcome({ failed: true })).toBe(true);
  expect(asksOutcome({ statuses: ['none'] })).toBe(true);
  expect(asksOutcome({ slowerThanMs: 1 })).toBe(true);
});
