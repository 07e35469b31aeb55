import { Option, type Command } from 'commander';
import type { PriceList } from '../../store/pricing-settings.ts';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { timeZoneOption, jsonOption } from '../options/report-options.ts';
import { dataDirOption, pricesOption, priceListOption } from '../options/store-options.ts';

export interface PricesOptions {
  dataDir: string;
  prices?: string;
  priceList?: PriceList;
  refresh?: true;
  dryRun?: true;
  yes?: true;
  since?: string;
  until?: string;
  timezone?: string;
  json?: true;
}

export function addPrices(program: Command, context: Context): void {
  const command = program
    .command('prices')
    .description('what has no price, and the price book; or how one name is resolved, step by step')
    .argument('[model]', 'a model’s name, as the log has it')
    .addOption(dataDirOption())
    .addOption(pricesOption())
    .addOption(priceListOption())
    .option('--refresh', 'look up the price of stored rounds again')
    .option('--dry-run', 'with --refresh: only say what would change')
    .addOption(new Option('--since <time>', 'with --refresh: only rounds since this date or ISO 8601 time'))
    .addOption(new Option('--until <time>', 'with --refresh: only rounds before this; a date is included'))
    .addOption(timeZoneOption())
    .option('--yes', 'with --refresh: also change rounds that already have a price, without asking')
    .addOption(jsonOption())
    .action(async (model: string | undefined, options: PricesOptions) => {
      const { prices } = await import('./prices-action.ts');
      await prices(context, model, options);
    });
  example(command, 'monitor prices --refresh --dry-run --since 2026-02-01 --data-dir /var/lib/sessions');
}
