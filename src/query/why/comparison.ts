import type { ToolCounts } from '../../model/tool-counts.ts';
import { COST_PARTS, type CostPart } from '../../pricing/cost-split.ts';
import { usdFirst } from '../../pricing/money.ts';
import { isCostKnown } from '../aggregate.ts';
import { healthOf } from '../health.ts';
import type { ToolStats } from '../tool-sums.ts';
import { tokensOfPart } from './split-tokens.ts';
import type { UsageWhy } from './usage-why.ts';

/** What is compared: a session, a model or a period. */
export interface Side {
  name: string;
  why: UsageWhy;
  /** Null if nothing is known of its tools. */
  tools: { calls: number; failed: number } | null;
  /** Its tool calls are known of some sessions or rounds only. */
  lacksTools: boolean;
}

/** What is known of the tools of one session. */
export function sessionTools({ tools, tools_from: from }: ToolCounts): Pick<Side, 'tools' | 'lacksTools'> {
  if (!tools) return { tools: null, lacksTools: false };
  const sum = { calls: 0, failed: 0 };
  for (const [, calls, failed] of tools) {
    sum.calls += calls;
    sum.failed += failed;
  }
  return { tools: sum, lacksTools: from !== undefined };
}

export function usageTools({ rows, total, lacks }: ToolStats): Pick<Side, 'tools' | 'lacksTools'> {
  const { unknown, late, pruned } = lacks;
  const lacksTools = unknown + late + pruned > 0;
  const { calls, failed } = total;
  return { tools: rows.length === 0 && lacksTools ? null : { calls, failed }, lacksTools };
}

/** A number of both sides. Null: not known. */
export type Measure =
  | { name: CountName; kind: 'count' | 'share' | 'ms'; a: number | null; b: number | null }
  | { name: MoneyName; kind: 'money'; currency: string; a: bigint | null; b: bigint | null };

export type CountName =
  | 'sessions'
  | 'rounds'
  | 'failed_rounds'
  | 'input_tokens'
  | 'cached_tokens'
  | 'cache_write_tokens'
  | 'output_tokens'
  | 'reasoning_tokens'
  | 'cache_hit_rate'
  | 'duration_p50_ms'
  | 'duration_p90_ms'
  | 'tool_calls'
  | 'failed_calls';
export type MoneyName = 'cost' | 'cost_per_round' | CostPart | 'unsplit';

/** All measures of two sides. Costs come by currency, since currencies are never added. */
export function compareSides(a: Side, b: Side): Measure[] {
  const count = (
    name: CountName,
    of: (side: Side) => number | null,
    kind: 'count' | 'share' | 'ms' = 'count',
  ): Measure => ({
    name,
    kind,
    a: of(a),
    b: of(b),
  });
  const codes = new Set([...a.why.splits.currencies, ...b.why.splits.currencies]);
  const currencies = usdFirst([...codes].map((code) => [code, null])).map(([code]) => code);
  return [
    count('sessions', ({ why }) => why.sum.sessions),
    count('rounds', ({ why }) => why.sum.rounds),
    count('failed_rounds', failedRounds),
    count('input_tokens', ({ why }) => why.sum.input),
    count('cached_tokens', ({ why }) => why.sum.cached),
    count('cache_write_tokens', ({ why }) => why.sum.cacheWrite),
    count('output_tokens', ({ why }) => why.sum.output),
    count('reasoning_tokens', ({ why }) => why.sum.reasoning),
    count('cache_hit_rate', ({ why: { sum } }) => (sum.input === 0 ? null : sum.cached / sum.input), 'share'),
    ...currencies.flatMap((currency) => costMeasures(a, b, currency, currencies.length === 1)),
    count('duration_p50_ms', ({ why }) => healthOf(why.sum).duration.p50, 'ms'),
    count('duration_p90_ms', ({ why }) => healthOf(why.sum).duration.p90, 'ms'),
    count('tool_calls', ({ tools }) => tools?.calls ?? null),
    count('failed_calls', ({ tools }) => tools?.failed ?? null),
  ];
}

function failedRounds({ why: { sum } }: Side): number | null {
  const { failed, uncounted } = healthOf(sum);
  return uncounted === sum.rounds ? null : failed;
}

/** `isOnly`: rounds of other currencies would be among those that a cost is divided by. */
function costMeasures(a: Side, b: Side, currency: string, isOnly: boolean): Measure[] {
  const money = (name: MoneyName, of: (side: Side) => bigint | null): Measure => {
    const known = (side: Side): bigint | null => (isCostKnown(side.why.sum) ? of(side) : null);
    return { name, kind: 'money', currency, a: known(a), b: known(b) };
  };
  const total = ({ why }: Side): bigint => why.splits.totalOf(currency);
  const unsplit = ({ why }: Side): bigint => why.splits.unsplitOf(currency);
  const isUsed = (part: CostPart): boolean =>
    [a, b].some(({ why }) => tokensOfPart(why.sum, part) > 0 || why.splits.of(currency)[part] !== 0n);
  const perRound = (side: Side): bigint | null => {
    const { settledRounds } = side.why.sum;
    return settledRounds === 0 ? null : total(side) / BigInt(settledRounds);
  };
  return [
    money('cost', total),
    ...COST_PARTS.filter(isUsed).map((part) => money(part, ({ why }) => why.splits.of(currency)[part])),
    ...([a, b].some((side) => unsplit(side) !== 0n) ? [money('unsplit', unsplit)] : []),
    ...(isOnly ? [money('cost_per_round', perRound)] : []),
  ];
}

/** b − a, and how much that is of a. Null: not known, or of nothing. */
export function differenceOf(measure: Measure): { absolute: number | bigint | null; share: number | null } {
  const { a, b } = measure;
  if (a === null || b === null) return { absolute: null, share: null };
  if (typeof a === 'bigint' && typeof b === 'bigint')
    return { absolute: b - a, share: a === 0n ? null : Number(((b - a) * 1_000_000n) / a) / 1_000_000 };
  const absolute = Number(b) - Number(a);
  const isShare = measure.kind === 'share';
  return {
    absolute: isShare ? fourDigits(absolute) : absolute,
    share: isShare || a === 0 ? null : absolute / Number(a),
  };
}

function fourDigits(value: number): number {
  return Number(value.toFixed(4));
}
