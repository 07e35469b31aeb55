import type { Command } from 'commander';
import type { Context } from './context.ts';
import {
  consumerOption,
  dataDirOption,
  daysOption,
  example,
  groupByOption,
  jsonOption,
  modelOption,
  sinceOption,
  strictOption,
  timeZoneOption,
  untilOption,
} from './options.ts';
import type { StatsOptions } from './print-stats.ts';

/** The commands that add up what was used: by model, by date, by consumer. */
export function addStatsCommands(program: Command, context: Context): void {
  addStats(program, 'stats-model', 'tokens and cost by model').action(async (options: StatsOptions) => {
    const { statsModel } = await import('./commands/stats-model.ts');
    await statsModel(context, options);
  });
  addStats(program, 'stats-date', 'tokens and cost by day (the last 7, where nothing else is said)').action(
    async (options: StatsOptions) => {
      const { statsDate } = await import('./commands/stats-date.ts');
      await statsDate(context, options);
    },
  );
  addStats(program, 'stats-consumer', 'tokens and cost by consumer: who spent it').action(
    async (options: StatsOptions) => {
      const { statsConsumer } = await import('./commands/stats-consumer.ts');
      await statsConsumer(context, options);
    },
  );
}

const EXAMPLES = {
  'stats-model': '--since 2026-02-01',
  'stats-date': '--days 7 --timezone Asia/Shanghai',
  'stats-consumer': '--days 30 --group-by model',
} as const;

function addStats(program: Command, name: keyof typeof EXAMPLES, description: string): Command {
  const command = program
    .command(name)
    .description(description)
    .addOption(dataDirOption())
    .addOption(groupByOption('further keys, in their order'))
    .addOption(modelOption())
    .addOption(consumerOption())
    .addOption(daysOption())
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(timeZoneOption())
    .addOption(strictOption())
    .addOption(jsonOption());
  return example(command, `monitor ${name} ${EXAMPLES[name]}`);
}
