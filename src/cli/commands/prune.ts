import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { dataDirOption } from '../options/store-options.ts';
import { MOST_DAYS } from '../options/values.ts';
import type { PruneOptions } from './prune-action.ts';

export function addPrune(program: Command, context: Context): void {
  const command = program
    .command('prune')
    .description('Delete old sessions or their texts, but keep the totals')
    .addOption(dataDirOption())
    .addOption(
      new Option('--older-than <age>', 'Sessions whose last round is older than this: 90d, 12w or 1y')
        .argParser(ageParser)
        .makeOptionMandatory(),
    )
    .option('--content', 'Delete only texts; rounds and their numbers stay')
    .option('--dry-run', 'Only show what would be deleted')
    .addOption(jsonOption())
    .action(async (options: PruneOptions) => {
      const { prune } = await import('./prune-action.ts');
      await prune(context, options);
    });
  example(command, 'monitor prune --older-than 90d --dry-run --data-dir /var/lib/sessions');
}

const DAYS = { d: 1, w: 7, y: 365 } as const;

/** In milliseconds. */
function ageParser(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([dwy])$/.exec(text) ?? [];
  const days = Number(count) * (DAYS[unit as keyof typeof DAYS] ?? 0);
  if (days > 0 && days <= MOST_DAYS) return days * 86_400_000;
  throw new InvalidArgumentError('It must be an age in days, weeks or years, such as 90d, 12w or 1y.');
}
