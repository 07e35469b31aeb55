import {
  byCost,
  byKey,
  groupUsage,
  isCostKnown,
  namesByUse,
  type Grouped,
  type Row,
} from '../query/aggregate.ts';
import { exact } from '../query/count-text.ts';
import { compact, costText, unpricedSuffix, unpricedText } from './numbers.ts';
import { usdText } from '../pricing/money.ts';
import { quartersOf, type Period } from './period.ts';
import { drawTable, frame, type Column, type Screen } from './tables.ts';
import { cleanLine } from '../platform/clean-text.ts';
import { wrap } from './terminal.ts';
import type { LocalTime } from '../query/time-zone.ts';
import type { SessionEntry } from '../store/types.ts';

/** Rows in their order, and the total, in which a session counts once. */
export interface Stats {
  rows: [key: string, row: Row][];
  total: Row;
}

/** By model, the most expensive first. */
export function statsByModel(sessions: Iterable<SessionEntry>, period: Period): Stats {
  const grouped = groupUsage(sessions, (cell) => cell.model, quartersOf(period));
  return { rows: byCost(grouped.rows), total: grouped.total };
}

/** By local date, ascending. */
export function statsByDate(sessions: Iterable<SessionEntry>, period: Period, local: LocalTime): Stats {
  const grouped: Grouped = groupUsage(sessions, (cell) => local.dateOf(cell.quarter), quartersOf(period));
  return { rows: byKey(grouped.rows), total: grouped.total };
}

type Line = [key: string, row: Row];

/** `otherwise` is said in place of an empty table. */
export function modelTable(stats: Stats, period: Period, screen: Screen, otherwise: string): string {
  return statsTable(`📊 Statistics by Model${labelOf(period)}`, 'Model', [], stats, screen, otherwise);
}

export function dateTable(stats: Stats, period: Period, screen: Screen, otherwise: string): string {
  const models: Column<Line> = {
    head: 'Models',
    align: 'left',
    rank: 4,
    flexible: true,
    cell: ([, row]) => (row === stats.total ? '' : modelsText(row)),
  };
  return statsTable(`📊 Statistics by Date${labelOf(period)}`, 'Date', [models], stats, screen, otherwise);
}

/** `Qwen3-rerank +2`: the model used most, and how many others. */
function modelsText(row: Row): string {
  const [first = '', ...others] = namesByUse(row.models);
  return cleanLine(first) + (others.length > 0 ? ` +${others.length}` : '');
}

function labelOf(period: Period): string {
  return period.label === null ? '' : ` (${period.label})`;
}

function statsTable(
  heading: string,
  keyHead: string,
  further: Column<Line>[],
  stats: Stats,
  screen: Screen,
  otherwise: string,
): string {
  if (stats.rows.length === 0) return frame(heading, otherwise.split('\n').flatMap(wrapped), screen);
  const count = (head: string, of: (row: Row) => number, rest: Partial<Column<Line>>): Column<Line> => ({
    head,
    align: 'right',
    cell: ([, row]) => (isNarrow(screen) ? compact(of(row)) : exact(of(row))),
    ...rest,
  });
  const columns: Column<Line>[] = [
    {
      head: keyHead,
      align: 'left',
      cell: ([key]) => cleanLine(key),
      ...(further.length === 0 && { flexible: true }),
    },
    count('Sessions', (row) => row.sessions, { rank: 5 }),
    count('Rounds', (row) => row.rounds, { rank: 1, from: 110 }),
    count('Input', (row) => row.input, { rank: 7 }),
    count('Cached', (row) => row.cached, { rank: 3, from: 110 }),
    count('Output', (row) => row.output, { rank: 6 }),
    count('Reasoning', (row) => row.reasoning, { rank: 2, from: 110 }),
    costColumn(stats, screen),
    ...further,
  ];
  const lines = drawTable(
    {
      columns,
      rows: stats.rows,
      total: ['TOTAL', stats.total],
    },
    screen,
  );
  return frame(heading, [...lines, ...missing(stats.total).flatMap(wrapped)], screen);

  function wrapped(line: string): string[] {
    return wrap(line, screen.width, 100).lines;
  }
}

/** Costs with their points below each other, where there is room: `$  0.0168`. */
function costColumn(stats: Stats, screen: Screen): Column<Line> {
  const rows = stats.rows.map(([, row]) => row);
  const known = [...rows, stats.total].filter(isCostKnown);
  const largest = rows.reduce((max, { cost }) => (cost > max ? cost : max), 0n);
  const widest = known.reduce((max, { cost }) => Math.max(max, costDigits(cost).length), 8);
  return {
    head: 'Cost (USD)',
    align: 'left',
    cell: ([, row]) => {
      if (isNarrow(screen) || !isCostKnown(row)) return costText(row, 4);
      return `$${costDigits(row.cost).padStart(widest)}${unpricedSuffix(row)}`;
    },
    ...(largest > 0n && { share: ([, row]: Line) => Number((row.cost * 10_000n) / largest) / 10_000 }),
  };
}

function isNarrow({ width }: Screen): boolean {
  return width < 60;
}

function costDigits(cost: bigint): string {
  return usdText(cost, 4).replace('$', '');
}

/** What the total lacks, said below the table. */
function missing(total: Row): string[] {
  const unpriced = unpricedText(total);
  if (unpriced === null) return [];
  return ['', isCostKnown(total) ? `${usdText(total.cost, 4)} + ${unpriced}` : unpriced];
}
