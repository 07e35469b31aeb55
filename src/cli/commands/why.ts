import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import {
  addPeriodOptions,
  jsonOption,
  reportCurrencyOption,
  strictOption,
} from '../options/report-options.ts';
import { addFilterOptions } from '../options/filter-options.ts';
import { addStoresOptions } from '../options/stores-options.ts';
import type { WhyOptions } from './why-action.ts';

export function addWhy(program: Command, context: SpokenContext): void {
  const command = addStoresOptions(
    program
      .command('why')
      .description('Show what a cost was for: new input, cache, output, reasoning')
      .argument('[id]', 'Only this session, with its cache misses and most expensive rounds'),
  );
  addPeriodOptions(addFilterOptions(command))
    .addOption(reportCurrencyOption())
    .addOption(strictOption())
    .addOption(jsonOption())
    .action(async (id: string | undefined, options: WhyOptions) => {
      const { why } = await import('./why-action.ts');
      await why(context, id, options);
    });
  example(command, 'monitor why agent:main:main');
}
