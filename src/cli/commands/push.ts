import { Argument, Option, type Command } from 'commander';
import { DEFAULT_CLICKHOUSE, DEFAULT_DATABASE, DEFAULT_TABLE } from '../../platform/defaults.ts';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { dataDirOption } from '../options/store-options.ts';
import { wholeNumber } from '../options/values.ts';
import type { PushOptions } from './push-action.ts';

export function addPush(program: Command, context: Context): void {
  const command = program
    .command('push')
    .description('Send rounds to a ClickHouse table, for the totals of many gateways')
    .addArgument(new Argument('<engine>', 'Where to send them').choices(['clickhouse']))
    .addOption(dataDirOption())
    .addOption(
      new Option('--url <url>', 'HTTP address of the server, without user and password').default(
        DEFAULT_CLICKHOUSE,
      ),
    )
    .addOption(new Option('--database <name>', 'Database').default(DEFAULT_DATABASE))
    .addOption(new Option('--table <name>', 'Table').default(DEFAULT_TABLE))
    .option('--create', 'Make the table if there is none')
    .option(
      '--print-ddl [version]',
      'Only print the statement that makes the table, for this server or version',
    )
    .option('--with-content', 'Send texts too: messages, answers, tool calls')
    .option('--again', 'Send all rounds again')
    .addOption(
      new Option('--retries <n>', 'How often a request that failed is sent again')
        .argParser(wholeNumber(0, 10))
        .default(4),
    )
    .addOption(
      new Option('--timeout <seconds>', 'How long to wait for an answer')
        .argParser(wholeNumber(1, 3600))
        .default(60),
    )
    .option('--quiet', 'Print nothing on stdout, for cron')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe user and the password are CLICKHOUSE_USER and CLICKHOUSE_PASSWORD in the\nenvironment. Without --with-content only numbers and names leave this machine.',
    )
    .action(async (_engine: 'clickhouse', options: PushOptions) => {
      const { push } = await import('./push-action.ts');
      await push(context, options);
    });
  example(command, 'monitor push clickhouse --url http://clickhouse.example:8123 --create');
}
