import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import type { StatsOptions } from './stats-action.ts';
import { addStats } from './stats.ts';

export function addStatsGateway(program: Command, context: SpokenContext): void {
  addStats(
    program,
    'stats-gateway',
    'Show tokens and cost by gateway',
    "--data-dir '/srv/gateways/*' --group-by model",
  ).action(async (options: StatsOptions) => {
    const { printStats } = await import('./stats-action.ts');
    await printStats(context, 'gateway', options);
  });
}
