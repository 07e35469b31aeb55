import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { withStore, type StoreOptions } from '../options/store-options.ts';
import { wholeNumber } from '../options/values.ts';

export interface WatchOptions extends StoreOptions {
  /** Seconds. */
  refreshInterval: number;
}

export function addWatch(program: Command, context: Context): void {
  const command = withStore(
    program
      .command('watch')
      .description('parse again and again, and show the store as it is; Ctrl-C ends it'),
  )
    .option('--refresh-interval <seconds>', 'between two looks at the logs', wholeNumber(1, 86_400), 1)
    .action(async (options: WatchOptions) => {
      const { watch } = await import('./watch-action.ts');
      await watch(context, options);
    });
  example(command, 'monitor watch --log-path /var/log/higress/access.log --data-dir /var/lib/sessions');
}
