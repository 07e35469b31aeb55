import { inCurrency } from '../../query/currency.ts';
import type { GroupKey } from '../../query/group-keys.ts';
import { groupBy, type UsageFilter } from '../../query/grouping.ts';
import { statsJson } from '../../report/json.ts';
import { periodOf, bucketsOf } from '../../report/period.ts';
import { statsTable } from '../../report/stats.ts';
import { readSnapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { writeJson, type Context } from '../context.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { currencyOf, warnOfUnconverted } from '../reporting/report-currency.ts';
import { nothingFound } from '../reporting/nothing-found.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import { screenOf } from '../reporting/screen.ts';
import type { PeriodOptions, ReportOptions } from '../options/report-options.ts';

export interface StatsOptions extends ReportOptions, PeriodOptions, UsageFilter {
  /** Keys in addition to the command's own. */
  groupBy?: GroupKey[];
}

/** Prints tokens and cost by the command's own key, and by those that --group-by adds. */
export async function printStats(context: Context, own: GroupKey, options: StatsOptions): Promise<void> {
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now);
  const keys = [own, ...(options.groupBy ?? []).filter((key) => key !== own)];
  const snapshot = readSnapshot(options.dataDir);
  const sessions = inCurrency(snapshot.sessions, currencyOf(context, options.dataDir, options.currency));
  const lostRounds = lostRoundsOf(snapshot.state);
  const stats = groupBy(sessions, keys, { ...options, buckets: bucketsOf(period), local });
  const filter = filterWords(options);
  const otherwise = (): string => nothingFound(sessions, local, filter);
  if (options.json) await writeJson(context, statsJson(stats, lostRounds));
  else await context.write(statsTable(stats, { period, filter, lostRounds }, screenOf(context), otherwise));
  const { model, consumer } = options;
  if (stats.total.rounds === 0) warnOfUnknownNames(context, sessions, { model, consumer }, local, period);
  warnOfUnconverted(context, stats.total);
  requirePrices(stats.total, options.strict);
}

/** The filter, for headings: `model qwen-max`. */
function filterWords({ model, consumer }: UsageFilter): string[] {
  return [
    ...(model === undefined ? [] : [`model ${model}`]),
    ...(consumer === undefined ? [] : [`consumer ${consumer}`]),
  ];
}
