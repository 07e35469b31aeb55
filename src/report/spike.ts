import { exactUsd, moneyText, usdOf } from '../pricing/money.ts';
import type { Row } from '../query/aggregate.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { sumBound } from '../query/costs.ts';
import { othersOf, spentIn } from '../query/spent.ts';
import { aboutText, type Budget, type BudgetState, type Spending } from './budget.ts';
import { unpricedText } from './numbers.ts';

/** The days that today is compared with. */
export const SPIKE_DAYS = 7;

/** A day that cost much more than the days before. */
export interface Spike {
  /** So many times their average is too much. */
  factor: number;
  today: Spending;
  /** What the 7 days before used together. */
  before: Row;
}

/** The budget's amount is what a day has to exceed to be of interest at all. */
export function spikeState(budget: Budget, { factor, today, before }: Spike): BudgetState {
  const { currency, amount = 0n, strict } = budget;
  if (today.hasUnknownName) return 'unchecked';
  const [spent = 0n, spentBefore = 0n] = [spentIn(currency, today.sum), spentIn(currency, before)];
  const thousandths = BigInt(Math.round(factor * 1000));
  const isMore = spent * BigInt(SPIKE_DAYS) * 1000n > spentBefore * thousandths;
  const hasOthers = othersOf(currency, today.sum).length > 0 || othersOf(currency, before).length > 0;
  if (hasOthers) return 'unchecked';
  if (spent > amount && isMore) return 'over';
  return strict && today.sum.unpricedRounds > 0 ? 'unknown-cost' : 'within';
}

const WORDS: Readonly<Record<BudgetState, string>> = {
  over: 'spike',
  'unknown-cost': 'cost unknown',
  unchecked: 'not checked',
  near: 'no spike',
  within: 'no spike',
};

/** `spike: $12.4000 for ann on 2026-02-06 (UTC), 4.1 times the daily average of the 7 days before ($3.0000)` */
export function spikeLine(budget: Budget, spike: Spike): string {
  const { today, before } = spike;
  const { currency } = budget;
  const [spent = 0n, spentBefore = 0n] = [spentIn(currency, today.sum), spentIn(currency, before)];
  const average = spentBefore / BigInt(SPIKE_DAYS);
  const mark = boundMark(sumBound(today.sum).bound);
  const times =
    spentBefore === 0n
      ? `nothing in the ${SPIKE_DAYS} days before`
      : `${timesText(spent, spentBefore)} times the daily average of the ${SPIKE_DAYS} days before (${moneyText(average, currency, 4)})`;
  const unpriced = unpricedText(today.sum);
  const state = WORDS[spikeState(budget, spike)];
  return `${state}: ${mark}${moneyText(spent, currency, 4)}${aboutText(today)}, ${times}${unpriced === null ? '' : `; excluding ${unpriced}`}\n`;
}

/** To one decimal, rounded down. */
function timesText(spent: bigint, before: bigint): string {
  return String(Number((spent * BigInt(SPIKE_DAYS) * 10n) / before) / 10);
}

export function spikeDocument(budget: Budget, spike: Spike): Record<string, unknown> {
  const { today, before, factor } = spike;
  const { currency, amount } = budget;
  const [spent, spentBefore] = [spentIn(currency, today.sum), spentIn(currency, before)];
  return {
    ok: spikeState(budget, spike) === 'within',
    per: today.per,
    from: new Date(today.period.from).toISOString(),
    to: new Date(today.period.to).toISOString(),
    timezone: today.timeZone,
    spike: factor,
    budget: amount === undefined ? null : usdOf(amount),
    budget_currency: currency,
    spent: spent === undefined ? null : usdOf(spent),
    average_before: spentBefore === undefined ? null : Number(exactUsd(spentBefore / BigInt(SPIKE_DAYS))),
    rounds: today.sum.rounds,
    unpriced_rounds: today.sum.unpricedRounds,
  };
}
