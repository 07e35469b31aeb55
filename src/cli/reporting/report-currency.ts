import { cleanLine } from '../../platform/clean-text.ts';
import { nodeFiles } from '../../platform/files.ts';
import { costsText, usdFirst } from '../../pricing/money.ts';
import type { Totals } from '../../query/aggregate.ts';
import { currencyView, type AskedCurrency, type CurrencyView, type DatedRate } from '../../query/currency.ts';
import { copyPath, readCopy } from '../../store/price-file-copy.ts';
import { NO_CURRENCY } from '../../store/pricing-settings.ts';
import type { Snapshot } from '../../store/read.ts';
import { openStore, type Store } from '../../store/store.ts';
import type { Context } from '../context.ts';

/**
 * The currency of a report: the one that was asked for, else that of the first store; undefined if nothing is converted.
 * The rates are those of the stores' copies of their price files: for each currency, of the first that has it.
 */
export function currencyOf(
  context: Pick<Context, 'warn'>,
  dirs: readonly string[],
  asked: string | undefined,
): CurrencyView | undefined {
  const found = askedCurrency(context, dirs, asked);
  return found && currencyView(found);
}

/** The same, with its rates. */
export function askedCurrency(
  context: Pick<Context, 'warn'>,
  dirs: readonly string[],
  asked: string | undefined,
): AskedCurrency | undefined {
  const stores = dirs.map((dir) => openStore(nodeFiles, dir));
  const to = asked ?? stores[0]?.pricing.currency ?? null;
  if (to === null || to === NO_CURRENCY) return undefined;
  const rates = stores.map((store) => ratesOf(context, store));
  return { to, rates: Object.assign({}, ...rates.toReversed()) as AskedCurrency['rates'] };
}

function ratesOf(context: Pick<Context, 'warn'>, store: Store): Record<string, DatedRate[]> {
  const { file } = store.pricing;
  if (!file) return {};
  const copy = readCopy(nodeFiles, store.dir, file);
  if ('text' in copy) {
    // It was validated before it was copied.
    const document = JSON.parse(copy.text.replace(/^\uFEFF/, '')) as { rates?: Record<string, DatedRate[]> };
    return document.rates ?? {};
  }
  const path = cleanLine(copyPath(store.dir, file));
  context.warn(`monitor: ${path} ${copy.problem}: its rates cannot be read, so nothing is converted\n`);
  return {};
}

/** Warns about costs that stay in their own currency because there is no rate for them. */
export function warnOfUnconverted(
  context: Pick<Context, 'warn'>,
  { converted }: Pick<Totals, 'converted'>,
  source?: Pick<Snapshot, 'dirs'>,
): void {
  if (!converted) return;
  const { to, amounts } = converted;
  const left = usdFirst(amounts).filter(([currency, { cost }]) => currency !== to && cost !== 0n);
  if (left.length === 0) return;
  const costs = costsText(
    left.map(([currency, { cost }]) => [currency, cost] as const),
    4,
  );
  const why =
    source?.dirs.length === 0
      ? 'a table has no exchange rates. Name the stores with --data-dir instead of --source'
      : `the store's price file has no rate for that time. Add one under "rates" in the file, then run monitor parse --prices <file>`;
  context.warn(`monitor: ${costs} could not be converted to ${to}: ${why}\n`);
}
