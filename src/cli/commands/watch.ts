import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import { addStoreOptions } from '../options/store-options.ts';
import { wholeNumber } from '../options/values.ts';
import type { WatchOptions } from './watch-action.ts';

export function addWatch(program: Command, context: SpokenContext): void {
  const command = addStoreOptions(
    program.command('watch').description('Parse continuously and show the store, until Ctrl-C'),
  )
    .option('--refresh-interval <seconds>', 'Time between two looks at the logs', wholeNumber(1, 86_400), 1)
    .action(async (options: WatchOptions) => {
      const { watch } = await import('./watch-action.ts');
      await watch(context, options);
    });
  example(command, 'monitor watch --log-path /var/log/higress/access.log --data-dir /var/lib/sessions');
}
