import { Command, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { Context } from './context.ts';
import { addCheck, addExport, addPrices, addStatsCommands } from './cost-commands.ts';
import { refuseRepeats } from './given-once.ts';
import { addKeepingCommands } from './keeping-commands.ts';
import { addOperatorCommands } from './operator-commands.ts';
import {
  dataDirOption,
  example,
  jsonOption,
  LARGEST_COUNT,
  reportCurrencyOption,
  sinceOption,
  strictOption,
  timeZoneOption,
  untilOption,
  wholeNumber,
  withStore,
} from './options.ts';
import { addSiteCommands } from './site-commands.ts';
import type { ListOptions } from './commands/list.ts';
import type { ParseOptions } from './commands/parse.ts';
import type { RepairOptions } from './commands/repair.ts';
import type { ShowOptions } from './commands/show.ts';

/**
 * The tree of commands. Each loads its own code when it is called, so that the others cost it nothing.
 * Help that was asked for goes to `writeHelp`; errors go to stderr.
 */
export function buildProgram(context: Context, writeHelp: (text: string) => void): Command {
  const program = new Command('monitor')
    .description('Sessions, tokens and cost of an AI gateway, from its access log')
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError('(--help shows what is possible)')
    .configureOutput({
      writeOut: writeHelp,
      writeErr: context.warn,
      outputError: (text, write) => write(text.replace(/^error: /, 'monitor: ')),
      getOutHelpWidth: () => context.columns,
      getErrHelpWidth: () => context.columns,
    });
  addParse(program, context);
  addShow(program, context);
  addList(program, context);
  addStatsCommands(program, context);
  addPrices(program, context);
  addCheck(program, context);
  addExport(program, context);
  addSiteCommands(program, context);
  addRepair(program, context);
  addKeepingCommands(program, context);
  addOperatorCommands(program, context);
  refuseRepeats(program);
  return example(program, 'monitor list --limit 5');
}

function addParse(program: Command, context: Context): void {
  const command = withStore(
    program
      .command('parse')
      .description('store what is new in the access logs, and exit: for a crontab entry every minute'),
  )
    .option('--quiet', 'nothing on stdout, for cron')
    .addOption(jsonOption())
    .action(async (options: ParseOptions) => {
      const { parse } = await import('./commands/parse.ts');
      await parse(context, options);
    });
  example(
    command,
    '* * * * * /usr/local/bin/monitor parse --log-path /var/log/higress/access.log --output-dir /var/lib/sessions --quiet',
  );
}

function addShow(program: Command, context: Context): void {
  const command = program
    .command('show')
    .description('one session, round by round')
    .argument('<id>', 'its id, or any unique start of it')
    .addOption(dataDirOption())
    .option('--round <n>', 'only this round', wholeNumber(1, LARGEST_COUNT))
    .addOption(
      new Option('--last <n>', 'only the last rounds')
        .argParser(wholeNumber(1, LARGEST_COUNT))
        .conflicts('round'),
    )
    .option('--no-messages', "without the requests' messages")
    .option('--full', 'texts whole, not their first lines')
    .option(
      '--max-chars <n>',
      'with --json: cut each text to so many characters',
      wholeNumber(1, LARGEST_COUNT),
    )
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .addOption(strictOption())
    .addOption(jsonOption())
    .action(async (id: string, options: ShowOptions) => {
      const { show } = await import('./commands/show.ts');
      await show(context, id, options);
    });
  example(command, 'monitor show agent:main:discord:channel:1465367993012981988 --last 3');
}

function addList(program: Command, context: Context): void {
  const command = program
    .command('list')
    .description('the sessions, the latest first')
    .addOption(dataDirOption())
    .addOption(
      new Option('--sort-by <key>', 'what stands first: the latest or the most')
        .choices(['updated', 'created', 'cost', 'tokens', 'rounds'])
        .default('updated'),
    )
    .option('--limit <n>', 'how many; 0 for all', wholeNumber(0, LARGEST_COUNT), 20)
    .option('--model <name>', 'only sessions that used this model')
    .option('--consumer <name>', 'only sessions of this consumer')
    .option('--agent <id>', 'only sessions of this agent, by their OpenClaw keys')
    .option(
      '--channel <name>',
      'only sessions of this channel (main, discord, cron, subagent …), by their keys',
    )
    .option('--rollup', 'count sub-agents, threads and runs with the session that their key names')
    .option('--search <text>', 'only sessions with this text in their title or id')
    .option('--pruned', 'the sessions that were pruned, in place of those that are there')
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(timeZoneOption())
    .addOption(reportCurrencyOption())
    .addOption(jsonOption())
    .action(async (options: ListOptions) => {
      const { list } = await import('./commands/list.ts');
      await list(context, options);
    });
  example(command, 'monitor list --sort-by cost --since 2026-02-01 --model qwen-max');
}

function addRepair(program: Command, context: Context): void {
  const command = program
    .command('repair')
    .description('what is damaged in the store; with --apply, repair it, also from the logs')
    .addOption(dataDirOption())
    .option(
      '--log-path <path|glob...>',
      'where logs are that have moved since they were read: lost rounds are looked for there too',
    )
    .option('--apply', 'repair it; without this, only say what would be done')
    .addOption(jsonOption())
    .action(async (options: RepairOptions) => {
      const { repair } = await import('./commands/repair.ts');
      await repair(context, options);
    });
  example(command, 'monitor repair --apply --data-dir /var/lib/sessions');
}
