import { Option, type Command } from 'commander';
import type { ImportOptions } from './commands/import.ts';
import type { Context } from './context.ts';
import { dataDirOption, example, jsonOption, pricesOption, timeZoneParser } from './options.ts';

/** The commands that say what a store keeps. */
export function addKeepingCommands(program: Command, context: Context): void {
  addImport(program, context);
}

function addImport(program: Command, context: Context): void {
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
    .option('--force', 'take sessions too that the store has already: what was parsed is counted twice then')
    .option('--dry-run', 'only say what would be done')
    .addOption(jsonOption())
    .action(async (from: string, options: ImportOptions) => {
      const { importFrom } = await import('./commands/import.ts');
      await importFrom(context, from, options);
    });
  example(
    command,
    'monitor import /opt/agent-session-monitor/sessions --data-dir /var/lib/sessions --dry-run',
  );
}
