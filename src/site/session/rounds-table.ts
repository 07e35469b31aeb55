import { exact, plural } from '../../platform/count-text.ts';
import { duration } from '../format.ts';
import { nameText } from '../model-view.ts';
import { fitting } from './fitting.ts';
import { roundBars, type Bar } from './timeline-bars.ts';
import type { Column } from './view.ts';

/** A line of the table of rounds: one round, or several of a long session. */
export interface RoundLine {
  href: string;
  number: string;
  time: string;
  model: string;
  /** What was before the request, and for how long. */
  before: string;
  firstToken: string;
  took: string;
  input: string;
  cached: string;
  output: string;
  cost: string;
  costExact: string;
  unpriced: string;
  failed: string;
}

/** Where the lines of a table lead, and how they write times. */
export interface LineStyle {
  hrefOf(round: number): string;
  timeOf(ms: number): string;
}

const TABLE_BYTES = 150_000;
/** The table has a line for each of so many rounds; with more, one for each bar. */
export const MOST_LINES = 500;

export interface RoundsTable {
  rows: readonly RoundLine[];
  /** The number of lines without room, in words; empty if there are none. */
  moreRows: string;
}

export function roundsTable(
  columns: readonly Column[],
  bars: readonly Bar[],
  currency: string,
  style: LineStyle,
): RoundsTable {
  const lines = columns.length <= MOST_LINES ? roundBars(columns, currency) : bars;
  const all = lines.map((bar) => roundLine(bar, style));
  const rows = all.slice(0, fitting(all, TABLE_BYTES));
  const left = lines.length - rows.length;
  return {
    rows,
    moreRows: left > 0 ? `${plural(left, 'more row')} of this table: see the raw JSON` : '',
  };
}

export function roundLine(bar: Bar, { hrefOf, timeOf }: LineStyle): RoundLine {
  const number = bar.from === bar.to ? `#${exact(bar.from)}` : `#${exact(bar.from)} to #${exact(bar.to)}`;
  const [first = ''] = bar.models;
  const others = bar.models.length > 1 ? ` + ${bar.models.length - 1} more` : '';
  return {
    href: hrefOf(bar.target),
    number,
    time: timeOf(bar.time),
    model: nameText(first) + others,
    before: beforeText(bar),
    ...answerTimes(bar),
    input: exact(bar.input),
    cached: exact(bar.cached),
    output: exact(bar.output),
    cost: bar.cost.isKnown || bar.cost.isUnpriced ? bar.cost.text : '–',
    costExact: bar.cost.bounds ? bar.cost.exact : '',
    unpriced: bar.cost.missing,
    failed: failureWords(bar),
  };
}

function failureWords({ failedTools, status }: Pick<Bar, 'failedTools' | 'status'>): string {
  return [
    ...(failedTools > 0 ? [plural(failedTools, 'failed tool')] : []),
    ...(status === null ? [] : [status === 0 ? 'aborted' : `HTTP ${status}`]),
  ].join(', ');
}

/** `12.0 s tools`, `3 h idle`; `–` if it is not known. */
function beforeText({ times: { tools, client }, idleMs }: Bar): string {
  const parts = [
    ...(tools > 0 ? [`${duration(tools)} tools`] : []),
    ...(client > 0 ? [duration(client)] : []),
    ...(idleMs > 0 ? [`${duration(idleMs)} idle`] : []),
  ];
  return parts.join(', ') || '–';
}

/** What the log says of some of several rounds is their least. */
function answerTimes({
  from,
  to,
  times: { firstToken, answer, whole, untimed },
}: Bar): Pick<RoundLine, 'firstToken' | 'took'> {
  const took = answer + whole + (untimed === to - from + 1 ? 0 : firstToken);
  const atLeast = untimed > 0 && took > 0 ? '≥ ' : '';
  return {
    firstToken: firstToken > 0 ? duration(firstToken) : '–',
    took: took > 0 ? `${atLeast}${duration(took)}` : '–',
  };
}
