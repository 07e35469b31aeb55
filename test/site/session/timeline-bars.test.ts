import { expect, test } from 'vitest';
import { roundBars, timelineBars } from '../../../src/site/session/timeline-bars.ts';
import type { Column } from '../../../src/site/session/view.ts';
import { cell } from '../../report/make.ts';

function columns(count: number, rest: Record<number, Partial<Column>> = {}): Column[] {
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    time: 0,
    usage: cell('2026-02-01T01:30Z', 'm', { input: 1 }),
    model: 'm',
    thread: 'main',
    threadName: null,
    hasText: true,
    failedTools: 0,
    calls: 0,
    status: null,
    timing: { firstToken: null, duration: null, before: null, isTools: false },
    idleMs: 0,
    ...rest[i + 1],
  }));
}

test('a bar of several rounds leads to the first with a failure, or else to its first', () => {
  const { bars, size } = timelineBars(
    columns(240, {
      58: { failedTools: 1 },
      59: { status: 502 },
      60: { failedTools: 1 },
      62: { status: 429 },
    }),
    'USD',
  );
  expect([size, bars.length]).toEqual([2, 120]);
  const targets = bars.slice(27, 32).map(({ from, to, target }) => [from, to, target]);
  expect(targets).toEqual([
    [55, 56, 55],
    [57, 58, 58],
    [59, 60, 59],
    [61, 62, 62],
    [63, 64, 63],
  ]);
});

test('the table has a bar for each round', () => {
  const bars = roundBars(columns(121, { 58: { failedTools: 1 } }), 'USD');
  expect(bars.map(({ from, to, target }) => from === to && to === target)).toEqual(bars.map(() => true));
  expect(bars.flatMap(({ from, failedTools }) => (failedTools > 0 ? [from] : []))).toEqual([58]);
});

test('a bar has the times of its rounds, and says of how many the log has none', () => {
  const timing = { firstToken: null, duration: null, before: null, isTools: false };
  const { bars } = timelineBars(
    columns(240, {
      1: { timing: { ...timing, firstToken: 300, duration: 2500 } },
      2: { timing: { ...timing, duration: 4000, before: 12_000, isTools: true } },
      3: { timing: { ...timing, firstToken: 700, before: 60_000 } },
      4: { timing: { ...timing, firstToken: 100, duration: 100, before: 5, isTools: true } },
    }),
    'USD',
  );
  expect(bars.slice(0, 2).map(({ times }) => times)).toEqual([
    { firstToken: 300, answer: 2200, whole: 4000, tools: 12_000, client: 0, untimed: 0 },
    { firstToken: 800, answer: 0, whole: 0, tools: 5, client: 60_000, untimed: 1 },
  ]);
});

test('a bar names models that answered before requests that got no answer', () => {
  const failed = { usage: cell('2026-02-01T01:30Z', 'unknown'), model: 'no answer from x', status: 503 };
  const unnamed = { usage: cell('2026-02-01T01:30Z', 'unknown'), model: 'unknown' };
  const { bars } = timelineBars(
    columns(240, { 1: failed, 3: failed, 4: failed, 5: failed, 6: unnamed, 7: unnamed }),
    'USD',
  );
  expect(bars.slice(0, 4).map(({ models }) => models)).toEqual([
    ['m', 'no answer from x'],
    ['no answer from x'],
    ['unknown', 'no answer from x'],
    ['m', 'unknown'],
  ]);
});
