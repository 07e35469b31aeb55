import { cleanLine } from '../platform/clean-text.ts';
import { exactUsd, moneyText, usdOf, usdText } from '../pricing/money.ts';
import { isUsdKnown, namesByUse, tokensOf, type Row } from '../query/aggregate.ts';
import { boundMark } from '../query/bound-words.ts';
import { sumBound } from '../query/costs.ts';
import { moneyJson } from '../query/json.ts';
import { exact } from '../query/count-text.ts';
import type { UsageFilter } from './grouping.ts';
import { boundLines, unpricedText } from './numbers.ts';
import type { BudgetPeriod, Period } from './period.ts';

/** What may be spent; undefined: without limit. `usd` in 10⁻¹⁸ USD. */
export interface Budget {
  usd?: bigint | undefined;
  tokens?: number | undefined;
  /** An unknown cost breaks the budget too. */
  strict: boolean;
}

/** What a budget is compared with. */
export interface Spending {
  per: BudgetPeriod;
  period: Period;
  timeZone: string;
  filter: UsageFilter;
  sum: Row;
  /** Whether a round in the store has all of the filter's names. */
  isKnown: boolean;
  /** One of them occurs nowhere in the store: a misspelled name would never break a budget. */
  hasUnknownName?: boolean;
}

/** Spending exactly the budget keeps it. */
export function isKept({ usd, tokens, strict }: Budget, { sum }: Spending): boolean {
  const isUnknown = sum.unpricedRounds > 0 || (usd !== undefined && sum.others.size > 0);
  return !isOver({ usd, tokens, strict }, sum) && !(strict && isUnknown);
}

function isOver({ usd, tokens }: Budget, sum: Row): boolean {
  return (usd !== undefined && sum.cost > usd) || (tokens !== undefined && tokensOf(sum) > tokens);
}

/** One line that an alert can carry: `over budget: $61.2000 of $50 (122.4%) in 2026-02 (UTC)`. */
export function budgetLine(budget: Budget, spending: Spending): string {
  const { sum, isKnown, hasUnknownName } = spending;
  const state = hasUnknownName
    ? 'not checked'
    : isOver(budget, sum)
      ? 'over budget'
      : isKept(budget, spending)
        ? 'within budget'
        : 'cost not known';
  const amounts = [
    ...(budget.usd === undefined ? [] : [usdAmounts(budget.usd, sum)]),
    ...(budget.tokens === undefined ? [] : [tokenAmounts(budget.tokens, sum)]),
  ];
  const unpriced = unpricedText(sum);
  const notes = [
    ...(unpriced === null ? [] : [`without ${unpriced}`]),
    ...(budget.usd === undefined ? [] : [...otherCurrencies(sum), ...boundLines(sum).slice(0, 1)]),
    ...(isKnown ? [] : ['the store has no such round at all']),
  ];
  return `${[`${state}: ${amounts.join(', ')}${aboutText(spending)}`, ...notes].join('; ')}\n`;
}

/** What a budget in USD does not cover. */
function otherCurrencies(sum: Row): string[] {
  const others = [...sum.others].filter(([, { cost }]) => cost !== 0n);
  if (others.length === 0) return [];
  return [`without ${others.map(([currency, { cost }]) => moneyText(cost, currency, 4)).join(' + ')}`];
}

function usdAmounts(usd: bigint, sum: Row): string {
  const budget = `$${exactUsd(usd)}`;
  if (!isUsdKnown(sum)) return `no known cost of ${budget}`;
  return `${boundMark(sumBound(sum).bound)}${usdText(sum.cost, 4)} of ${budget}${percentText(percentOf(sum.cost, usd))}`;
}

function tokenAmounts(tokens: number, sum: Row): string {
  const used = tokensOf(sum);
  return `${exact(used)} of ${exact(tokens)} tokens${percentText(percentOf(BigInt(used), BigInt(tokens)))}`;
}

function aboutText({ per, period, timeZone, filter }: Spending): string {
  const names = [filter.model, filter.consumer].flatMap((name) =>
    name === undefined ? [] : [cleanLine(name)],
  );
  const whose = names.length === 0 ? '' : ` for ${names.join(' by ')}`;
  if (per === 'total') return `${whose} in all`;
  return `${whose} ${per === 'day' ? 'on' : 'in'} ${period.label} (${timeZone})`;
}

/** To one decimal, rounded down; null of a budget of nothing. */
function percentOf(spent: bigint, budget: bigint): number | null {
  return budget === 0n ? null : Number((spent * 1000n) / budget) / 10;
}

function percentText(percent: number | null): string {
  return percent === null ? '' : ` (${percent}%)`;
}

/** `check --json`; the shape stands in docs/commands.md. */
export function budgetJson(budget: Budget, spending: Spending): string {
  const { per, period, timeZone, filter, sum } = spending;
  const { usd, tokens } = budget;
  const document = {
    version: 1,
    ok: isKept(budget, spending) && !spending.hasUnknownName,
    per,
    from: isoOf(period.from),
    to: isoOf(period.to),
    timezone: timeZone,
    model: filter.model ?? null,
    consumer: filter.consumer ?? null,
    budget_usd: usd === undefined ? null : usdOf(usd),
    spent_usd: isUsdKnown(sum) ? usdOf(sum.cost) : null,
    percent_usd: usd === undefined || !isUsdKnown(sum) ? null : percentOf(sum.cost, usd),
    budget_tokens: tokens ?? null,
    spent_tokens: tokensOf(sum),
    percent_tokens: tokens === undefined ? null : percentOf(BigInt(tokensOf(sum)), BigInt(tokens)),
    rounds: sum.rounds,
    unpriced_rounds: sum.unpricedRounds,
    unpriced_models: namesByUse(sum.unpricedModels),
    ...moneyJson(sum),
  };
  return `${JSON.stringify(document)}\n`;
}

function isoOf(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
