import { sessionsFor } from '../../query/fetched.ts';
import { inCurrency } from '../../query/currency.ts';
import { isSameKey, type BuiltInKey } from '../../query/group-keys.ts';
import { groupBy } from '../../query/grouping.ts';
import { filterWords } from '../../query/usage-filter.ts';
import { statsJson } from '../../report/json.ts';
import { periodOf, bucketsOf } from '../../report/period.ts';
import { statsTable } from '../../report/stats.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { filterOf, keysOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { currencyOf, warnOfUnconverted } from '../reporting/report-currency.ts';
import { nothingFound } from '../reporting/nothing-found.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import { screenOf } from '../reporting/screen.ts';
import { readSource } from '../reporting/read-stores.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import type { PeriodOptions, ReportOptions } from '../options/report-options.ts';

export interface StatsOptions extends ReportOptions, PeriodOptions, GivenFilter {
  /** Keys in addition to the command's own. */
  groupBy?: string[];
  health?: true;
}

/** Prints tokens and cost by the command's own key, and by those that --group-by adds. */
export async function printStats(
  context: SpokenContext,
  own: BuiltInKey,
  options: StatsOptions,
): Promise<void> {
  const { texts } = context;
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now, texts.period);
  const snapshot = await readSource(context, options);
  const added = keysOf(options.groupBy ?? [], snapshot.state);
  const keys = [own, ...added.filter((key) => !isSameKey(key, own))];
  const filter = filterOf(context, options, snapshot.state, texts.absent);
  const view = currencyOf(context, snapshot.dirs, options.currency);
  const lostRounds = lostRoundsOf(snapshot.state);
  const withHealth = options.health === true;
  const query = { ...filter, buckets: bucketsOf(period), local, withHealth, gateway: snapshot.gateways[0] };
  const stats = groupBy(
    inCurrency(await sessionsFor(snapshot, { of: 'groups', keys, query }), view),
    keys,
    query,
  );
  const isEmpty = stats.total.rounds === 0;
  const sessions = isEmpty ? await sessionsFor(snapshot, { of: 'names', filter }) : snapshot.sessions;
  const words = filterWords(filter, texts.filters);
  const otherwise = (): string => nothingFound(sessions, local, words, texts.nothing);
  if (options.json) await writeJson(context, statsJson(stats, lostRounds, withHealth));
  else
    await context.write(
      statsTable(stats, { period, filter: words, lostRounds, withHealth }, screenOf(context), otherwise),
    );
  if (isEmpty) warnOfUnknownNames(context, sessions, filter, local, period, texts.absent);
  warnOfUndecided(context, stats.undecided, texts.absent);
  warnOfUnconverted(context, stats.total, snapshot);
  requirePrices(stats.total, options.strict, texts);
}
