import { InvalidArgumentError, Option, type Command } from 'commander';
import { ExitCode, MonitorError } from '../platform/errors.ts';
import type { RenderOptions } from './commands/render.ts';
import type { UrlOptions } from './commands/url.ts';
import type { Context } from './context.ts';
import {
  dataDirOption,
  example,
  jsonOption,
  LARGEST_COUNT,
  reportCurrencyOption,
  timeZoneOption,
  wholeNumber,
} from './options.ts';
import { REFRESH_SECONDS, SITE_DIR } from './usual-render.ts';

/** The commands for the site. */
export function addSiteCommands(program: Command, context: Context): void {
  addRender(program, context);
  addUrl(program, context);
}

function addRender(program: Command, context: Context): void {
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
      const { runRender } = await import('./run-render.ts');
      const code = await runRender(options, context);
      // It has reported what went wrong.
      if (code !== ExitCode.ok) throw new MonitorError(code, '');
    });
  example(
    command,
    'monitor parse --quiet || [ $? -eq 75 ] && monitor render --site-dir /var/www/sessions --quiet',
  );
}

function addUrl(program: Command, context: Context): void {
  const command = program
    .command('url')
    .description("the link to a session's page, for chats and agents")
    .argument('<id>', 'its id, or any unique start of it')
    .addOption(dataDirOption())
    .addOption(siteDirOption())
    .addOption(
      new Option('--base-url <url>', 'where the site is served (default: the page on this disk)')
        .env('MONITOR_BASE_URL')
        .argParser(baseUrl),
    )
    .option('--round <n>', 'the link to this round', wholeNumber(1, LARGEST_COUNT))
    .addOption(jsonOption())
    .action(async (id: string, options: UrlOptions) => {
      const { url } = await import('./commands/url.ts');
      await url(context, id, options);
    });
  example(command, 'monitor url agent:main:main --base-url https://sessions.example.org --round 3');
}

/** A URL that ends in a slash. */
function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new InvalidArgumentError(
      'It must be an http or https address, such as https://sessions.example.org/.',
    );
  }
  return url.href.replace(/\/?$/, '/');
}

function siteDirOption(): Option {
  return new Option('--site-dir <dir>', 'the site').default(SITE_DIR);
}
