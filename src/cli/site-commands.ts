import { Option, type Command } from 'commander';
import type { RenderOptions } from './commands/render.ts';
import type { Context } from './context.ts';
import { dataDirOption, example, jsonOption, timeZoneOption, wholeNumber } from './options.ts';

/** The commands for the site. */
export function addSiteCommands(program: Command, context: Context): void {
  addRender(program, context);
}

function addRender(program: Command, context: Context): void {
  const command = program
    .command('render')
    .description('write what is new to the site: static pages for a web server or the disk')
    .addOption(dataDirOption())
    .addOption(siteDirOption())
    .addOption(timeZoneOption())
    .option(
      '--refresh <seconds>',
      'how often an open page looks for a newer one; 0 for never',
      wholeNumber(0, 86_400),
      30,
    )
    .option('--full', 'write every page anew')
    .option('--quiet', 'nothing on stdout, for cron')
    .addOption(jsonOption())
    .action(async (options: RenderOptions) => {
      const { render } = await import('./commands/render.ts');
      await render(context, options);
    });
  example(command, 'monitor parse --quiet && monitor render --site-dir /var/www/sessions --quiet');
}

function siteDirOption(): Option {
  return new Option('--site-dir <dir>', 'the site').default('./site');
}
