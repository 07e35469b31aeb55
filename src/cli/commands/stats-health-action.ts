import { sessionsFor } from '../../query/fetched.ts';
import { groupBy } from '../../query/grouping.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import { filterWords } from '../../query/usage-filter.ts';
import { healthTable } from '../../report/health.ts';
import { healthStatsJson } from '../../report/json.ts';
import { bucketsOf, periodOf } from '../../report/period.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import type { PeriodOptions, ReportOptions } from '../options/report-options.ts';
import { filterOf, keysOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { nothingFound } from '../reporting/nothing-found.ts';
import { screenOf } from '../reporting/screen.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { readSource } from '../reporting/read-stores.ts';

export interface HealthOptions
  extends Pick<ReportOptions, 'dataDir' | 'gateway' | 'json' | 'timezone'>, PeriodOptions, GivenFilter {
  groupBy?: string[];
}

/** Prints how requests were answered: by model, or by other keys. */
export async function statsHealth(context: SpokenContext, options: HealthOptions): Promise<void> {
  const { texts } = context;
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now, texts.period);
  const snapshot = await readSource(context, options);
  const { state, gateways } = snapshot;
  const keys = keysOf(options.groupBy ?? ['model'], state);
  const filter = filterOf(context, options, state, texts.absent);
  const lostRounds = lostRoundsOf(state);
  const query = {
    ...filter,
    buckets: bucketsOf(period),
    local,
    withHealth: true,
    order: 'rounds',
    gateway: gateways[0],
  } as const;
  const stats = groupBy(await sessionsFor(snapshot, { of: 'groups', keys, query }), keys, query);
  const isEmpty = stats.total.rounds === 0;
  const sessions = isEmpty ? await sessionsFor(snapshot, { of: 'names', filter }) : snapshot.sessions;
  const words = filterWords(filter, texts.filters);
  const otherwise = (): string => nothingFound(sessions, local, words, texts.nothing);
  if (options.json) await writeJson(context, healthStatsJson(stats, lostRounds));
  else
    await context.write(
      healthTable(stats, { period, filter: words, lostRounds }, screenOf(context), otherwise),
    );
  if (isEmpty) warnOfUnknownNames(context, sessions, filter, local, period, texts.absent);
  warnOfUndecided(context, stats.undecided, texts.absent);
}
