import { NoAnswer, UsageError } from '../../platform/errors.ts';
import type { Row } from '../../query/aggregate.ts';
import { ALL_BUCKETS, type BucketRange } from '../../query/group-usage.ts';
import { inCurrency, type CurrencyView } from '../../query/currency.ts';
import {
  budgetJson,
  budgetLine,
  cannotTell,
  isKept,
  type Budget,
  type Spending,
} from '../../report/budget.ts';
import { groupBy, type UsageFilter } from '../../query/grouping.ts';
import { currentPeriod, quartersOf, type BudgetPeriod } from '../../report/period.ts';
import { readSnapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import type { Context } from '../context.ts';
import type { ReportOptions } from '../options.ts';
import { localTimeOf } from '../local-time.ts';
import { currencyOf, sayUnconverted } from '../report-currency.ts';
import { sayUnknownNames } from '../name-filter.ts';

export interface CheckOptions extends ReportOptions, UsageFilter {
  /** 10⁻¹⁸ USD. */
  budgetUsd?: bigint;
  /** 10⁻¹⁸ of the report's currency. */
  budget?: bigint;
  budgetTokens?: number;
  per: BudgetPeriod;
  quiet?: true;
}

/**
 * Compares what was spent in the current period with a budget. Throws NoAnswer, without a word, where it is broken, and
 * UsageError where that cannot be told: the filter names what the store doesn't have, or no rate brings a cost into the
 * budget's currency. Such a budget would hold for ever.
 */
export async function check(context: Context, options: CheckOptions): Promise<void> {
  const { budgetUsd, budget: amount, budgetTokens } = options;
  if (budgetUsd === undefined && amount === undefined && budgetTokens === undefined)
    throw new UsageError(
      'check needs a budget: --budget-usd 50, or --budget 300 --currency CNY, or --budget-tokens 1000000.',
    );
  if (budgetUsd !== undefined && amount !== undefined)
    throw new UsageError('give either --budget-usd or --budget, not both.');
  // A budget in USD covers what was charged in other currencies too, as far as rates are known.
  const asked = budgetUsd === undefined ? options.currency : 'USD';
  const view = currencyOf(context, options.dataDir, asked);
  if (amount !== undefined && !view)
    throw new UsageError(
      '--budget needs the currency of the amount: add --currency, such as --currency CNY.',
    );
  const currency = view?.to ?? 'USD';
  const budget: Budget = {
    amount: budgetUsd ?? amount,
    currency,
    tokens: budgetTokens,
    strict: options.strict === true,
  };
  const spending = spendingOf(context, options, view);
  const keeps = isKept(budget, spending) && !spending.hasUnknownName;
  if (options.json) await context.write(budgetJson(budget, spending));
  else if (!keeps || !options.quiet) await context.write(budgetLine(budget, spending));
  // stderr has named them.
  if (spending.hasUnknownName) throw new UsageError('');
  if (cannotTell(budget, spending)) {
    sayUnconverted(context, spending.sum);
    throw new UsageError('');
  }
  if (!keeps) throw new NoAnswer('');
}

function spendingOf(context: Context, options: CheckOptions, view: CurrencyView | undefined): Spending {
  const { model, consumer, dataDir, timezone, per } = options;
  const local = localTimeOf(context, timezone);
  const period = currentPeriod(per, local, context.now);
  const filter = { ...(model !== undefined && { model }), ...(consumer !== undefined && { consumer }) };
  const snapshot = readSnapshot(dataDir);
  const sessions = inCurrency(snapshot.sessions, view);
  const sumOf = (buckets: BucketRange): Row =>
    groupBy(sessions, ['model'], { ...filter, buckets, local }).total;
  const sum = sumOf(quartersOf(period));
  const isKnown = sum.rounds > 0 || Object.keys(filter).length === 0 || sumOf(ALL_BUCKETS).rounds > 0;
  // That there was nothing yet today is no news for cron.
  const said = options.quiet ? undefined : period;
  const unknown = sum.rounds > 0 ? [] : sayUnknownNames(context, sessions, filter, local, said);
  const lostRounds = lostRoundsOf(snapshot.state);
  const hasUnknownName = unknown.length > 0;
  return { per, period, timeZone: local.timeZone, filter, sum, isKnown, hasUnknownName, lostRounds };
}
