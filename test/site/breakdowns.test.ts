import { expect, test } from 'vitest';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import { emptyRow, type Row } from '../../src/query/aggregate.ts';
import { NOT_RECORDED } from '../../src/query/group-keys.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { dimensionBreakdowns, dimensionPath } from '../../src/site/breakdowns.ts';
import { namesByDay } from '../../src/site/by-day-groups.ts';
import { byDaySection } from '../../src/site/by-day.ts';
import { dayBars } from '../../src/site/day-bars.ts';
import { DimensionSums, OTHER_NAMES } from '../../src/site/dimension-sums.ts';
import { Recent } from '../../src/site/recent.ts';
import { siteTotals, sumSessions } from '../../src/site/totals.ts';
import { entriesOf, type QuickRound } from './quick-store.ts';

const local = localTimeIn('Asia/Shanghai');
const DAY = '2026-11-20';
const at = (date: string): number => Date.parse(`2026-${date}T12:00:00+08:00`);

/** Half a million tokens: a dollar. */
function dollar(date: string, value?: string, rest: Partial<QuickRound> = {}): QuickRound {
  return {
    at: at(date),
    model: 'gpt-5',
    input: 500_000,
    cached: 0,
    output: 0,
    ...(value !== undefined && { tags: { team: value } }),
    ...rest,
  };
}

function made(...sessions: readonly QuickRound[][]) {
  const entries = entriesOf(sessions.map((rounds, i) => ({ id: `s${i}`, title: '', consumer: 'c', rounds })));
  const dimensions = new DimensionSums(['team']);
  dimensions.admit(entries.flatMap(({ usage }) => usage));
  const recent = new Recent(DAY, local, dimensions);
  for (const { id, usage } of entries) {
    dimensions.add([], usage);
    recent.add(id, [], usage);
  }
  const [breakdown] = dimensionBreakdowns(dimensions, recent);
  return {
    breakdown: breakdown as NonNullable<typeof breakdown>,
    totals: siteTotals(sumSessions(entries, local)),
  };
}

test('a session counts once under each value, and what the store has no value of is a row too', () => {
  const { breakdown } = made(
    [dollar('11-19', 'a'), dollar('11-20', 'a'), dollar('11-20', 'b')],
    [dollar('11-20', 'a'), dollar('11-20', ''), dollar('11-20')],
  );
  expect(breakdown.rows.map(([name, row]) => [breakdown.nameOf(name), row.rounds, row.sessions])).toEqual([
    ['a', 3, 2],
    ['none', 1, 1],
    ['b', 1, 1],
    ['not recorded', 1, 1],
  ]);
  expect(breakdown.rows.map(([name]) => breakdown.queryOf(name)?.where)).toEqual([
    ['team=a'],
    ['team='],
    ['team=b'],
    undefined,
  ]);
  expect(breakdown.dayOf('2026-11-20', 'a')?.rounds).toBe(2);
});

/** Cells of one round each, in these buckets. */
function cells(...uses: readonly [value: string, bucket: number][]): UsageCell[] {
  const [cell] = entriesOf([{ id: 's', title: '', consumer: '', rounds: [dollar('11-20')] }])[0]?.usage ?? [];
  return uses.map(([team, bucket]) => ({ ...(cell as UsageCell), bucket, tags: JSON.stringify({ team }) }));
}

test('of more than 1,000 values, those that were used first have a row, whatever the order', () => {
  const first = cells(...Array.from({ length: 1000 }, (_, i): [string, number] => [`v${i}`, 100 + i]));
  const later = cells(['w', 2000], ['x', 1099], ['x', 2001], ['v3', 2002]);
  const sums = new DimensionSums(['team']);
  sums.admit([...later, ...first].toReversed());
  for (const cell of [...first, ...later]) sums.add([], [cell]);
  expect(sums.rowsOf(0).size).toBe(1001);
  // `x` is as early as the last one, and behind it by name.
  expect(sums.rowsOf(0).get(OTHER_NAMES)?.rounds).toBe(3);
  expect(sums.rowsOf(0).get('v3')?.rounds).toBe(2);

  const carried = DimensionSums.from(structuredClone(sums.fields()), ['team']) as DimensionSums;
  carried.admit(cells(['y', 3000], ['v3', 1]));
  expect(carried.nameOf(0, { tags: '{"team":"y"}' })).toBe(OTHER_NAMES);
  // It was among the others, and now it is earlier than one that has a row.
  expect(() => carried.admit(cells(['w', 50]))).toThrow('team');
  expect(DimensionSums.from(sums.fields(), ['other'])).toBeUndefined();
});

test('a session that had one of the other values does not count there again', () => {
  const first = cells(...Array.from({ length: 1000 }, (_, i): [string, number] => [`v${i}`, i]));
  const [w, x] = [cells(['w', 2000]), cells(['x', 2001])];
  const sums = new DimensionSums(['team']);
  sums.admit([...first, ...w, ...x]);
  sums.add([], w);
  sums.add(w, x);
  expect(sums.rowsOf(0).get(OTHER_NAMES)).toMatchObject({ rounds: 2, sessions: 1 });
});

test('names of pages', () => {
  expect(dimensionPath('route_name')).toBe('by-route_name.html');
  for (const name of ['../x', 'A', '', 'ä', 'a/b', 'x'.repeat(99)])
    expect(dimensionPath(name)).toMatch(/^by-~[0-9a-f]{16}\.html$/);
});

test('by day: the most expensive names have a colour, in their order; others are one', () => {
  const values = ['g', 'f', 'e', 'd', 'c', 'b', 'a', 'old'];
  const rounds = values.map((value, i) =>
    dollar(value === 'old' ? '10-21' : '11-20', value, { input: 1_000_000 - i * 100_000 }),
  );
  const { breakdown, totals } = made([...rounds, dollar('11-19', 'h', { input: 1000 })]);
  const { days, groups, isWhole } = namesByDay(breakdown, DAY, totals);
  expect([days[0], days.at(-1), days.length, isWhole]).toEqual(['2026-10-22', DAY, 30, false]);
  expect(groups.map(({ view }) => [view.name, view.slot])).toEqual([
    ['g', 1],
    ['f', 2],
    ['e', 3],
    ['d', 4],
    ['c', 5],
    ['b', 6],
    ['2 other values', 0],
  ]);
  expect(groups.at(-1)?.dayOf('2026-11-19')?.input).toBe(1000);
  expect(breakdown.nameOf(NOT_RECORDED)).toBe('not recorded');
});

test('others are striped, and the last date stays inside of the plot', () => {
  const values = ['g', 'f', 'e', 'd', 'c', 'b', 'a', 'z'];
  const { breakdown, totals } = made(values.map((value) => dollar('11-20', value)));
  const html = byDaySection('x.html', namesByDay(breakdown, '2026-11-23', totals));
  expect(html).toContain(
    '<pattern id="cost-0" class="m0" width="4" height="4" patternUnits="userSpaceOnUse"><rect',
  );
  expect(html).toContain('class="m0 edge" fill="url(#cost-0)"');
  expect(html.match(/<text class="date"[^>]*>[^<]*/g)?.slice(-4, -3)).not.toBeNull();
  // A Monday, the last of 30 days.
  expect(html).toContain('<text class="date" x="100%" y="217" text-anchor="end">23 Nov</text>');
  expect(html).toContain('text-anchor="middle">16 Nov</text>');
});

function rowOf(cost: bigint, rest: Partial<Row> = {}): Row {
  return { ...emptyRow(), rounds: 1, settledRounds: 1, cost, ...rest };
}

test('bars of a row', () => {
  const usd = 10n ** 18n;
  const dates = ['2026-11-18', '2026-11-19', '2026-11-20'];
  expect(dayBars(dates, [rowOf(usd), undefined, rowOf(9n * usd)])).toEqual({
    path: 'M1 18v-2M7 18v-18',
    width: 8,
    label: 'Most on 20 Nov: $9.00',
    isUnpriced: false,
  });
  // However small, it is seen.
  expect(dayBars(dates, [rowOf(usd), rowOf(1n), undefined])?.path).toBe('M1 18v-18M4 18v-1');
  const unpriced = rowOf(0n, { settledRounds: 0, unpricedRounds: 1, input: 1500 });
  expect(dayBars(dates, [undefined, unpriced, undefined])).toMatchObject({
    label: 'Unpriced, most on 19 Nov: 1,500 tokens',
    isUnpriced: true,
  });
  expect(dayBars(dates, [undefined, rowOf(0n), undefined])).toBeNull();
  expect(dayBars(dates, [])).toBeNull();
});
