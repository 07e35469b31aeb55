import { Option, type Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { amountParser, usdAmount } from '../options/amount.ts';
import { timeZoneOption, reportCurrencyOption, jsonOption } from '../options/report-options.ts';
import { addFilterOptions } from '../options/filter-options.ts';
import { addSourceOptions } from '../options/stores-options.ts';
import { wholeNumber } from '../options/values.ts';
import type { CheckOptions } from './check-action.ts';

/** What says which rounds one budget is about, and how much it is. */
const OF_ONE_BUDGET = [
  'budgetUsd',
  'budget',
  'budgetTokens',
  'per',
  'model',
  'consumer',
  'where',
  'session',
  'agent',
  'channel',
  'currency',
  'strict',
];

export function addCheck(program: Command, context: Context): void {
  const command = addSourceOptions(
    program.command('check').description('Check a budget; exit with code 1 if it is exceeded'),
  )
    .option('--budget-usd <amount>', 'Budget in USD', usdAmount)
    .addOption(
      new Option('--budget <amount>', "Budget in the currency of --currency, or the store's").argParser(
        amountParser,
      ),
    )
    .option('--budget-tokens <n>', 'Budget in tokens, input and output', wholeNumber(0, MOST_TOKENS))
    .addOption(new Option('--budgets <file>', 'Check each budget of a JSON file').conflicts(OF_ONE_BUDGET))
    .addOption(
      new Option('--per <period>', 'Budget period: the current day, week (from Monday) or month, or all time')
        .choices(['day', 'week', 'month', 'total'])
        .default('month'),
    );
  addFilterOptions(command)
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .option('--strict', 'Also exit with code 1 if the price of a round is not known')
    .option('--quiet', 'Print nothing while within budget, for cron')
    .addOption(jsonOption())
    .action(async (options: CheckOptions) => {
      const { budgets } = options;
      if (budgets !== undefined) {
        const { checkBudgets } = await import('../budgets/check-budgets.ts');
        await checkBudgets(context, { ...options, budgets });
        return;
      }
      const { check } = await import('./check-action.ts');
      await check(context, options);
    });
  example(command, 'monitor check --budget-usd 50 --per day --consumer ci-bot || notify');
}

const MOST_TOKENS = 999_999_999_999;
