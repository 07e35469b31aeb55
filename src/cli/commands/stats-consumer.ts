import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import type { StatsOptions } from './stats-action.ts';
import { addStats } from './stats.ts';

export function addStatsConsumer(program: Command, context: SpokenContext): void {
  addStats(
    program,
    'stats-consumer',
    'Show tokens and cost by consumer',
    '--days 30 --group-by model',
  ).action(async (options: StatsOptions) => {
    const { printStats } = await import('./stats-action.ts');
    await printStats(context, 'consumer', options);
  });
}
