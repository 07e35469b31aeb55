import { describe, expect, test } from 'vitest';
import { areMute, pageFigures, sessionFigures, type Figure } from '../../../src/site/session/figures.ts';
import type { Column } from '../../../src/site/session/view.ts';
import { cell, session, usd } from '../../report/make.ts';

// What stands on top of a session's page: calls and failures are counted in its rounds, the rest in the index.

function column(number: number, rest: Partial<Column> = {}): Column {
  return {
    number,
    time: 0,
    usage: cell('2026-02-01T01:30Z', 'm', { input: 0, output: 0 }),
    model: 'm',
    thread: 'main',
    threadName: null,
    hasText: true,
    failedTools: 0,
    calls: 0,
    status: null,
    timing: { firstToken: null, duration: null, before: null, isTools: false },
    idleMs: 0,
    ...rest,
  };
}

const KEPT = { noContent: false };
const entry = session('s', [cell('2026-02-01T01:30Z', 'm')], { rounds: 9 });
const figure = (figures: readonly Figure[], label: string): Figure | undefined =>
  figures.find((one) => one.label === label);
const inSession = (columns: Column[], of = entry, site = KEPT): Figure[] => sessionFigures(of, columns, site);
const calls = (columns: Column[], of = entry, site = KEPT): Figure | undefined =>
  figure(inSession(columns, of, site), 'Tool calls');

describe('tool calls', () => {
  const all = {
    label: 'Tool calls',
    unit: '',
    context: '',
    caution: '',
    failed: '',
    failedRound: null,
    hasMarked: false,
  };

  test('and those that failed, of all rounds', () => {
    expect(calls([column(1, { calls: 2 }), column(2), column(3, { calls: 1 })])).toEqual({
      ...all,
      value: '3',
      exact: '3',
    });
    expect(calls([column(1, { calls: 1, failedTools: 1 })])?.failed).toBe('1 failed');
    const failed = [column(1, { calls: 2, failedTools: 1 }), column(2, { calls: 1, failedTools: 1 })];
    expect(calls(failed)).toEqual({
      ...all,
      value: '3',
      exact: '3',
      failed: '2 failed',
      failedRound: 1,
      hasMarked: true,
    });
    expect(calls([column(1, { calls: 12_345 })])).toEqual({
      ...all,
      value: '12.3',
      unit: 'K',
      exact: '12,345',
    });
  });

  test('where one round has a word they are known', () => {
    expect(calls([column(1, { hasText: false }), column(2)])?.value).toBe('0');
    expect(areMute([column(1, { hasText: false }), column(2)])).toBe(false);
    expect(areMute([column(1, { hasText: false })])).toBe(true);
  });

  test('without a word they are unknown, and why', () => {
    const mute = [column(1, { hasText: false }), column(2, { hasText: false })];
    const unknown = { ...all, value: 'unknown', exact: '' };
    const content = { rounds: 1, at: 0 };
    expect(calls(mute)).toEqual({ ...unknown, context: 'the log has no text' });
    expect(calls(mute, { ...entry, pruned_content: content })).toEqual({
      ...unknown,
      context: 'text was pruned',
    });
    expect(calls(mute, { ...entry, pruned_content: content }, { noContent: true })).toEqual({
      ...unknown,
      context: 'text is not kept',
    });
  });

  test('caution: some rounds, or their texts, were pruned', () => {
    const columns = [column(5, { calls: 1 }), column(6)];
    const caution = (of: object): string | undefined => calls(columns, { ...entry, ...of })?.caution;
    expect(caution({})).toBe('');
    expect(calls(columns, { ...entry, pruned_rounds: 4 })?.hasMarked).toBe(true);
    expect(caution({ pruned_rounds: 4 })).toBe('without pruned rounds');
    expect(caution({ pruned_content: { rounds: 1, at: 0 } })).toBe('without pruned rounds');
  });

  test('a closed page has its own: what was pruned before it lacks nothing here', () => {
    const columns = [column(5, { calls: 1 }), column(6)];
    const caution = (rounds: number): string | undefined =>
      figure(pageFigures({ ...entry, pruned_rounds: rounds }, columns, KEPT), 'Tool calls')?.caution;
    expect([4, 5].map(caution)).toEqual(['', 'without pruned rounds']);
  });
});

test('rounds: of the index for a session, of the page for a page; requests that failed', () => {
  const columns = [column(1, { status: 503 }), column(2), column(3, { status: 429 })];
  expect(figure(inSession(columns), 'Rounds')).toMatchObject({ value: '9', failed: '2 failed' });
  expect(figure(pageFigures(entry, columns, KEPT), 'Rounds')).toMatchObject({
    value: '3',
    failed: '2 failed',
  });
  expect(figure(inSession([column(1, { status: 500 })]), 'Rounds')?.failed).toBe('1 failed');
  expect(figure(inSession([column(1)]), 'Rounds')).toMatchObject({ failed: '', hasMarked: false });
});

test.each([
  [['sub-agent', 'sub-agent'], '2 of them by 2 sub-agents'],
  [['sub-agent'], '1 of them by 1 sub-agent'],
  [['thread', 'thread'], '2 of them in 2 parallel threads'],
  [['sub-agent', 'thread'], '2 of them in 2 side threads'],
  [[], ''],
] as const)('rounds of side threads %j: %j', (threads, context) => {
  const side = threads.map((thread, i) => column(i + 2, { thread, threadName: `${thread} ${i}` }));
  expect(figure(inSession([column(1), ...side]), 'Rounds')?.context).toBe(context);
});

test('failures lead to the first round that has one', () => {
  const columns = [
    column(1, { failedTools: 0 }),
    column(2, { status: 502 }),
    column(3, { status: 429, failedTools: 2 }),
  ];
  expect(figure(inSession(columns), 'Rounds')).toMatchObject({ failed: '2 failed', failedRound: 2 });
  expect(calls(columns)).toMatchObject({ failed: '2 failed', failedRound: 3 });
});

test('rounds of one side thread are one', () => {
  const side = [2, 3].map((number) => column(number, { thread: 'thread', threadName: 'Parallel thread 1' }));
  expect(figure(inSession(side), 'Rounds')?.context).toBe('2 of them in 1 parallel thread');
});

test('tokens, and what a cost lacks', () => {
  const shown = (rest: Parameters<typeof cell>[2], ...more: ReturnType<typeof cell>[]) =>
    inSession([column(1)], session('s', [cell('2026-02-01T01:30Z', 'm', rest), ...more]));
  const unpriced = cell('2026-02-01T01:30Z', 'n', { price: 'unpriced', input: 7 });
  const used = shown({ input: 1000, cached: 660, output: 200, reasoning: 50, cost: usd(1.5) }, unpriced);
  expect(figure(used, 'Input tokens')).toMatchObject({ value: '1,007', context: '66% cached' });
  expect(figure(used, 'Output tokens')).toMatchObject({ value: '200', context: '25% of it reasoning' });
  const little = shown({ input: 1, output: 1, reasoning: 1 });
  expect(figure(little, 'Input tokens')?.context).toBe('0% cached');
  expect(figure(little, 'Output tokens')?.context).toBe('100% of it reasoning');
  expect(figure(shown({}), 'Input tokens')?.context).toBe('');
  expect(figure(shown({}), 'Output tokens')?.context).toBe('');

  const cost = {
    label: 'Cost',
    unit: '',
    exact: '',
    context: '',
    caution: '',
    failed: '',
    failedRound: null,
    hasMarked: false,
  };
  expect(figure(shown({ cost: usd(2) }), 'Cost')).toEqual({ ...cost, value: '$2.00', exact: '$2.000000' });
  expect(figure(used, 'Cost')).toEqual({
    ...cost,
    value: '$1.50',
    exact: '$1.500000',
    caution: '+ 1 unpriced round',
    context: '(7 tokens)',
    hasMarked: true,
  });
  const unknown = figure(inSession([column(1)], session('s', [unpriced])), 'Cost');
  expect(unknown).toEqual({ ...cost, value: 'unpriced', context: '7 tokens' });
  expect(figure(shown({ price: 'no-usage' }), 'Cost')).toEqual({
    ...cost,
    value: 'unknown',
    context: 'the log has no usage',
  });
});
