import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import type { Texts } from '../texts/texts.ts';
import { clip, widthOf } from './terminal.ts';

/** Nothing that is drawn is ever wider than `width` columns. */
export interface Canvas {
  width: number;
  colour: ChalkInstance;
}

/** What a report is drawn on, and the texts of its language. */
export interface Screen extends Canvas {
  texts: Texts;
}

export interface Column<T> {
  head: string;
  align: 'left' | 'right';
  /** Clean text of one line. */
  cell: (row: T) => string;
  /** Narrower terminals leave the column out. */
  from?: number;
  /** Columns that do not fit are dropped in this order, the lowest first; absent: never. */
  rank?: number;
  /** Clipped before other columns are dropped, to no less than `atLeast` columns (12). */
  flexible?: true;
  /** Of a column that is not flexible: clipped to this before the flexible ones are clipped further. */
  atLeast?: number;
  paint?: (text: string) => string;
  /** 0 to 1: drawn as a bar after the column, if there is room. */
  share?: (row: T) => number;
}

export interface TableSpec<T> {
  columns: Column<T>[];
  rows: T[];
  /** Below a rule. */
  total?: T;
  /** A line above each row, for an id, which is long. */
  above?: (row: T) => string;
}

type Paint = (text: string) => string;

const GAP = 2;
const FLEXIBLE_MIN = 12;
const CLIPPED_MIN = 6;
const NAME_MIN = 3;
const BAR = { min: 8, max: 24 };

/** The lines of a table: heads, a rule, the rows, and a rule and the total. */
export function drawTable<T>(spec: TableSpec<T>, screen: Canvas): string[] {
  const { rows, total, above } = spec;
  const { bold } = screen.colour;
  const all = total === undefined ? rows : [...rows, total];
  const fitted = withBar(spec, fitColumns(spec.columns, all, screen.width), screen);
  const rule = '─'.repeat(tableWidth(fitted));
  const rowLine = (row: T, paint?: Paint): string =>
    drawLine(fitted, ({ cell, paint: own }) => [cell(row), paint ?? own]);
  return [
    drawLine(fitted, ({ head }) => [head, bold]),
    rule,
    ...rows.flatMap((row) =>
      above === undefined ? [rowLine(row)] : [bold(clip(above(row), screen.width)), rowLine(row)],
    ),
    ...(total === undefined ? [] : [rule, rowLine(total, bold)]),
  ];
}

interface Fitted<T> {
  column: Column<T>;
  width: number;
}

/** Drops columns by rank until those that stay fit when they are clipped, then clips them. */
function fitColumns<T>(columns: Column<T>[], rows: T[], screenWidth: number): Fitted<T>[] {
  let fitted = columns
    .filter(({ from = 0 }) => screenWidth >= from)
    .map((column) => {
      const texts = rows.map((row) => widthOf(column.cell(row)));
      return { column, width: texts.reduce((a, b) => Math.max(a, b), widthOf(column.head)) };
    });
  const clipped = (): Fitted<T>[] =>
    fitted.map(({ column, width }) => ({
      column,
      width: column.flexible ? Math.min(column.atLeast ?? FLEXIBLE_MIN, width) : width,
    }));
  while (tableWidth(clipped()) > screenWidth) {
    const lowest = Math.min(...fitted.map(({ column }) => column.rank ?? Infinity));
    if (lowest === Infinity) break;
    fitted = fitted.filter(({ column }) => column.rank !== lowest);
  }
  for (const floorOf of CLIPPING) narrow(fitted, floorOf, screenWidth);
  return fitted;
}

type FloorOf = (column: Pick<Column<never>, 'flexible' | 'atLeast'>) => number;

/**
 * How narrow a column may become, step by step; Infinity: not at all. Amounts come last: one that lacks digits is
 * another amount.
 */
const CLIPPING: readonly FloorOf[] = [
  ({ flexible }) => (flexible ? FLEXIBLE_MIN : Infinity),
  ({ flexible, atLeast }) => (flexible ? Infinity : (atLeast ?? Infinity)),
  ({ flexible }) => (flexible ? NAME_MIN : Infinity),
  ({ atLeast }) => (atLeast === undefined ? CLIPPED_MIN : Infinity),
  () => CLIPPED_MIN,
];

/** Takes a column from the widest, again and again, until all fit or none may become narrower. */
function narrow<T>(fitted: Fitted<T>[], floorOf: FloorOf, screenWidth: number): void {
  for (let over = tableWidth(fitted) - screenWidth; over > 0; over--) {
    const [widest] = fitted
      .filter(({ column, width }) => width > floorOf(column))
      .toSorted((a, b) => b.width - a.width);
    if (!widest) return;
    widest.width--;
  }
}

/** Puts a bar after the column that has shares, if there is room. */
function withBar<T>({ total }: TableSpec<T>, fitted: Fitted<T>[], screen: Canvas): Fitted<T>[] {
  const width = Math.min(BAR.max, screen.width - tableWidth(fitted) - GAP);
  const at = fitted.findIndex(({ column }) => column.share !== undefined) + 1;
  const share = fitted[at - 1]?.column.share;
  if (share === undefined || width < BAR.min) return fitted;
  const column: Column<T> = {
    head: '',
    align: 'left',
    cell: (row) => (row === total ? '' : bar(share(row), width)),
    paint: screen.colour.cyan,
  };
  return fitted.toSpliced(at, 0, { column, width });
}

function tableWidth(fitted: readonly { width: number }[]): number {
  return fitted.reduce((sum, { width }) => sum + width + GAP, -GAP);
}

function drawLine<T>(
  fitted: Fitted<T>[],
  cellOf: (column: Column<T>) => [text: string, paint: Paint | undefined],
): string {
  const cells = fitted.map(({ column, width }) => {
    const [text, paint] = cellOf(column);
    const clipped = clip(text, width);
    const aligned = alignedCell(column.align, width, widthOf(clipped));
    return aligned.replace(/#+/, () => paint?.(clipped) ?? clipped);
  });
  return cells.join(' '.repeat(GAP)).trimEnd();
}

/** By alignment, width and taken columns: a long table has few of these, and making one takes the library long. */
const alignedCells = new Map<string, string>();

/**
 * cli-table3 aligns a cell. It knows no width that a table must fit into, measures text by an old version of Unicode
 * (it cut Thai and Hindi that fit, and new emoji moved the columns after them), cuts inside a character, and takes time
 * by the square of its rows. So columns are fitted here, each cell is a table, and its text has a stand-in of `taken`
 * columns in it.
 */
function alignedCell(align: Column<never>['align'], width: number, taken: number): string {
  const key = `${align} ${width} ${taken}`;
  let cell = alignedCells.get(key);
  if (cell !== undefined) return cell;
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: [align],
    colWidths: [width],
  });
  table.push(['#'.repeat(taken)]);
  alignedCells.set(key, (cell = table.toString()));
  return cell;
}

const EDGES = ['', '-left', '-mid', '-right'].flatMap((end) => [`top${end}`, `bottom${end}`]);
const NO_BORDERS = Object.fromEntries([...EDGES, 'left', 'right'].map((name) => [name, '']));

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bar(share: number, width: number): string {
  if (share <= 0) return '';
  const eighths = Math.max(1, Math.round(Math.min(1, share) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** A report: a heading between rules, then its lines, then a rule. */
export function frame(heading: string, lines: string[], screen: Canvas): string {
  const inner = lines.find((line) => line.startsWith('─'))?.length ?? 0;
  const rule = '='.repeat(Math.min(screen.width, Math.max(80, inner)));
  const title = screen.colour.bold(clip(heading, screen.width));
  return [rule, title, rule, '', ...lines, '', rule, ''].join('\n');
}
