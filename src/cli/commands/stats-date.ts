import { statsJson } from '../../report/json.ts';
import { periodOf } from '../../report/period.ts';
import { dateTable, statsByDate } from '../../report/stats.ts';
import { readSnapshot } from '../../store/read.ts';
import type { Context } from '../context.ts';
import type { PeriodOptions, ReportOptions } from '../options.ts';
import { localTimeOf, nothingFound, requirePrices, screenOf } from '../report-context.ts';

const DEFAULT_DAYS = 7;

/** Tokens and cost by local date, of the last 7 days where no period is named. */
export async function statsDate(context: Context, options: ReportOptions & PeriodOptions): Promise<void> {
  const local = localTimeOf(context, options.timezone);
  const { since, until } = options;
  const words = since === undefined && until === undefined ? { days: options.days ?? DEFAULT_DAYS } : options;
  const period = periodOf(words, local, context.now);
  const { sessions } = readSnapshot(options.dataDir);
  const stats = statsByDate(sessions.values(), period, local);
  await context.write(
    options.json
      ? statsJson(stats, 'date')
      : dateTable(stats, period, screenOf(context), nothingFound(sessions, local)),
  );
  requirePrices(stats.total, options.strict);
}
