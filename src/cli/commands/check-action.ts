import { NoAnswer, UsageError } from '../../platform/errors.ts';
import { ALL_BUCKETS, type BucketRange } from '../../query/group-usage.ts';
import { sessionsFor, type ReadSnapshot } from '../../query/fetched.ts';
import { inCurrency, type CurrencyView } from '../../query/currency.ts';
import {
  budgetJson,
  budgetLine,
  cannotTell,
  isKept,
  type Budget,
  type Spending,
} from '../../report/budget.ts';
import { groupBy, type Stats } from '../../query/grouping.ts';
import { filterWords } from '../../query/usage-filter.ts';
import { currentPeriod, bucketsOf, type BudgetPeriod } from '../../report/period.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { writeJson, type Context } from '../context.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { filterOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { currencyOf, warnOfUnconverted } from '../reporting/report-currency.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { readSource } from '../reporting/read-stores.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import type { ReportOptions } from '../options/report-options.ts';

export interface CheckOptions extends ReportOptions, GivenFilter {
  /** 10⁻¹⁸ USD. */
  budgetUsd?: bigint;
  /** 10⁻¹⁸ of the report's currency. */
  budget?: bigint;
  budgetTokens?: number;
  per: BudgetPeriod;
  quiet?: true;
}

/**
 * Compares the spending of the current period with a budget. Throws NoAnswer, without a message, if it is exceeded, and
 * UsageError if that cannot be known: the filter names something that is not in the store, or a cost has no rate into
 * the budget's currency. Such a budget would never be exceeded.
 */
export async function check(context: Context, options: CheckOptions): Promise<void> {
  const { budgetUsd, budget: amount, budgetTokens } = options;
  if (budgetUsd === undefined && amount === undefined && budgetTokens === undefined)
    throw new UsageError(
      'check needs a budget: --budget-usd 50, --budget 300 --currency CNY, or --budget-tokens 1000000',
    );
  if (budgetUsd !== undefined && amount !== undefined)
    throw new UsageError('--budget-usd and --budget cannot be used together');
  // A budget in USD also covers costs in other currencies, if there are rates for them.
  const asked = budgetUsd === undefined ? options.currency : 'USD';
  const snapshot = await readSource(context, options);
  const view = currencyOf(context, snapshot.dirs, asked);
  if (amount !== undefined && !view)
    throw new UsageError('--budget needs a currency: add one, such as --currency CNY');
  const currency = view?.to ?? 'USD';
  const budget: Budget = {
    amount: budgetUsd ?? amount,
    currency,
    tokens: budgetTokens,
    strict: options.strict === true,
  };
  const spending = await spendingOf(context, snapshot, options, view);
  const keeps = isKept(budget, spending) && !spending.hasUnknownName;
  if (options.json) await writeJson(context, budgetJson(budget, spending));
  else if (!keeps || !options.quiet) await context.write(budgetLine(budget, spending));
  // stderr has already named them.
  if (spending.hasUnknownName) throw new UsageError('');
  if (cannotTell(budget, spending)) {
    warnOfUnconverted(context, spending.sum, snapshot);
    throw new UsageError('');
  }
  if (!keeps) throw new NoAnswer('');
}

const KEYS = ['model'] as const;

async function spendingOf(
  context: Context,
  snapshot: ReadSnapshot,
  options: CheckOptions,
  view: CurrencyView | undefined,
): Promise<Spending> {
  const { timezone, per } = options;
  const local = localTimeOf(context, timezone);
  const period = currentPeriod(per, local, context.now);
  const filter = filterOf(context, options, snapshot.state);
  const statsOf = async (buckets: BucketRange): Promise<Stats> => {
    const query = { ...filter, buckets, local };
    const sessions = await sessionsFor(snapshot, { of: 'groups', keys: KEYS, query });
    return groupBy(inCurrency(sessions, view), KEYS, query);
  };
  const { total: sum, undecided } = await statsOf(bucketsOf(period));
  const isKnown =
    sum.rounds > 0 || filterWords(filter).length === 0 || (await statsOf(ALL_BUCKETS)).total.rounds > 0;
  // Cron does not need to hear that there was nothing yet today.
  const reported = options.quiet ? undefined : period;
  const unknown =
    sum.rounds > 0
      ? []
      : warnOfUnknownNames(
          context,
          await sessionsFor(snapshot, { of: 'names', filter }),
          filter,
          local,
          reported,
        );
  warnOfUndecided(context, undecided);
  const lostRounds = lostRoundsOf(snapshot.state);
  const hasUnknownName = unknown.length > 0;
  const { timeZone } = local;
  return { per, period, timeZone, filter, sum, isKnown, hasUnknownName, undecided, lostRounds };
}
