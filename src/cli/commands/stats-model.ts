import type { Context } from '../context.ts';
import { printStats, type StatsOptions } from '../print-stats.ts';

/** Tokens and cost by model, of all time where no period is named. */
export async function statsModel(context: Context, options: StatsOptions): Promise<void> {
  await printStats(context, 'model', options);
}
