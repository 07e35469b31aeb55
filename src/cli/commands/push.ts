import { Argument, Option, type Command } from 'commander';
import {
  DEFAULT_CLICKHOUSE,
  DEFAULT_COLLECTOR,
  DEFAULT_DATABASE,
  DEFAULT_TABLE,
} from '../../platform/defaults.ts';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { dataDirOption } from '../options/store-options.ts';
import { wholeNumber } from '../options/values.ts';
import { PROTOCOLS, type PushOptions } from './push-options.ts';

export function addPush(program: Command, context: Context): void {
  const command = program
    .command('push')
    .description('Send rounds to a ClickHouse table, or as OpenTelemetry traces to a collector')
    .addArgument(new Argument('<engine>', 'Where to send them').choices(['clickhouse', 'otlp']))
    .addOption(dataDirOption())
    .addOption(
      new Option(
        '--url <url>',
        `HTTP address of the server, without user and password (default: ${DEFAULT_CLICKHOUSE}, or ${DEFAULT_COLLECTOR} for otlp)`,
      ),
    )
    .addOption(new Option('--database <name>', `clickhouse: database (default: ${DEFAULT_DATABASE})`))
    .addOption(new Option('--table <name>', `clickhouse: table (default: ${DEFAULT_TABLE})`))
    .option('--create', 'clickhouse: make the table if there is none')
    .option(
      '--print-ddl [version]',
      'clickhouse: only print the statement that makes the table, for this server or version',
    )
    .addOption(
      new Option('--protocol <name>', `otlp: how to send (default: ${PROTOCOLS[0]})`).choices(PROTOCOLS),
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
      '\nUser and password of ClickHouse are CLICKHOUSE_USER and CLICKHOUSE_PASSWORD in the\nenvironment; keys for a collector are OTEL_EXPORTER_OTLP_HEADERS. Without\n--with-content only numbers and names leave this machine.',
    )
    .action(async (engine: 'clickhouse' | 'otlp', options: PushOptions) => {
      if (engine === 'otlp') {
        const { pushOtlp } = await import('./push-otlp.ts');
        await pushOtlp(context, options);
        return;
      }
      const { pushClickhouse } = await import('./push-clickhouse.ts');
      await pushClickhouse(context, options);
    });
  example(command, 'monitor push clickhouse --url http://clickhouse.example:8123 --create');
}
