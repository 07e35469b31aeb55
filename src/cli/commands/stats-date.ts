import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import type { StatsOptions } from './stats-action.ts';
import { addStats } from './stats.ts';

const DEFAULT_DAYS = 7;

export function addStatsDate(program: Command, context: SpokenContext): void {
  addStats(
    program,
    'stats-date',
    'Show tokens and cost by day (default: the last 7 days)',
    '--days 7 --timezone Asia/Shanghai',
  ).action(async (options: StatsOptions) => {
    const { printStats } = await import('./stats-action.ts');
    const { since, until, days } = options;
    const hasPeriod = since !== undefined || until !== undefined || days !== undefined;
    await printStats(context, 'date', hasPeriod ? options : { ...options, days: DEFAULT_DAYS });
  });
}
