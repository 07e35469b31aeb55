import { Option, type Command } from 'commander';
import type { GroupKey } from '../../query/group-keys.ts';
import type { UsageFilter } from '../../query/grouping.ts';
import type { FocusVersion } from '../../report/export/focus.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../report/export/formats.ts';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import {
  sinceOption,
  untilOption,
  timeZoneOption,
  reportCurrencyOption,
  strictOption,
  daysOption,
  modelOption,
  consumerOption,
  groupByOrRoundOption,
  type ReportOptions,
  type PeriodOptions,
} from '../options/report-options.ts';
import { dataDirOption } from '../options/store-options.ts';

export interface ExportOptions extends ReportOptions, PeriodOptions, UsageFilter {
  format?: ExportFormat;
  groupBy?: GroupKey[] | 'round';
  withMessages?: true;
  focusVersion: FocusVersion;
  billingAccountId?: string;
  billingAccountName?: string;
  billingAccountType?: string;
  quiet?: true;
}

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
      const { exportFile } = await import('./export-action.ts');
      await exportFile(context, file, options);
    });
  example(command, 'monitor export finops-report.csv --group-by date,model,consumer --days 30');
}
