import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { jobsOption } from '../options/jobs-option.ts';
import { addStoreOptions } from '../options/store-options.ts';
import type { ParseOptions } from './parse-action.ts';

export function addParse(program: Command, context: SpokenContext): void {
  const command = addStoreOptions(
    program.command('parse').description('Store new rounds from the access logs and exit'),
  )
    .addOption(jobsOption())
    .option('--quiet', 'Print nothing on stdout, for cron')
    .addOption(jsonOption())
    .action(async (options: ParseOptions) => {
      const { parse } = await import('./parse-action.ts');
      await parse(context, options);
    });
  example(
    command,
    '* * * * * /usr/local/bin/monitor parse --log-path /var/log/higress/access.log --output-dir /var/lib/sessions --quiet',
  );
}
