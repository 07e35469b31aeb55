import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { clip, padEnd, widthOf } from './terminal.ts';

/** What a report is drawn on. Nothing is ever wider than `width` columns. */
export interface Screen {
  width: number;
  colour: ChalkInstance;
}

export interface Column<T> {
  head: string;
  align: 'left' | 'right';
  /** Clean text of one line. */
  cell: (row: T) => string;
  /** Narrower terminals do without the column. */
  from?: number;
  /** Order in which columns go when they do not fit, the lowest first; absent: the column stays. */
  rank?: number;
  /** A column that is clipped before others go, down to `atLeast` columns (12). */
  flexible?: true;
  /** Of another: what must be seen of it; the rest is clipped before the flexible ones lose more. */
  atLeast?: number;
  paint?: (text: string) => string;
  /** 0 to 1: a bar beside the column, where there is room. */
  share?: (row: T) => number;
}

export interface TableSpec<T> {
  columns: Column<T>[];
  rows: T[];
  /** Stands below a rule. */
  total?: T;
  /** A line of its own above a row: an id, which is long. */
  above?: (row: T) => string;
}

const GAP = 2;
const FLEXIBLE_MIN = 12;
const CLIPPED_MIN = 6;
const NAME_MIN = 3;
const BAR = { min: 8, max: 24 };

/** The lines of a table: heads, a rule, the rows, a rule and the total. */
export function drawTable<T>(spec: TableSpec<T>, screen: Screen): string[] {
  const { rows, total, above } = spec;
  const all = total === undefined ? rows : [...rows, total];
  const fitted = withBar(spec, fitColumns(spec.columns, all, screen.width), screen);
  const [heads = '', ...body] = layOut(spec, fitted, all, screen.colour);
  const rule = '─'.repeat(tableWidth(fitted.widths));
  const totalLines = total === undefined ? [] : [rule, ...body.splice(rows.length)];
  const lines = body.flatMap((line, index) => {
    const row = rows[index];
    if (above === undefined || row === undefined) return [line];
    return [screen.colour.bold(clip(above(row), screen.width)), line];
  });
  return [heads, rule, ...lines, ...totalLines].map((line) => line.trimEnd());
}

interface Fitted<T> {
  columns: Column<T>[];
  widths: number[];
}

function fitColumns<T>(columns: Column<T>[], rows: T[], width: number): Fitted<T> {
  let left = columns.filter(({ from }) => from === undefined || width >= from);
  const natural = new Map(
    left.map((column) => [
      column,
      rows.reduce((max, row) => Math.max(max, widthOf(column.cell(row))), widthOf(column.head)),
    ]),
  );
  const naturalOf = (column: Column<T>): number => natural.get(column) ?? 0;
  const least = (column: Column<T>): number =>
    column.flexible ? Math.min(column.atLeast ?? FLEXIBLE_MIN, naturalOf(column)) : naturalOf(column);
  while (tableWidth(left.map(least)) > width) {
    const ranked = left.filter(({ rank }) => rank !== undefined);
    if (ranked.length === 0) break;
    const goes = ranked.reduce((a, b) => ((b.rank ?? 0) < (a.rank ?? 0) ? b : a));
    left = left.filter((column) => column !== goes);
  }
  return { columns: left, widths: clipWidths(left, left.map(naturalOf), width) };
}

/**
 * What is too wide still is clipped, step by step, each time from the widest: how narrow a column may become, undefined
 * for not at all. Amounts come last: one that lacks digits is another amount.
 */
const CLIPPING: readonly ((column: Column<never>) => number | undefined)[] = [
  ({ flexible }) => (flexible ? FLEXIBLE_MIN : undefined),
  ({ flexible, atLeast }) => (flexible ? undefined : atLeast),
  ({ flexible }) => (flexible ? NAME_MIN : undefined),
  ({ atLeast }) => (atLeast === undefined ? CLIPPED_MIN : undefined),
  () => CLIPPED_MIN,
];

function clipWidths<T>(columns: Column<T>[], natural: number[], width: number): number[] {
  return CLIPPING.reduce(
    (widths, floorOf) =>
      narrow(
        widths,
        columns.map((column) => floorOf(column)),
        width,
      ),
    natural,
  );
}

/** Takes columns from the widest, again and again, until all fit or none may become narrower. */
function narrow(natural: number[], floors: readonly (number | undefined)[], width: number): number[] {
  const widths = [...natural];
  for (let over = tableWidth(widths) - width; over > 0; over--) {
    const [index, widest] = widths.reduce<[number, number]>(
      (best, now, at) => (now > (floors[at] ?? Infinity) && now > best[1] ? [at, now] : best),
      [-1, 0],
    );
    if (index < 0) break;
    widths[index] = widest - 1;
  }
  return widths;
}

/** Puts bars beside the column that has shares, if there is room for them. */
function withBar<T>(spec: TableSpec<T>, fitted: Fitted<T>, screen: Screen): Fitted<T> {
  const { columns, widths } = fitted;
  const width = Math.min(BAR.max, screen.width - tableWidth(widths) - GAP);
  const at = columns.findIndex(({ share }) => share !== undefined) + 1;
  const share = columns[at - 1]?.share;
  if (share === undefined || width < BAR.min) return fitted;
  const bars: Column<T> = {
    head: '',
    align: 'left',
    cell: (row) => (row === spec.total ? '' : bar(share(row), width)),
    paint: screen.colour.cyan,
  };
  return { columns: columns.toSpliced(at, 0, bars), widths: widths.toSpliced(at, 0, width) };
}

function tableWidth(widths: number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1);
}

/** One line for the heads and for each row. */
function layOut<T>(spec: TableSpec<T>, fitted: Fitted<T>, rows: T[], colour: ChalkInstance): string[] {
  const { columns, widths } = fitted;
  const table = new Table({
    chars: { ...NO_BORDERS, middle: ' '.repeat(GAP) },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map(({ align }) => align),
    colWidths: widths,
  });
  table.push(columns.map(({ head }, index) => colour.bold(clip(head, widths[index] ?? 0))));
  for (const row of rows)
    table.push(
      columns.map((column, index) => {
        const width = widths[index] ?? 0;
        const text = clip(column.cell(row), width);
        const padded = column.align === 'left' ? padEnd(text, width) : text;
        return row === spec.total ? colour.bold(padded) : (column.paint?.(padded) ?? padded);
      }),
    );
  return table.toString().split('\n');
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
};

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bar(share: number, width: number): string {
  if (share <= 0) return '';
  const eighths = Math.max(1, Math.round(Math.min(1, share) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** The frame of a report: a heading between rules, then its lines, then a rule. */
export function frame(heading: string, lines: string[], screen: Screen): string {
  const inner = lines.find((line) => line.startsWith('─'))?.length ?? 0;
  const rule = '='.repeat(Math.min(screen.width, Math.max(80, inner)));
  const title = screen.colour.bold(clip(heading, screen.width));
  return [rule, title, rule, '', ...lines, '', rule, ''].join('\n');
}
