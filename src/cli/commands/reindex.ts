import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { dataDirOption } from '../options/store-options.ts';
import type { ReindexOptions } from './reindex-action.ts';

export function addReindex(program: Command, context: Context): void {
  const command = program
    .command('reindex')
    .description('Count all stored rounds again, also by dimensions that were added later')
    .addOption(dataDirOption())
    .option('--dimension <name...>', 'Add a dimension: an attribute of ai_log or an access-log field')
    .option('--without <name...>', 'Remove a dimension; rounds keep the attribute')
    .addOption(jsonOption())
    .action(async (options: ReindexOptions) => {
      const { reindex } = await import('./reindex-action.ts');
      await reindex(context, options);
    });
  example(command, 'monitor reindex --dimension department --data-dir /var/lib/sessions');
}
