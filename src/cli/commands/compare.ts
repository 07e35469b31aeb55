import { Option, type Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import {
  addPeriodOptions,
  jsonOption,
  reportCurrencyOption,
  strictOption,
} from '../options/report-options.ts';
import { addRoundFilterOptions } from '../options/filter-options.ts';
import { addStoresOptions } from '../options/stores-options.ts';
import type { CompareOptions } from './compare-action.ts';

export function addCompare(program: Command, context: SpokenContext): void {
  const command = addStoresOptions(
    program
      .command('compare')
      .description('Compare two sessions, models or periods')
      .argument('<a>', 'A session: its id, or any unique prefix of it')
      .argument('<b>', 'Another one'),
  )
    .option('--model', 'The two are models (whole name, in any case)')
    .addOption(
      new Option('--period', 'The two are periods: a date, or from/to as in 2026-02-01/2026-02-07').conflicts(
        ['model', 'days', 'since', 'until'],
      ),
    );
  addPeriodOptions(addRoundFilterOptions(command))
    .addOption(reportCurrencyOption())
    .addOption(strictOption())
    .addOption(jsonOption())
    .action(async (a: string, b: string, options: CompareOptions) => {
      const { compare } = await import('./compare-action.ts');
      await compare(context, [a, b], options);
    });
  example(command, 'monitor compare --model gpt-4o gpt-4o-mini --days 7');
}
