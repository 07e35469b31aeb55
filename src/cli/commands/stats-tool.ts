import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import { addPeriodOptions, jsonOption } from '../options/report-options.ts';
import { addFilterOptions } from '../options/filter-options.ts';
import { addStoresOptions } from '../options/stores-options.ts';
import { LARGEST_COUNT, wholeNumber } from '../options/values.ts';
import type { ToolOptions } from './stats-tool-action.ts';

export function addStatsTool(program: Command, context: SpokenContext): void {
  const command = addStoresOptions(
    program
      .command('stats-tool')
      .description('Show calls, failures and bytes of results by tool')
      .argument('[name]', 'Instead, list the failed calls of this tool, latest first'),
  ).option(
    '--limit <n>',
    'With a name: number of failed calls; 0 for all',
    wholeNumber(0, LARGEST_COUNT),
    20,
  );
  addPeriodOptions(addFilterOptions(command))
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: ToolOptions) => {
      const { statsTool } = await import('./stats-tool-action.ts');
      await statsTool(context, name, options);
    });
  example(command, 'monitor stats-tool bash --days 7');
}
