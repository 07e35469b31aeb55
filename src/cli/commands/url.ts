import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { baseUrlOption } from '../options/base-url.ts';
import { jsonOption } from '../options/report-options.ts';
import { siteDirOption } from '../options/store-options.ts';
import { addStoresOptions } from '../options/stores-options.ts';
import { wholeNumber, LARGEST_COUNT } from '../options/values.ts';
import type { UrlOptions } from './url-action.ts';

export function addUrl(program: Command, context: Context): void {
  const command = program
    .command('url')
    .description('Print the link to a session')
    .argument('<id>', 'Session id, or any unique prefix of it');
  addStoresOptions(command)
    .addOption(siteDirOption())
    .addOption(baseUrlOption('Where the site is served (default: the page on this disk)'))
    .option('--round <n>', 'Link to this round', wholeNumber(1, LARGEST_COUNT))
    .addOption(jsonOption())
    .action(async (id: string, options: UrlOptions) => {
      const { url } = await import('./url-action.ts');
      await url(context, id, options);
    });
  example(command, 'monitor url agent:main:main --base-url https://sessions.example.org --round 3');
}
