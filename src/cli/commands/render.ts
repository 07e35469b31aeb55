import type { Command } from 'commander';
import { ExitCode, MonitorError } from '../../platform/errors.ts';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { REFRESH_SECONDS } from '../crontab/usual-render.ts';
import { timeZoneOption, reportCurrencyOption, jsonOption } from '../options/report-options.ts';
import { dataDirOption, siteDirOption } from '../options/store-options.ts';
import { wholeNumber } from '../options/values.ts';

export interface RenderOptions {
  dataDir: string;
  siteDir: string;
  timezone?: string;
  refresh: number;
  full?: true;
  quiet?: true;
  json?: true;
  /** `none`: each cost in its own; undefined: what the store says. */
  currency?: string;
}

export function addRender(program: Command, context: Context): void {
  const command = program
    .command('render')
    .description('write what is new to the site: static pages for a web server or the disk')
    .addOption(dataDirOption())
    .addOption(siteDirOption())
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .option(
      '--refresh <seconds>',
      'how often an open page looks for a newer one; 0 for never',
      wholeNumber(0, 86_400),
      REFRESH_SECONDS,
    )
    .option('--full', 'write every page again')
    .option('--quiet', 'nothing on stdout, for cron')
    .addOption(jsonOption())
    .action(async (options: RenderOptions) => {
      const { runRender } = await import('../run-render.ts');
      const code = await runRender(options, context);
      // It has reported what went wrong.
      if (code !== ExitCode.ok) throw new MonitorError(code, '');
    });
  example(
    command,
    'monitor parse --quiet || [ $? -eq 75 ] && monitor render --site-dir /var/www/sessions --quiet',
  );
}
