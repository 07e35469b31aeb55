import type { Command } from 'commander';
import { example } from '../command.ts';
import {
  addPeriodOptions,
  groupByOption,
  jsonOption,
  reportCurrencyOption,
  strictOption,
} from '../options/report-options.ts';
import { addFilterOptions } from '../options/filter-options.ts';
import { addSourceOptions } from '../options/stores-options.ts';

/** What stats-model, stats-date and stats-consumer have in common. */
export function addStats(program: Command, name: string, description: string, usage: string): Command {
  const command = addSourceOptions(program.command(name).description(description)).addOption(
    groupByOption('Add keys, separated by commas'),
  );
  addPeriodOptions(addFilterOptions(command))
    .option('--health', 'Add failed requests, durations (p50, p90) and tokens per second')
    .addOption(reportCurrencyOption())
    .addOption(strictOption())
    .addOption(jsonOption());
  return example(command, `monitor ${name} ${usage}`);
}
