import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { dataDirOption } from '../options/store-options.ts';
import type { RepairOptions } from './repair-action.ts';

export function addRepair(program: Command, context: Context): void {
  const command = program
    .command('repair')
    .description('Find damage in the store; with --apply, repair it')
    .addOption(dataDirOption())
    .option('--log-path <path|glob...>', 'Where to find logs that have moved since they were read')
    .option('--state-file <path>', 'The state file, if it is outside the store and must be made anew')
    .option('--apply', 'Repair the store; without this, nothing is changed')
    .addOption(jsonOption())
    .action(async (options: RepairOptions) => {
      const { repair } = await import('./repair-action.ts');
      await repair(context, options);
    });
  example(command, 'monitor repair --apply --data-dir /var/lib/sessions');
}
