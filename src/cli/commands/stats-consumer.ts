import type { Context } from '../context.ts';
import { printStats, type StatsOptions } from '../print-stats.ts';

/** Tokens and cost by consumer, of all time where no period is named: who spent it. */
export async function statsConsumer(context: Context, options: StatsOptions): Promise<void> {
  await printStats(context, 'consumer', options);
}
