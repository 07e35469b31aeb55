import { Option, type Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import { timeZoneOption, reportCurrencyOption, strictOption, jsonOption } from '../options/report-options.ts';
import { addSourceOptions } from '../options/stores-options.ts';
import { wholeNumber, LARGEST_COUNT } from '../options/values.ts';
import type { ShowOptions } from './show-action.ts';

export function addShow(program: Command, context: SpokenContext): void {
  const command = addSourceOptions(
    program
      .command('show')
      .description('Show one session, round by round')
      .argument('<id>', 'Session id, or any unique prefix of it'),
  )
    .option('--round <n>', 'Only this round', wholeNumber(1, LARGEST_COUNT))
    .addOption(
      new Option('--last <n>', 'Only the last n rounds')
        .argParser(wholeNumber(1, LARGEST_COUNT))
        .conflicts('round'),
    )
    .addOption(
      new Option(
        '--rounds',
        'A table with one line for each round, and why they cost what they did',
      ).conflicts(['full', 'maxChars']),
    )
    .option('--no-messages', 'Leave out the messages of the requests')
    .option('--full', 'Show whole texts instead of their first lines')
    .option('--max-chars <n>', 'With --json: cut each text to n characters', wholeNumber(1, LARGEST_COUNT))
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
