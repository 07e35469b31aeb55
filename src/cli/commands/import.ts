import { Option, type Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { dataDirOption, storePricesOption } from '../options/store-options.ts';
import { timeZoneParser } from '../options/values.ts';
import type { ImportOptions } from './import-action.ts';

export function addImport(program: Command, context: Context): void {
  const command = program
    .command('import')
    .description('Import the session files of the Python original')
    .argument('<dir>', "The original's folder of session files")
    .addOption(dataDirOption())
    .addOption(
      new Option(
        '--timezone <zone>',
        "Time zone of the clock that the original ran on (default: the system's)",
      ).argParser(timeZoneParser),
    )
    .addOption(storePricesOption())
    .option('--force', 'Add missing rounds to sessions that the store already has')
    .option('--dry-run', 'Only show what would be done')
    .addOption(jsonOption())
    .action(async (from: string, options: ImportOptions) => {
      const { importFrom } = await import('./import-action.ts');
      await importFrom(context, from, options);
    });
  example(
    command,
    'monitor import /opt/agent-session-monitor/sessions --data-dir /var/lib/sessions --dry-run',
  );
}
