import { cleanLine } from '../platform/clean-text.ts';
import { exact } from '../platform/count-text.ts';
import { durationText } from '../platform/duration-text.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { moneyText } from '../pricing/money.ts';
import { sumBound } from '../query/costs.ts';
import { PERCENTILE_ERROR } from '../query/health.ts';
import { sumJson } from '../query/json.ts';
import { healthJson } from '../query/health-json.ts';
import {
  compareSides,
  differenceOf,
  type CountName,
  type Measure,
  type MoneyName,
  type Side,
} from '../query/why/comparison.ts';
import { exactJson, hitRateJson, splitJson } from '../query/why/why-json.ts';
import { boundLines, lostNote, unpricedText } from './numbers.ts';
import { drawTable, frame, type Column, type Screen } from './tables.ts';
import { clip, widthOf, wrap } from './terminal.ts';

const WORDS: Readonly<Record<CountName | MoneyName, string>> = {
  sessions: 'Sessions',
  rounds: 'Rounds',
  failed_rounds: 'Failed rounds',
  input_tokens: 'Input tokens',
  cached_tokens: '  Cached',
  cache_write_tokens: '  Cache write',
  output_tokens: 'Output tokens',
  reasoning_tokens: '  Reasoning',
  cache_hit_rate: 'Cache hit rate',
  cost: 'Cost',
  input: '  New input',
  cacheRead: '  Cache reads',
  cacheWrite: '  Cache writes',
  output: '  Output',
  reasoning: '  Reasoning',
  fees: '  Fees',
  unsplit: '  Not split',
  cost_per_round: 'Cost per priced round',
  duration_p50_ms: 'Duration p50',
  duration_p90_ms: 'Duration p90',
  tool_calls: 'Tool calls',
  failed_calls: 'Failed calls',
};
const DECIMALS = 6;
/** Columns of a name above amounts. */
const HEAD = 15;

/** Two sides in a table, with the difference. */
export function compareTable(
  a: Side,
  b: Side,
  { head, filter, lostRounds }: { head: string; filter: readonly string[]; lostRounds: number },
  screen: Screen,
): string {
  const marks = new Map([a, b].map((side) => [side, boundMark(sumBound(side.why.sum).bound)]));
  const rows = compareSides(a, b);
  // Names give way to amounts: an amount that lacks digits is another amount.
  const sideColumn = (side: Side, of: (measure: Measure) => number | bigint | null): Column<Measure> => {
    const cell = (measure: Measure): string =>
      (measure.name === 'cost' ? (marks.get(side) ?? '') : '') + valueText(measure, of(measure));
    const atLeast = rows.reduce((widest, row) => Math.max(widest, widthOf(cell(row))), 1);
    return { head: clip(cleanLine(side.name), Math.max(HEAD, atLeast)), align: 'right', atLeast, cell };
  };
  const columns: Column<Measure>[] = [
    { head, align: 'left', flexible: true, cell: ({ name }) => WORDS[name] },
    sideColumn(a, (measure) => measure.a),
    sideColumn(b, (measure) => measure.b),
    { head: 'Difference', align: 'right', rank: 2, cell: differenceText },
    { head: '%', align: 'right', rank: 1, cell: (measure) => percentText(differenceOf(measure).share) },
  ];
  const lines = drawTable({ columns, rows }, screen);
  const notes = [
    ...[a, b].flatMap(notesOf),
    `p50 and p90 are of answered requests, and at most ${100 * PERCENTILE_ERROR}% off.`,
    ...lostNote(lostRounds),
  ].flatMap((line) => wrap(line, screen.width, 20).lines);
  const of = filter.length === 0 ? '' : ` (${filter.map(cleanLine).join(', ')})`;
  return frame(`📊 ${cleanLine(a.name)} and ${cleanLine(b.name)}${of}`, [...lines, '', ...notes], screen);
}

function valueText(measure: Measure, value: number | bigint | null): string {
  if (value === null) return '-';
  if (measure.kind === 'money') return moneyText(BigInt(value), measure.currency, DECIMALS);
  const number = Number(value);
  if (measure.kind === 'ms') return durationText(number);
  return measure.kind === 'share' ? `${(100 * number).toFixed(1)}%` : exact(number);
}

function differenceText(measure: Measure): string {
  const { absolute } = differenceOf(measure);
  if (absolute === null) return '-';
  const isLess = absolute < 0;
  const size = isLess ? -absolute : absolute;
  // A difference of shares is in points, not in percent of one of them.
  const text =
    measure.kind === 'share' ? `${(100 * Number(size)).toFixed(1)} points` : valueText(measure, size);
  return size === 0 || size === 0n ? text : (isLess ? '-' : '+') + text;
}

function percentText(share: number | null): string {
  if (share === null) return '-';
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}%`;
}

function notesOf({ name, why: { sum }, tools, lacksTools }: Side): string[] {
  const unpriced = unpricedText(sum);
  const { uncounted } = sum.failures;
  const notes = [
    ...(unpriced === null ? [] : [`No cost includes ${unpriced}.`]),
    ...boundLines(sum).map((line) => line.trim()),
    ...(uncounted === 0 ? [] : [`Of ${exact(uncounted)} rounds, failures and durations are not known.`]),
    ...(lacksTools && tools ? ['Tool calls are not known of all rounds: these are at least as many.'] : []),
  ];
  return notes.map((note) => `${cleanLine(name)}: ${note}`);
}

/** `compare --json` */
export function compareJson(
  a: Side,
  b: Side,
  {
    by,
    filter,
    lostRounds,
  }: { by: 'session' | 'model' | 'period'; filter: readonly string[]; lostRounds: number },
): string {
  const differences = compareSides(a, b).map((measure) => {
    const { absolute, share } = differenceOf(measure);
    return {
      measure: MONEY_NAMES[measure.name] ?? measure.name,
      ...(measure.kind === 'money' && { currency: measure.currency }),
      a: measure.kind === 'share' ? rounded(measure.a) : measure.a,
      b: measure.kind === 'share' ? rounded(measure.b) : measure.b,
      difference: absolute,
      share: share === null ? null : Number(share.toPrecision(4)),
    };
  });
  const rest = {
    differences,
    percentile_error: PERCENTILE_ERROR,
    ...(lostRounds > 0 && { lost_rounds: lostRounds }),
  };
  return `${exactJson({ version: 1, by, filter, a: sideJson(a), b: sideJson(b), ...rest })}\n`;
}

const MONEY_NAMES: Partial<Record<CountName | MoneyName, string>> = {
  input: 'input_cost',
  cacheRead: 'cache_read_cost',
  cacheWrite: 'cache_write_cost',
  output: 'output_cost',
  reasoning: 'reasoning_cost',
  fees: 'fees',
  unsplit: 'unsplit_cost',
};

function rounded(share: number | bigint | null): number | null {
  return share === null ? null : Number(Number(share).toPrecision(4));
}

function sideJson({ name, why: { sum, splits }, tools, lacksTools }: Side): Record<string, unknown> {
  return {
    name,
    ...sumJson(sum),
    cost_split: splitJson(splits),
    unsplit_rounds: splits.unsplitRounds,
    cache_hit_rate: hitRateJson(sum),
    health: healthJson(sum),
    tools: tools && { calls: tools.calls, failed: tools.failed, are_all: !lacksTools },
  };
}
