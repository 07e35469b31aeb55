import { Option, type Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import {
  timeZoneOption,
  reportCurrencyOption,
  strictOption,
  jsonOption,
  type ReportOptions,
} from '../options/report-options.ts';
import { dataDirOption } from '../options/store-options.ts';
import { wholeNumber, LARGEST_COUNT } from '../options/values.ts';

export interface ShowOptions extends ReportOptions {
  round?: number;
  last?: number;
  messages: boolean;
  full?: true;
  /** With --json: longer texts are cut. */
  maxChars?: number;
}

export function addShow(program: Command, context: Context): void {
  const command = program
    .command('show')
    .description('one session, round by round')
    .argument('<id>', 'its id, or any unique start of it')
    .addOption(dataDirOption())
    .option('--round <n>', 'only this round', wholeNumber(1, LARGEST_COUNT))
    .addOption(
      new Option('--last <n>', 'only the last rounds')
        .argParser(wholeNumber(1, LARGEST_COUNT))
        .conflicts('round'),
    )
    .option('--no-messages', "without the requests' messages")
    .option('--full', 'texts whole, not their first lines')
    .option(
      '--max-chars <n>',
      'with --json: cut each text to so many characters',
      wholeNumber(1, LARGEST_COUNT),
    )
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .addOption(strictOption())
    .addOption(jsonOption())
    .action(async (id: string, options: ShowOptions) => {
      const { show } = await import('./show-action.ts');
      await show(context, id, options);
    });
  example(command, 'monitor show agent:main:discord:channel:1465367993012981988 --last 3');
}
