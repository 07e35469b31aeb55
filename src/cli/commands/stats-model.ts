import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import type { StatsOptions } from './stats-action.ts';
import { addStats } from './stats.ts';

export function addStatsModel(program: Command, context: SpokenContext): void {
  addStats(program, 'stats-model', 'Show tokens and cost by model', '--since 2026-02-01').action(
    async (options: StatsOptions) => {
      const { printStats } = await import('./stats-action.ts');
      await printStats(context, 'model', options);
    },
  );
}
