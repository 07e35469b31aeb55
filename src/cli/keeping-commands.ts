import { Option, type Command } from 'commander';
import type { ImportOptions } from './commands/import.ts';
import type { PruneOptions } from './commands/prune.ts';
import type { Context } from './context.ts';
import { ageParser, dataDirOption, example, jsonOption, pricesOption, timeZoneParser } from './options.ts';

/** The commands that say what a store keeps. */
export function addKeepingCommands(program: Command, context: Context): void {
  addImport(program, context);
  addPrune(program, context);
}

function addPrune(program: Command, context: Context): void {
  const command = program
    .command('prune')
    .description('remove old sessions, or only their texts; what they cost stays in every report')
    .addOption(dataDirOption())
    .addOption(
      new Option('--older-than <age>', 'sessions whose last round is older: 90d, 12w or 1y')
        .argParser(ageParser)
        .makeOptionMandatory(),
    )
    .option('--content', 'only their texts: rounds stay, with all their numbers')
    .option('--dry-run', 'only say what would be removed')
    .addOption(jsonOption())
    .action(async (options: PruneOptions) => {
      const { prune } = await import('./commands/prune.ts');
      await prune(context, options);
    });
  example(command, 'monitor prune --older-than 90d --dry-run --data-dir /var/lib/sessions');
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
    .option(
      '--force',
      'add to sessions that the store already has; rounds already read from a log are skipped',
    )
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
