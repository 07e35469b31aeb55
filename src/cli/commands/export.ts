import { Option, type Command } from 'commander';
import { EXPORT_FORMATS, formatOfName } from '../../report/export/formats.ts';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import {
  addPeriodOptions,
  groupByOrRoundOption,
  reportCurrencyOption,
  strictOption,
} from '../options/report-options.ts';
import { addFilterOptions } from '../options/filter-options.ts';
import { redactKinds } from '../options/store-options.ts';
import { addSourceOptions } from '../options/stores-options.ts';
import type { ExportOptions } from './export-action.ts';

/** What chooses rounds of a store, or what to write of them. */
const NOT_OF_ONE_SESSION = [
  'groupBy',
  'model',
  'consumer',
  'where',
  'session',
  'agent',
  'channel',
  'days',
  'since',
  'until',
  'withMessages',
  'withContent',
  'focusVersion',
  'billingAccountId',
  'billingAccountName',
  'billingAccountType',
];

export function addExport(program: Command, context: Context): void {
  const command = addSourceOptions(
    program
      .command('export')
      .description('Write a file for a spreadsheet or a FinOps tool, or a conversation as a file')
      .argument('<file>', 'File to write or replace; - is stdout; with parquet or otlp, a folder'),
  )
    .addOption(
      new Option('--format <format>', 'Output format (default: from the file extension)').choices(
        EXPORT_FORMATS,
      ),
    )
    .addOption(
      new Option(
        '--conversation <id>',
        'Write this session as md, html, json, or as jsonl in the format of OpenAI chats; any unique prefix of the id',
      ).conflicts(NOT_OF_ONE_SESSION),
    )
    .option(
      '--redact [kinds]',
      'With --conversation: replace secrets, or a list of secrets,email,phone,card,cn-id, with [redacted:<kind>]',
      redactKinds,
    )
    .option(
      '--redact-patterns <file>',
      'With --conversation: replace matches of your own patterns with [redacted:<name>]',
    )
    .addOption(groupByOrRoundOption());
  addPeriodOptions(addFilterOptions(command))
    .addOption(reportCurrencyOption())
    .option('--with-messages', 'With ndjson of rounds: include all texts')
    .option('--with-content', 'With parquet or otlp: include the texts of each round')
    .addOption(
      new Option('--focus-version <version>', 'FOCUS: version').choices(['1.2', '1.3', '1.4']).default('1.3'),
    )
    .option('--billing-account-id <id>', 'FOCUS: id of the billing account')
    .option('--billing-account-name <name>', 'FOCUS: name of the billing account')
    .option('--billing-account-type <type>', 'FOCUS: type of the billing account (default: Billing Account)')
    .option('--quiet', 'Print nothing on stdout after writing the file, for cron')
    .addOption(strictOption())
    .action(async (file: string, options: ExportOptions) => {
      if (options.format === 'otlp') {
        const { exportOtlp } = await import('./export-otlp.ts');
        await exportOtlp(context, file, options);
        return;
      }
      if (options.format === 'parquet') {
        const { exportParquet } = await import('./export-parquet.ts');
        await exportParquet(context, file, options);
        return;
      }
      const id = options.conversation ?? sessionOfHtml(file, options);
      if (id !== undefined) {
        const { exportConversation } = await import('./export-conversation.ts');
        await exportConversation(context, file, id, options);
        return;
      }
      const { exportFile } = await import('./export-action.ts');
      await exportFile(context, file, options);
    });
  example(command, 'monitor export finops-report.csv --group-by date,model,consumer --days 30');
}

/** Only a conversation can be html, so with html --session names one. Of another format it chooses rounds. */
function sessionOfHtml(file: string, options: ExportOptions): string | undefined {
  const isHtml = (options.format ?? formatOfName(file)) === 'html';
  const isOnly = NOT_OF_ONE_SESSION.every((name) => name === 'session' || !isGiven(options, name));
  return isHtml && isOnly ? options.session : undefined;
}

function isGiven(options: object, name: string): boolean {
  return name in options && name !== 'focusVersion';
}
