import { statsJson } from '../../report/json.ts';
import { periodOf } from '../../report/period.ts';
import { modelTable, statsByModel } from '../../report/stats.ts';
import { readSnapshot } from '../../store/read.ts';
import type { Context } from '../context.ts';
import type { PeriodOptions, ReportOptions } from '../options.ts';
import { localTimeOf, nothingFound, requirePrices, screenOf } from '../report-context.ts';

/** Tokens and cost by model, of all time where no period is named. */
export async function statsModel(context: Context, options: ReportOptions & PeriodOptions): Promise<void> {
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now);
  const { sessions } = readSnapshot(options.dataDir);
  const stats = statsByModel(sessions.values(), period);
  await context.write(
    options.json
      ? statsJson(stats, 'model')
      : modelTable(stats, period, screenOf(context), nothingFound(sessions, local)),
  );
  requirePrices(stats.total, options.strict);
}
