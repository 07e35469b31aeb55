import { cleanLine } from '../platform/clean-text.ts';
import { costsText, exactUsd, moneyText, usdOf } from '../pricing/money.ts';
import { isUsdKnown, namesByUse, tokensOf, type Row } from '../query/aggregate.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { sumBound } from '../query/costs.ts';
import { moneyJson } from '../query/json.ts';
import { othersOf, percentOf, spentIn } from '../query/spent.ts';
import { exact } from '../platform/count-text.ts';
import { conditionText, filterWords, type UsageFilter } from '../query/usage-filter.ts';
import { boundLines, lostText, undecidedText, unpricedText } from './numbers.ts';
import type { BudgetPeriod, Period } from './period.ts';

/** What may be spent; undefined: no limit. `amount` in 10⁻¹⁸ of the currency. */
export interface Budget {
  amount?: bigint | undefined;
  /** ISO 4217. */
  currency: string;
  tokens?: number | undefined;
  /** An unknown cost counts as over budget. */
  strict: boolean;
  /** From this share of it on, a budget is nearly used up; undefined: no warning. */
  warnPercent?: number | undefined;
}

/** What a budget came to. `over` and `near`: it is used up, or nearly. */
export type BudgetState = 'over' | 'unknown-cost' | 'unchecked' | 'near' | 'within';

/** What a budget is compared with. */
export interface Spending {
  per: BudgetPeriod;
  period: Period;
  timeZone: string;
  filter: UsageFilter;
  /** The value of a key that the sum is of, besides the filter; null: rounds whose value was not recorded. */
  of?: { key: string; value: string | null } | undefined;
  sum: Row;
  /** Whether any round in the store has all of the filter's names. */
  isKnown: boolean;
  /** One of the names occurs nowhere in the store: with a misspelled name, no budget would ever be exceeded. */
  hasUnknownName?: boolean;
  /** Rounds of the period that are not in the sum, because the store does not know whether the filter is about them. */
  undecided?: number;
  /** Rounds of the store that a repair could not bring back. */
  lostRounds?: number;
}

/** Spending exactly the budget is within it. */
export function isKept(budget: Budget, spending: Spending): boolean {
  const { sum } = spending;
  return !isOver(budget, sum) && !hasOthers(budget, spending) && !(budget.strict && sum.unpricedRounds > 0);
}

/** Whether some costs have no exchange rate to the budget's currency, and the others do not exceed the budget. */
export function cannotTell(budget: Budget, spending: Spending): boolean {
  return !isOver(budget, spending.sum) && hasOthers(budget, spending);
}

/** A budget of which it cannot be told is `unchecked`. */
export function budgetState(budget: Budget, spending: Spending): BudgetState {
  if (spending.hasUnknownName || cannotTell(budget, spending)) return 'unchecked';
  if (isOver(budget, spending.sum)) return 'over';
  if (!isKept(budget, spending)) return 'unknown-cost';
  return isNear(budget, spending.sum) ? 'near' : 'within';
}

function isNear({ amount, currency, tokens, warnPercent }: Budget, sum: Row): boolean {
  if (warnPercent === undefined) return false;
  const isShare = (spent: bigint, of: bigint): boolean =>
    spent > 0n && spent * 1000n >= of * BigInt(Math.round(warnPercent * 10));
  return (
    (amount !== undefined && isShare(spentIn(currency, sum) ?? 0n, amount)) ||
    (tokens !== undefined && isShare(BigInt(tokensOf(sum)), BigInt(tokens)))
  );
}

function hasOthers({ amount, currency }: Budget, { sum }: Spending): boolean {
  return amount !== undefined && othersOf(currency, sum).length > 0;
}

function isOver({ amount, currency, tokens }: Budget, sum: Row): boolean {
  const spent = spentIn(currency, sum) ?? 0n;
  return (amount !== undefined && spent > amount) || (tokens !== undefined && tokensOf(sum) > tokens);
}

/** One line, for an alert: `over budget: $61.2000 of $50 (122.4%) in 2026-02 (UTC)`. */
export function budgetLine(budget: Budget, spending: Spending): string {
  const { sum, isKnown, hasUnknownName, undecided = 0, lostRounds = 0 } = spending;
  const state = hasUnknownName
    ? 'not checked'
    : isOver(budget, sum)
      ? 'over budget'
      : !isKept(budget, spending)
        ? 'cost unknown'
        : isNear(budget, sum)
          ? 'near budget'
          : 'within budget';
  const amounts = [
    ...(budget.amount === undefined ? [] : [moneyAmounts(budget.amount, budget.currency, sum)]),
    ...(budget.tokens === undefined ? [] : [tokenAmounts(budget.tokens, sum)]),
  ];
  const unpriced = unpricedText(sum);
  const notes = [
    ...(unpriced === null ? [] : [`excluding ${unpriced}`]),
    ...(budget.amount === undefined
      ? []
      : [...otherCurrencies(budget.currency, sum), ...boundLines(sum).slice(0, 1)]),
    ...(isKnown ? [] : ['no round in the store has these names']),
    ...(undecided === 0 ? [] : [`excluding ${undecidedText(undecided)}`]),
    ...(lostRounds === 0 ? [] : [lostText(lostRounds)]),
  ];
  return `${[`${state}: ${amounts.join(', ')}${aboutText(spending)}`, ...notes].join('; ')}\n`;
}

function otherCurrencies(currency: string, sum: Row): string[] {
  const others = othersOf(currency, sum);
  return others.length === 0 ? [] : [`excluding ${costsText(others, 4)}`];
}

function moneyAmounts(amount: bigint, currency: string, sum: Row): string {
  const budget = moneyText(0n, currency, 0).replace('0', exactUsd(amount));
  const spent = spentIn(currency, sum);
  if (spent === undefined) return `unknown cost of ${budget}`;
  const mark = boundMark(sumBound(sum).bound);
  return `${mark}${moneyText(spent, currency, 4)} of ${budget}${percentText(percentOf(spent, amount))}`;
}

function tokenAmounts(tokens: number, sum: Row): string {
  const used = tokensOf(sum);
  return `${exact(used)} of ${exact(tokens)} tokens${percentText(percentOf(BigInt(used), BigInt(tokens)))}`;
}

/** ` for ci-bot in 2026-02 (UTC)` */
export function aboutText({ per, period, timeZone, filter, of }: Spending): string {
  const { model, consumer, ...others } = filter;
  const names = [model, consumer].flatMap((name) => (name === undefined ? [] : [cleanLine(name)]));
  const words = [
    ...(names.length === 0 ? [] : [names.join(' by ')]),
    ...filterWords(others).map(cleanLine),
    ...(of ? [valueText(of)] : []),
  ];
  const whose = words.length === 0 ? '' : ` for ${words.join(', ')}`;
  if (per === 'total') return `${whose} in total`;
  return `${whose} ${per === 'day' ? 'on' : 'in'} ${period.label} (${timeZone})`;
}

function valueText({ key, value }: { key: string; value: string | null }): string {
  if (value === null) return `rounds without a recorded ${cleanLine(key)}`;
  return value === '' ? `no ${cleanLine(key)}` : cleanLine(value);
}

function percentText(percent: number | null): string {
  return percent === null ? '' : ` (${percent}%)`;
}

/** `check --json`; docs/commands.md describes it. */
export function budgetJson(budget: Budget, spending: Spending): string {
  return `${JSON.stringify({ version: 1, ...budgetDocument(budget, spending) })}\n`;
}

/** The same as an object, without its version. */
export function budgetDocument(budget: Budget, spending: Spending): Record<string, unknown> {
  const { per, period, timeZone, filter, sum, undecided = 0, lostRounds = 0 } = spending;
  const { amount, currency, tokens } = budget;
  const usd = currency === 'USD' ? amount : undefined;
  const spent = spentIn(currency, sum);
  return {
    ok: isKept(budget, spending) && !spending.hasUnknownName,
    per,
    from: isoOf(period.from),
    to: isoOf(period.to),
    timezone: timeZone,
    model: filter.model ?? null,
    consumer: filter.consumer ?? null,
    session: filter.session ?? null,
    agent: filter.agent ?? null,
    channel: filter.channel ?? null,
    where: (filter.where ?? []).map(conditionText),
    budget_usd: usd === undefined ? null : usdOf(usd),
    spent_usd: isUsdKnown(sum) ? usdOf(sum.cost) : null,
    percent_usd: usd === undefined || spent === undefined ? null : percentOf(spent, usd),
    budget_tokens: tokens ?? null,
    spent_tokens: tokensOf(sum),
    percent_tokens: tokens === undefined ? null : percentOf(BigInt(tokensOf(sum)), BigInt(tokens)),
    rounds: sum.rounds,
    unpriced_rounds: sum.unpricedRounds,
    unpriced_models: namesByUse(sum.unpricedModels),
    ...moneyJson({ ...sum, converted: null }),
    budget: amount === undefined ? null : usdOf(amount),
    budget_currency: currency,
    spent: spent === undefined ? null : usdOf(spent),
    percent: amount === undefined || spent === undefined ? null : percentOf(spent, amount),
    ...(undecided > 0 && { undecided_rounds: undecided }),
    ...(lostRounds > 0 && { lost_rounds: lostRounds }),
  };
}

function isoOf(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
