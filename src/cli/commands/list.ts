import { Option, type Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import { addPeriodOptions, jsonOption, reportCurrencyOption } from '../options/report-options.ts';
import { addSessionFilterOptions } from '../options/filter-options.ts';
import { addOutcomeOptions } from '../options/outcome-options.ts';
import { addSourceOptions } from '../options/stores-options.ts';
import { wholeNumber, LARGEST_COUNT } from '../options/values.ts';
import type { ListOptions } from './list-action.ts';

export function addList(program: Command, context: SpokenContext): void {
  const command = addSourceOptions(program.command('list').description('List sessions, most recent first'))
    .addOption(
      new Option('--sort-by <key>', 'Sort key; the latest or largest comes first')
        .choices(['updated', 'created', 'cost', 'tokens', 'rounds'])
        .default('updated'),
    )
    .option('--limit <n>', 'Number of sessions; 0 for all', wholeNumber(0, LARGEST_COUNT), 20);
  addPeriodOptions(
    addOutcomeOptions(addSessionFilterOptions(command))
      .option('--rollup', 'Count sub-agents, threads and runs as part of their parent session')
      .option('--search <text>', 'Only sessions with this text in their title or id')
      .option('--pruned', 'List pruned sessions instead'),
  )
    .addOption(reportCurrencyOption())
    .addOption(jsonOption())
    .action(async (options: ListOptions) => {
      const { list } = await import('./list-action.ts');
      await list(context, options);
    });
  example(command, 'monitor list --sort-by cost --since 2026-02-01 --model qwen-max');
}
