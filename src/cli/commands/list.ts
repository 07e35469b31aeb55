import { Option, type Command } from 'commander';
import type { SortKey } from '../../report/list.ts';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import {
  sinceOption,
  untilOption,
  timeZoneOption,
  reportCurrencyOption,
  jsonOption,
  type ReportOptions,
  type PeriodOptions,
} from '../options/report-options.ts';
import { dataDirOption } from '../options/store-options.ts';
import { wholeNumber, LARGEST_COUNT } from '../options/values.ts';

export interface ListOptions extends ReportOptions, Omit<PeriodOptions, 'days'> {
  sortBy: SortKey;
  limit: number;
  model?: string;
  consumer?: string;
  agent?: string;
  channel?: string;
  rollup?: true;
  search?: string;
  pruned?: true;
}

export function addList(program: Command, context: Context): void {
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
      const { list } = await import('./list-action.ts');
      await list(context, options);
    });
  example(command, 'monitor list --sort-by cost --since 2026-02-01 --model qwen-max');
}
