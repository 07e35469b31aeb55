import { expect, test } from 'vitest';
import { roundBars, timelineBars } from '../../../src/site/session/timeline-bars.ts';
import type { Column } from '../../../src/site/session/view.ts';
import { cell } from '../../report/make.ts';

function columns(count: number, rest: Record<number, Partial<Column>> = {}): Column[] {
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    time: 0,
    usage: cell('2026-02-01T01:30Z', 'm', { input: 1 }),
    thread: 'main',
    threadName: null,
    hasText: true,
    failedTools: 0,
    calls: 0,
    status: null,
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
