import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import {
  daysOption,
  groupByInsteadOption,
  jsonOption,
  sinceOption,
  timeZoneOption,
  untilOption,
} from '../options/report-options.ts';
import { addFilterOptions } from '../options/filter-options.ts';
import { dataDirOption } from '../options/store-options.ts';
import type { HealthOptions } from './stats-health-action.ts';

export function addStatsHealth(program: Command, context: Context): void {
  const command = program
    .command('stats-health')
    .description('Show failed requests, durations and speed by model')
    .addOption(dataDirOption())
    .addOption(groupByInsteadOption());
  addFilterOptions(command)
    .addOption(daysOption())
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(timeZoneOption())
    .addOption(jsonOption())
    .action(async (options: HealthOptions) => {
      const { statsHealth } = await import('./stats-health-action.ts');
      await statsHealth(context, options);
    });
  example(command, 'monitor stats-health --days 1 --group-by model,hour');
}
