import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import { addPeriodOptions, groupByInsteadOption, jsonOption } from '../options/report-options.ts';
import { addFilterOptions } from '../options/filter-options.ts';
import { addSourceOptions } from '../options/stores-options.ts';
import type { HealthOptions } from './stats-health-action.ts';

export function addStatsHealth(program: Command, context: SpokenContext): void {
  const command = addSourceOptions(
    program.command('stats-health').description('Show failed requests, durations and speed by model'),
  ).addOption(groupByInsteadOption());
  addPeriodOptions(addFilterOptions(command))
    .addOption(jsonOption())
    .action(async (options: HealthOptions) => {
      const { statsHealth } = await import('./stats-health-action.ts');
      await statsHealth(context, options);
    });
  example(command, 'monitor stats-health --days 1 --group-by model,hour');
}
