import { COST_PARTS, type CostPart } from '../../pricing/cost-split.ts';
import { boundOf } from '../../pricing/bounds.ts';
import { exactUsd } from '../../pricing/money.ts';
import type { Row } from '../aggregate.ts';
import type { CacheMisses, MissCause } from './cache-misses.ts';
import { shownCost } from '../round-money.ts';
import type { RoundRow } from './round-rows.ts';
import type { SessionWhy } from './session-why.ts';
import type { SplitSums } from './split-sums.ts';

// docs/commands.md describes these keys. They are added, never renamed. Amounts have all their digits, so that they add up.

const NAMES: Readonly<Record<CostPart, string>> = {
  input: 'input',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
  output: 'output',
  reasoning: 'reasoning',
  fees: 'fees',
};

/** `cost_split`, by currency: the parts, what is not split, and the total. */
export function splitJson(splits: SplitSums): Record<string, Record<string, bigint>> {
  return Object.fromEntries(
    splits.currencies.map((currency) => {
      const split = splits.of(currency);
      const parts = COST_PARTS.map((part) => [NAMES[part], split[part]]);
      const rest = { unsplit: splits.unsplitOf(currency), total: splits.totalOf(currency) };
      return [currency, { ...Object.fromEntries(parts), ...rest }];
    }),
  );
}

export function hitRateJson({ input, cached }: Pick<Row, 'input' | 'cached'>): number | null {
  return input === 0 ? null : Number((cached / input).toPrecision(4));
}

/** Why a session cost what it did, as an object for exactJson. */
export function sessionWhyJson({
  sum,
  splits,
  misses,
  growth,
  top,
  session,
}: SessionWhy): Record<string, unknown> {
  return {
    cost_split: splitJson(splits),
    cache_hit_rate: hitRateJson(sum),
    cache_misses: missesJson(misses),
    context: growth,
    top_rounds: top.map(({ round, model, cost, currency }) => ({ round, model, cost, currency })),
    missing_rounds: session.pruned_rounds ?? 0,
  };
}

/** A row of `show --rounds --json`, for exactJson. */
export function rowJson({
  stored,
  money,
  tools,
  hasUnknownTools,
  prompt,
}: RoundRow): Record<string, unknown> {
  const { cost, currency } = shownCost(money);
  return {
    round: stored.round,
    timestamp: stored.timestamp,
    model: stored.model,
    response_code: stored.response_code ?? null,
    input_tokens: stored.input_tokens,
    cached_tokens: stored.cached_tokens,
    cache_write_tokens: stored.cache_write_tokens,
    output_tokens: stored.output_tokens,
    reasoning_tokens: stored.reasoning_tokens,
    price_state: typeof money.price === 'number' ? 'priced' : money.price,
    cost,
    currency: cost === null ? null : currency,
    cost_bound: boundOf(money.inexact),
    bound_reasons: money.inexact,
    duration_ms: stored.duration_ms ?? null,
    flags: stored.flags ?? [],
    tools: hasUnknownTools ? null : tools.map(({ name, isFailed }) => ({ name, failed: isFailed })),
    question_start: prompt === '' ? null : prompt,
  };
}

function missesJson({
  count,
  tokens,
  costs,
  unpriced,
  unknown,
  largest,
}: CacheMisses): Record<string, unknown> {
  return {
    rounds: count,
    tokens,
    costs: Object.fromEntries(costs),
    unpriced_rounds: unpriced,
    unknown_rounds: unknown,
    largest: largest.map(({ round, after, tokens: missed, cost, cause }) => ({
      round,
      after_round: after,
      tokens: missed,
      cost: cost?.cost ?? null,
      currency: cost?.currency ?? null,
      ...causeJson(cause),
    })),
  };
}

function causeJson(cause: MissCause): Record<string, unknown> {
  if (cause.kind === 'message') return { cause: 'message', message: cause.at, role: cause.role };
  if (cause.kind === 'none') return { cause: 'none', after_ms: cause.afterMs };
  return cause.kind === 'model' ? { cause: 'model', model_before: cause.before } : { cause: 'system' };
}

/** JSON in which a bigint is an amount in 10⁻¹⁸, written with all its digits. */
export function exactJson(value: unknown): string {
  if (typeof value === 'bigint') return exactUsd(value);
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${exactJson(member)}`);
  return `{${members.join(',')}}`;
}
