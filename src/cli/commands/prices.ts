import { refreshPrices } from '../../ingest/refresh-prices.ts';
import { UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { priceAge } from '../../pricing/price-age.ts';
import { parsePriceBook } from '../../pricing/price-book.ts';
import { readPriceFile, type PriceFile } from '../../pricing/price-file.ts';
import { createPriceResolver, resolvePrice } from '../../pricing/resolve.ts';
import { builtInPrices, priceFilesWith } from '../../pricing/shipped.ts';
import { priceUse, type PriceUse } from '../../query/price-use.ts';
import { priceStepsJson, priceStepsText } from '../../report/price-steps.ts';
import { pricesJson } from '../../report/prices-json.ts';
import { pricesTable } from '../../report/prices-text.ts';
import { refreshJson, refreshText } from '../../report/refresh-text.ts';
import { readSnapshot } from '../../store/read.ts';
import { findStore } from '../../store/store.ts';
import type { Context } from '../context.ts';
import { screenOf } from '../report-context.ts';

export interface PricesOptions {
  dataDir: string;
  prices?: string;
  refresh?: true;
  json?: true;
}

/** The price book and what is unpriced; how one name is resolved; or, with --refresh, all stored rounds priced anew. */
export async function prices(
  context: Context,
  model: string | undefined,
  options: PricesOptions,
): Promise<void> {
  const files = await priceFilesWith(
    options.prices === undefined ? undefined : await readPriceFile(options.prices),
  );
  if (options.refresh) {
    if (model !== undefined)
      throw new UsageError('--refresh looks up all models again: leave the model out, or --refresh.');
    const result = await refreshPrices(nodeFiles, options.dataDir, createPriceResolver(files));
    await context.write(options.json ? refreshJson(result) : refreshText(result));
  } else if (model === undefined) {
    await listPrices(context, files, options);
  } else {
    await explainPrice(context, model, files, options);
  }
}

async function listPrices(
  context: Context,
  files: readonly PriceFile[],
  options: PricesOptions,
): Promise<void> {
  const use = useOf(options.dataDir);
  const resolve = createPriceResolver(files);
  const knownNow = new Map<string, string>();
  for (const { model } of use.unpriced) {
    const resolution = await resolve(model);
    if (resolution) knownNow.set(model, resolution.source);
  }
  const builtIn = (await builtInPrices()).map((prices) => priceAge(prices, context.now));
  await context.write(
    options.json
      ? pricesJson(use, knownNow, context.now, builtIn)
      : pricesTable(use, knownNow, context.now, builtIn, screenOf(context)),
  );
}

/** Needs no store: what is in it is told where there is one. */
async function explainPrice(
  context: Context,
  model: string,
  files: readonly PriceFile[],
  options: PricesOptions,
): Promise<void> {
  const { steps, resolution } = await resolvePrice(model, files);
  const use = findStore(nodeFiles, options.dataDir) ? useOf(options.dataDir) : undefined;
  const answer = { model, steps, resolution, use };
  await context.write(
    options.json
      ? priceStepsJson(answer, context.now)
      : priceStepsText(answer, context.now, screenOf(context)),
  );
}

function useOf(dir: string): PriceUse {
  const { sessions, priceLines } = readSnapshot(dir);
  return priceUse(sessions, parsePriceBook(priceLines, `of ${dir}`));
}
