import { lookAtOriginal, readPriceBasis } from '../../ingest/settings/price-basis.ts';
import { nodeFiles } from '../../platform/files.ts';
import { priceAge } from '../../pricing/price-age.ts';
import { parsePriceBook } from '../../pricing/price-book.ts';
import { parsePriceFile, type PriceFile } from '../../pricing/price-file.ts';
import { createPriceResolver, resolvePrice } from '../../pricing/resolve.ts';
import { builtInPrices, priceFilesWith } from '../../pricing/shipped.ts';
import { priceUse, type PriceUse } from '../../query/price-use.ts';
import type { PriceFileReport } from '../../report/price-file-text.ts';
import { priceStepsJson, priceStepsText } from '../../report/price-steps.ts';
import { pricesJson } from '../../report/prices-json.ts';
import { pricesTable } from '../../report/prices-text.ts';
import type { PriceList } from '../../store/pricing-settings.ts';
import type { Store } from '../../store/store.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import { readStores } from '../reporting/read-stores.ts';
import { storeDirs } from '../reporting/store-dirs.ts';
import { screenOf } from '../reporting/screen.ts';
import { refresh, refuseWithoutRefresh, type PricesOptions } from './prices-refresh.ts';

/** Lists unpriced models and the price book, explains the price of one model, or refreshes prices. */
export async function prices(
  context: SpokenContext,
  model: string | undefined,
  options: PricesOptions,
): Promise<void> {
  if (options.refresh) return await refresh(context, model, options);
  refuseWithoutRefresh(options);
  const asked = { given: options.prices, list: options.priceList, now: context.now };
  // Of several stores, the first says which price file counts.
  const [dir = ''] = await storeDirs(options);
  const { store, basis } = await readPriceBasis(nodeFiles, dir, asked);
  const user = basis.user && (await parsePriceFile(basis.user.text, basis.user.path));
  const files = await priceFilesWith(user, basis.list);
  if (model === undefined) await listPrices(context, await priceFileOf(store), files, basis.list, options);
  else await explainPrice(context, model, files, store, options);
}

async function priceFileOf(store: Store | undefined): Promise<PriceFileReport | null> {
  const file = store?.pricing.file;
  if (!file) return null;
  const { state } = await lookAtOriginal(nodeFiles, file);
  const onDisk = state === 'none' ? 'gone' : state === 'unread' ? 'unreadable' : state;
  return { ...file, onDisk };
}

async function listPrices(
  context: SpokenContext,
  file: PriceFileReport | null,
  files: readonly PriceFile[],
  list: PriceList,
  options: PricesOptions,
): Promise<void> {
  const use = await useOf(context, options);
  const resolve = createPriceResolver(files);
  const knownNow = new Map<string, string>();
  for (const { model } of use.unpriced) {
    const resolution = await resolve(model);
    if (resolution) knownNow.set(model, resolution.source);
  }
  const builtIn = (await builtInPrices(list)).map((prices) => priceAge(prices, context.now));
  if (options.json) return await writeJson(context, pricesJson(file, use, knownNow, context.now, builtIn));
  await context.write(pricesTable(file, use, knownNow, context.now, builtIn, screenOf(context)));
}

/** Works without a store; shows what the store has if there is one. */
async function explainPrice(
  context: SpokenContext,
  model: string,
  files: readonly PriceFile[],
  store: Store | undefined,
  options: PricesOptions,
): Promise<void> {
  const { steps, resolution } = await resolvePrice(model, files);
  const use = store && (await useOf(context, options));
  const answer = { model, steps, resolution, use };
  if (options.json) await writeJson(context, priceStepsJson(answer, context.now));
  else await context.write(priceStepsText(answer, context.now, screenOf(context)));
}

async function useOf(context: SpokenContext, options: PricesOptions): Promise<PriceUse> {
  const { sessions, priceLines, dir } = await readStores(context, options);
  return priceUse(sessions, parsePriceBook(priceLines, `of ${dir}`));
}
