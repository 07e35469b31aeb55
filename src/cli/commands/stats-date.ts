import type { Context } from '../context.ts';
import { printStats, type StatsOptions } from '../print-stats.ts';

const DEFAULT_DAYS = 7;

/** Tokens and cost by local date, of the last 7 days where no period is named. */
export async function statsDate(context: Context, options: StatsOptions): Promise<void> {
  const { since, until, days } = options;
  const isNamed = since !== undefined || until !== undefined || days !== undefined;
  await printStats(context, 'date', isNamed ? options : { ...options, days: DEFAULT_DAYS });
}
