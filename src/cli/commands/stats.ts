import type { Command } from 'commander';
import type { GroupKey } from '../../query/group-keys.ts';
import type { UsageFilter } from '../../query/grouping.ts';
import { example } from '../command.ts';
import {
  consumerOption,
  daysOption,
  groupByOption,
  jsonOption,
  modelOption,
  reportCurrencyOption,
  sinceOption,
  strictOption,
  timeZoneOption,
  untilOption,
  type PeriodOptions,
  type ReportOptions,
} from '../options/report-options.ts';
import { dataDirOption } from '../options/store-options.ts';

export interface StatsOptions extends ReportOptions, PeriodOptions, UsageFilter {
  /** Keys in addition to the command's own. */
  groupBy?: GroupKey[];
}

/** What stats-model, stats-date and stats-consumer have in common. */
export function addStats(program: Command, name: string, description: string, usage: string): Command {
  const command = program
    .command(name)
    .description(description)
    .addOption(dataDirOption())
    .addOption(groupByOption('Add keys, separated by commas'))
    .addOption(modelOption())
    .addOption(consumerOption())
    .addOption(daysOption())
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .addOption(strictOption())
    .addOption(jsonOption());
  return example(command, `monitor ${name} ${usage}`);
}
