import { Option, type Command } from 'commander';
import { EXPORT_FORMATS } from '../report/export/formats.ts';
import type { CheckOptions } from './commands/check.ts';
import type { ExportOptions } from './commands/export.ts';
import type { PricesOptions } from './commands/prices.ts';
import type { Context } from './context.ts';
import {
  amountParser,
  consumerOption,
  dataDirOption,
  daysOption,
  example,
  groupByOption,
  groupByOrRoundOption,
  jsonOption,
  modelOption,
  priceListOption,
  pricesOption,
  reportCurrencyOption,
  sinceOption,
  strictOption,
  timeZoneOption,
  untilOption,
  usdAmount,
  wholeNumber,
} from './options.ts';
import type { StatsOptions } from './print-stats.ts';

/** The commands that add up what was used: by model, by date, by consumer. */
export function addStatsCommands(program: Command, context: Context): void {
  addStats(program, 'stats-model', 'tokens and cost by model').action(async (options: StatsOptions) => {
    const { statsModel } = await import('./commands/stats-model.ts');
    await statsModel(context, options);
  });
  addStats(program, 'stats-date', 'tokens and cost by day (the last 7, where nothing else is said)').action(
    async (options: StatsOptions) => {
      const { statsDate } = await import('./commands/stats-date.ts');
      await statsDate(context, options);
    },
  );
  addStats(program, 'stats-consumer', 'tokens and cost by consumer: who spent it').action(
    async (options: StatsOptions) => {
      const { statsConsumer } = await import('./commands/stats-consumer.ts');
      await statsConsumer(context, options);
    },
  );
}

const EXAMPLES = {
  'stats-model': '--since 2026-02-01',
  'stats-date': '--days 7 --timezone Asia/Shanghai',
  'stats-consumer': '--days 30 --group-by model',
} as const;

function addStats(program: Command, name: keyof typeof EXAMPLES, description: string): Command {
  const command = program
    .command(name)
    .description(description)
    .addOption(dataDirOption())
    .addOption(groupByOption('further keys, in their order'))
    .addOption(modelOption())
    .addOption(consumerOption())
    .addOption(daysOption())
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .addOption(strictOption())
    .addOption(jsonOption());
  return example(command, `monitor ${name} ${EXAMPLES[name]}`);
}

/** The command that writes a file for others. */
export function addExport(program: Command, context: Context): void {
  const command = program
    .command('export')
    .description('a file for a spreadsheet, a FinOps tool, a chat: by its ending, or --format')
    .argument('<file>', 'the file, replaced as a whole; - is stdout')
    .addOption(dataDirOption())
    .addOption(
      new Option('--format <format>', "what it is written as (default: the file's ending)").choices(
        EXPORT_FORMATS,
      ),
    )
    .addOption(groupByOrRoundOption())
    .addOption(modelOption())
    .addOption(consumerOption())
    .addOption(daysOption())
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .option('--with-messages', 'ndjson of rounds: with all that was said')
    .addOption(
      new Option('--focus-version <version>', 'of FOCUS').choices(['1.2', '1.3', '1.4']).default('1.3'),
    )
    .option('--billing-account-id <id>', "focus: who is billed; the log doesn't say it")
    .option('--billing-account-name <name>', 'focus: its name')
    .option('--billing-account-type <type>', 'focus: what it is (default: Billing Account)')
    .option('--quiet', 'nothing on stdout behind the file, for cron')
    .addOption(strictOption())
    .action(async (file: string, options: ExportOptions) => {
      const { exportFile } = await import('./commands/export.ts');
      await exportFile(context, file, options);
    });
  example(command, 'monitor export finops-report.csv --group-by date,model,consumer --days 30');
}

/** The command that a crontab or an alert asks: is it still within the budget? */
export function addCheck(program: Command, context: Context): void {
  const command = program
    .command('check')
    .description('whether a budget holds: exit code 0 or 1, and one line for an alert')
    .addOption(dataDirOption())
    .option('--budget-usd <amount>', 'what may be spent, in USD', usdAmount)
    .addOption(
      new Option('--budget <amount>', 'what may be spent, in the currency of --currency').argParser(
        amountParser,
      ),
    )
    .option('--budget-tokens <n>', 'how many tokens may be used', wholeNumber(0, MOST_TOKENS))
    .addOption(
      new Option('--per <period>', 'the current day, week (from Monday) or month, or all time')
        .choices(['day', 'week', 'month', 'total'])
        .default('month'),
    )
    .addOption(modelOption())
    .addOption(consumerOption())
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .option('--strict', 'exit code 1 also where the price of a round is not known')
    .option('--quiet', 'nothing on stdout while the budget holds, for cron')
    .addOption(jsonOption())
    .action(async (options: CheckOptions) => {
      const { check } = await import('./commands/check.ts');
      await check(context, options);
    });
  example(command, 'monitor check --budget-usd 50 --per day --consumer ci-bot || notify');
}

const MOST_TOKENS = 999_999_999_999;

/** What the rounds are priced by. */
export function addPrices(program: Command, context: Context): void {
  const command = program
    .command('prices')
    .description('what has no price, and the price book; or how one name is resolved, step by step')
    .argument('[model]', 'a model’s name, as the log has it')
    .addOption(dataDirOption())
    .addOption(pricesOption())
    .addOption(priceListOption())
    .option('--refresh', 'look up the price of stored rounds again')
    .option('--dry-run', 'with --refresh: only say what would change')
    .addOption(new Option('--since <time>', 'with --refresh: only rounds since this date or ISO 8601 time'))
    .addOption(new Option('--until <time>', 'with --refresh: only rounds before this; a date is included'))
    .addOption(timeZoneOption())
    .option('--yes', 'with --refresh: also change rounds that already have a price, without asking')
    .addOption(jsonOption())
    .action(async (model: string | undefined, options: PricesOptions) => {
      const { prices } = await import('./commands/prices.ts');
      await prices(context, model, options);
    });
  example(command, 'monitor prices --refresh --dry-run --since 2026-02-01 --data-dir /var/lib/sessions');
}
