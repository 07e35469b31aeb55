import { Option, type Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import { timeZoneOption, jsonOption } from '../options/report-options.ts';
import { pricesOption, priceListOption } from '../options/store-options.ts';
import { addStoresOptions } from '../options/stores-options.ts';
import type { PricesOptions } from './prices-refresh.ts';

export function addPrices(program: Command, context: SpokenContext): void {
  const command = addStoresOptions(
    program
      .command('prices')
      .description('List unpriced models and the price book; explain or refresh prices')
      .argument('[model]', 'Explain the price of this model, named as in the log'),
  )
    .addOption(
      pricesOption("Use this price file instead of the store's, or 'none'; kept by the store with --refresh"),
    )
    .addOption(priceListOption('kept by the store with --refresh'))
    .option('--refresh', 'Look up the prices of stored rounds again')
    .option('--dry-run', 'With --refresh: only show what would change')
    .addOption(
      new Option('--since <time>', 'With --refresh: only rounds at or after this date or ISO 8601 time'),
    )
    .addOption(
      new Option('--until <time>', 'With --refresh: only rounds before this time; a date includes that day'),
    )
    .addOption(timeZoneOption())
    .option('--yes', 'With --refresh: also change rounds that already have a price, without asking')
    .addOption(jsonOption())
    .action(async (model: string | undefined, options: PricesOptions) => {
      const { prices } = await import('./prices-action.ts');
      await prices(context, model, options);
    });
  example(command, 'monitor prices --refresh --dry-run --since 2026-02-01 --data-dir /var/lib/sessions');
}
