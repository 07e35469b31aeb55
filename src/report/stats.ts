import { cleanLine } from '../platform/clean-text.ts';
import { costsText, usdText } from '../pricing/money.ts';
import { amountsOf, isCostKnown, namesByUse, type Row } from '../query/aggregate.ts';
import { exact } from '../platform/count-text.ts';
import { isTime, type GroupKey } from '../query/group-keys.ts';
import type { Group } from '../query/group-usage.ts';
import type { Stats } from '../query/grouping.ts';
import { MEASURE_COLUMNS } from '../query/measures.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { sumBound } from '../query/costs.ts';
import {
  boundLines,
  compact,
  costText,
  knownCostText,
  lostNote,
  unpricedSuffix,
  unpricedText,
} from './numbers.ts';
import { failureNotes } from '../query/failure-text.ts';
import { healthNote } from '../query/health-text.ts';
import { healthColumns } from './health-columns.ts';
import { isNoAnswer } from '../query/session-models.ts';
import { groupName, headText } from './names.ts';
import { dimensionNotes } from './stats-notes.ts';
import type { Period } from './period.ts';
import { drawTable, frame, type Column, type Screen } from './tables.ts';
import type { Texts } from '../texts/texts.ts';
import { widthOf, wrap } from './terminal.ts';

export interface StatsAbout {
  period: Period;
  /** What the usage is limited to, for the heading. */
  filter: readonly string[];
  lostRounds?: number;
}

/** `otherwise`: what to say instead of an empty table. */
export function statsTable(
  stats: Stats,
  about: StatsAbout & { withHealth?: boolean },
  screen: Screen,
  otherwise: () => string,
): string {
  const { texts } = screen;
  const notes = [
    ...missing(stats.total, texts),
    ...dimensionNotes(stats, texts.stats),
    ...failureNotes(stats.total, texts.failures),
    ...(about.withHealth ? [healthNote(stats.total, texts.health)] : []),
  ];
  const columns = columnsOf(stats, about.withHealth === true, screen);
  return statsFrame(texts.stats.title, stats, { ...about, columns, notes }, screen, otherwise);
}

/** A table with a row for each group, and notes below it. */
export function statsFrame(
  title: Texts['stats']['title'],
  stats: Stats,
  { columns, notes, ...about }: StatsAbout & { columns: Column<Group>[]; notes: string[] },
  screen: Screen,
  otherwise: () => string,
): string {
  const { texts } = screen;
  const by = stats.keys.map((key) => headText(key, texts.groups));
  const heading = title({ by, labels: labelsOf(about, texts) });
  const lost = lostNote(about.lostRounds ?? 0, texts.costs);
  if (stats.rows.length === 0)
    return frame(heading, [...otherwise().split('\n'), ...lost].flatMap(wrapped), screen);
  const total = { names: [texts.stats.total], row: stats.total };
  const lines = drawTable({ columns, rows: stats.rows, total }, screen);
  const lacking = [...(notes.length === 0 ? [] : ['', ...notes]), ...lost];
  return frame(heading, [...lines, ...lacking.flatMap(wrapped)], screen);

  function wrapped(line: string): string[] {
    return wrap(line, screen.width, 100).lines;
  }
}

/** ` (since 2026-02-01, model qwen-max)`, or nothing. */
export function labelsOf(
  { period, filter }: Pick<StatsAbout, 'period' | 'filter'>,
  { filters }: Pick<Texts, 'filters'>,
): string {
  const labels = [...(period.label === null ? [] : [period.label]), ...filter.map(cleanLine)];
  return labels.length === 0 ? '' : filters.labels({ labels });
}

function columnsOf(stats: Stats, withHealth: boolean, screen: Screen): Column<Group>[] {
  const { texts } = screen;
  const withModels = !stats.keys.includes('model');
  return [
    ...stats.keys.map((key, i) => keyColumn(stats, key, i, texts)),
    ...MEASURE_COLUMNS.map(({ name, rank, from }) => ({
      head: texts.measures[name],
      align: 'right' as const,
      cell: ({ row }: Group) => (isNarrow(screen) ? compact(row[name]) : exact(row[name])),
      rank,
      ...(from !== undefined && { from }),
    })),
    ...(stats.rows.some(({ row }) => amountsOf(row).some(([, { saved }]) => saved !== 0n))
      ? [savedColumn(texts)]
      : []),
    ...(withHealth ? healthColumns(stats.total, BESIDE_COST, texts.health) : []),
    costColumn(stats, screen),
    ...(withModels ? [modelsColumn(stats, texts)] : []),
  ];
}

/** Columns of health that `--health` adds. */
const BESIDE_COST = ['failed', 'unknown', 'p50', 'p90', 'speed'] as const;

export function keyColumn(
  stats: Stats,
  key: GroupKey,
  i: number,
  { groups, nameless }: Pick<Texts, 'groups' | 'nameless'>,
): Column<Group> {
  return {
    head: headText(key, groups),
    align: 'left',
    cell: ({ names, row }) => {
      if (row === stats.total) return names[i] ?? '';
      const name = names[i] ?? '';
      return key === 'model' && isNoAnswer(name, row) ? nameless.noAnswer : groupName(key, name, nameless);
    },
    ...(!isTime(key) && { flexible: true, atLeast: 20 }),
  };
}

/** `qwen-max +2`: the model used most, and the number of others. */
function modelsColumn(stats: Stats, texts: Texts): Column<Group> {
  return {
    head: texts.stats.models,
    align: 'left',
    rank: 4,
    flexible: true,
    cell: ({ row }) => {
      if (row === stats.total) return '';
      const [first = '', ...others] = namesByUse(row.models);
      return cleanLine(first) + (others.length > 0 ? ` +${others.length}` : '');
    },
  };
}

/** What cache reads saved. */
function savedColumn(texts: Texts): Column<Group> {
  return {
    head: texts.stats.saved,
    align: 'right',
    rank: 0,
    from: 120,
    cell: ({ row }) => (isCostKnown(row) ? savedText(row) : ''),
  };
}

function savedText(row: Row): string {
  return costsText(new Map(amountsOf(row).map(([currency, { saved }]) => [currency, saved])), 4);
}

/** Costs with their decimal points aligned, if there is room: `$  0.0168`. */
function costColumn(stats: Stats, screen: Screen): Column<Group> {
  const rows = stats.rows.map(({ row }) => row);
  const known = [...rows, stats.total].filter(isCostKnown);
  const largest = rows.reduce((max, { cost }) => (cost > max ? cost : max), 0n);
  const isPlain = isInUsd(stats);
  const widest = known.reduce((max, { cost }) => Math.max(max, costDigits(cost).length), 8);
  const isBounded = sumBound(stats.total).bound !== null;
  const { stats: words, costs } = screen.texts;
  const head = isPlain ? words.costUsd : words.cost;
  return {
    head,
    align: 'left',
    atLeast: Math.max(widthOf(head), `$${'0'.repeat(widest)}…`.length),
    cell: ({ row }) => {
      if (isNarrow(screen) || !isPlain || !isCostKnown(row)) return costText(row, 4, costs);
      const mark = isBounded ? boundMark(sumBound(row).bound).padEnd(2) : '';
      return `${mark}$${costDigits(row.cost).padStart(widest)}${unpricedSuffix(row, costs)}`;
    },
    ...(isPlain &&
      largest > 0n && { share: ({ row }: Group) => Number((row.cost * 10_000n) / largest) / 10_000 }),
  };
}

/** All costs are in USD, and no other currency was asked for. */
function isInUsd({ rows, total }: Stats): boolean {
  return [total, ...rows.map(({ row }) => row)].every(
    ({ others, converted }) => others.size === 0 && !converted,
  );
}

function isNarrow({ width }: Screen): boolean {
  return width < 60;
}

function costDigits(cost: bigint): string {
  return usdText(cost, 4).replace('$', '');
}

/** What the total lacks, for the lines below the table. */
function missing(total: Row, texts: Texts): string[] {
  const unpriced = unpricedText(total, texts.costs);
  const lacks =
    unpriced === null ? [] : [isCostKnown(total) ? `${knownCostText(total, 4)} + ${unpriced}` : unpriced];
  return [...lacks, ...boundLines(total, texts)];
}
