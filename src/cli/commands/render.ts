import { Option, type Command } from 'commander';
import { ExitCode, MonitorError } from '../../platform/errors.ts';
import type { Context } from '../context.ts';
import { BUDGET_PERIODS } from '../../site/remembered-filter.ts';
import { example } from '../command.ts';
import { amountParser, usdAmount } from '../options/amount.ts';
import { REFRESH_SECONDS } from '../../platform/defaults.ts';
import { timeZoneOption, reportCurrencyOption, jsonOption } from '../options/report-options.ts';
import { addSessionFilterOptions } from '../options/filter-options.ts';
import { siteDirOption } from '../options/store-options.ts';
import { addStoresOptions, type StoresOptions } from '../options/stores-options.ts';
import { storeDirs } from '../reporting/store-dirs.ts';
import { MOST_DAYS, wholeNumber } from '../options/values.ts';
import type { RenderOptions } from './render-output.ts';

function renderDaysOption(): Option {
  return new Option('--days <n>', 'Only sessions of the last n days have pages; lists and sums have all')
    .argParser(wholeNumber(1, MOST_DAYS))
    .conflicts(['since']);
}

export function addRender(program: Command, context: Context): void {
  const command = program.command('render').description('Update the static site');
  addStoresOptions(command).addOption(siteDirOption());
  addSessionFilterOptions(command)
    .option('--all-sessions', 'Show all sessions again, after a filter or a period')
    .addOption(renderDaysOption())
    .option('--since <time>', 'The same since a date or an ISO 8601 time')
    .option('--budget-usd <amount>', 'Show on the overview what is used of this budget, in USD', usdAmount)
    .addOption(
      new Option('--budget <amount>', "The same in the currency of --currency, or the store's").argParser(
        amountParser,
      ),
    )
    .addOption(
      new Option(
        '--per <period>',
        'What the budget is for: a day, week (from Monday) or month, or all time. Default: month',
      ).choices(BUDGET_PERIODS),
    )
    .option('--no-budget', 'Show no budget any more')
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .option(
      '--refresh <seconds>',
      'How often an open page checks for a newer one; 0 for never',
      wholeNumber(0, 86_400),
      REFRESH_SECONDS,
    )
    .option('--full', 'Rewrite every page')
    .option('--replace', 'Show these stores in a site that shows others')
    .option('--allow-other-owner', 'Write into a site directory that belongs to another user')
    .option('--quiet', 'Print nothing on stdout, for cron')
    .addOption(jsonOption())
    .action(async ({ gateway, ...options }: RenderOptions & StoresOptions) => {
      const dataDir = await storeDirs({ dataDir: options.dataDir, ...(gateway && { gateway }) });
      const { runRender } = await import('../run-render.ts');
      const code = await runRender({ ...options, dataDir }, context);
      // It has reported the error.
      if (code !== ExitCode.ok) throw new MonitorError(code, '');
    });
  example(
    command,
    'monitor parse --quiet || [ $? -eq 75 ] && monitor render --site-dir /var/www/sessions --quiet',
  );
}
