import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { RepeatableOption } from '../options/given-once.ts';
import { timeZoneOption } from '../options/report-options.ts';
import { addStoreOptions, siteDirOption } from '../options/store-options.ts';
import { wholeNumber } from '../options/values.ts';
import type { ServeOptions } from './serve-action.ts';

export function addServe(program: Command, context: Context): void {
  const command = addStoreOptions(
    program
      .command('serve')
      .description('Parse, render and serve the site on this machine, until Ctrl-C')
      .option('--port <n>', 'Port', wholeNumber(0, 65_535), 8888)
      .option('--host <address>', 'Address to listen on', '127.0.0.1')
      .addOption(siteDirOption()),
  )
    .addOption(timeZoneOption())
    .option('--refresh-interval <seconds>', 'Time between two looks at the logs', wholeNumber(1, 86_400), 10)
    .option('--no-parse', 'Only render and serve: something else runs parse')
    .option('--password-file <file>', 'Names and bcrypt hashes of who may read the site (htpasswd -B)')
    .addOption(
      new RepeatableOption(
        '--allow-host <name>',
        'A name that a proxy passes on, such as sessions.example.org; can be repeated',
        (name) => name,
      ),
    )
    .action(async (options: ServeOptions) => {
      const { serve } = await import('./serve-action.ts');
      await serve(context, options, command);
    });
  example(command, 'monitor serve --log-path /var/log/higress/access.log --data-dir /var/lib/sessions');
}
