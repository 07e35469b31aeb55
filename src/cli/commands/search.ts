import { InvalidArgumentError, Option, type Command } from 'commander';
import { ROLES, type Role } from '../../query/search/roles.ts';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import { baseUrlOption } from '../options/base-url.ts';
import { addFilterOptions } from '../options/filter-options.ts';
import { addPeriodOptions, jsonOption } from '../options/report-options.ts';
import { addStoresOptions } from '../options/stores-options.ts';
import { LARGEST_COUNT, wholeNumber } from '../options/values.ts';
import type { SearchOptions } from './search-options.ts';

export function addSearch(program: Command, context: SpokenContext): void {
  const command = addStoresOptions(
    program
      .command('search')
      .description('Search what was said: messages, answers, reasoning, tool calls and their results')
      .argument('<text>', 'Text to search for, in any case'),
  )
    .option('--regex', 'The text is a regular expression of RE2')
    .addOption(
      new Option(
        '--role <roles>',
        `Only what these said: ${ROLES.join(', ')}, separated by commas`,
      ).argParser(parseRoles),
    )
    .option('--tool <name>', 'Only calls and results of this tool (whole name, in any case)')
    .option('--limit <n>', 'Stop after this many hits; 0 for all', wholeNumber(0, LARGEST_COUNT), 100);
  addPeriodOptions(addFilterOptions(command))
    .addOption(baseUrlOption('Where the site is served, for links to the rounds'))
    .addOption(jsonOption())
    .action(async (text: string, options: SearchOptions) => {
      const { search } = await import('./search-action.ts');
      await search(context, text, options);
    });
  example(command, 'monitor search kubectl --role assistant --days 7');
}

function parseRoles(text: string): Role[] {
  const given = new Set(text.split(',').map((role) => role.trim().toLowerCase()));
  const known = ROLES.filter((role) => given.delete(role));
  if (given.size > 0 || known.length === 0)
    throw new InvalidArgumentError(`It must be a comma-separated list of ${ROLES.join(', ')}.`);
  return known;
}
