import { Option, type Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { dataDirOption, pricesOption } from '../options/store-options.ts';
import { timeZoneParser } from '../options/values.ts';

export interface ImportOptions {
  dataDir: string;
  timezone?: string;
  prices?: string;
  force?: true;
  dryRun?: true;
  json?: true;
}

export function addImport(program: Command, context: Context): void {
  const command = program
    .command('import')
    .description("take over the Python original's session files, once")
    .argument('<dir>', 'the folder that the original wrote its sessions into')
    .addOption(dataDirOption())
    .addOption(
      new Option('--timezone <zone>', "whose clock the original ran on (default: the system's)").argParser(
        timeZoneParser,
      ),
    )
    .addOption(pricesOption())
    .option(
      '--force',
      'add to sessions that the store already has; rounds already read from a log are skipped',
    )
    .option('--dry-run', 'only say what would be done')
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
