import type { PriceList } from '../../store/pricing-settings.ts';
import { makeResolver } from '../../ingest/settings/price-answers.ts';
import { findPriceBasis, keepPriceBasis, type PriceBasis } from '../../ingest/settings/price-basis.ts';
import type { RefreshResult } from '../../model/refresh-result.ts';
import {
  refreshPrices,
  type RefreshPrices,
  type RefreshRequest,
} from '../../maintenance/refresh/refresh-prices.ts';
import { NoAnswer, UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { plural } from '../../platform/count-text.ts';
import { periodOf } from '../../report/period.ts';
import { plannedText, refreshJson, refreshText } from '../../report/refresh-text.ts';
import type { Store } from '../../store/store.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import type { StoresOptions } from '../options/stores-options.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { printNotices } from '../reporting/warnings.ts';
import { storeDirs } from '../reporting/store-dirs.ts';
import { screenOf } from '../reporting/screen.ts';

export interface PricesOptions extends StoresOptions {
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

/** Throws UsageError if an option was given that works only with --refresh. */
export function refuseWithoutRefresh(options: PricesOptions): void {
  const given = [
    ['--dry-run', options.dryRun],
    ['--yes', options.yes],
    ['--since', options.since],
    ['--until', options.until],
    ['--timezone', options.timezone],
  ].find(([, value]) => value !== undefined);
  if (given) throw new UsageError(`${given[0]} works only with --refresh`);
}

/** Looks up the prices of stored rounds again. A known cost changes only with --yes, or after a yes at the terminal. */
export async function refresh(
  context: SpokenContext,
  model: string | undefined,
  options: PricesOptions,
): Promise<void> {
  if (model !== undefined)
    throw new UsageError('--refresh covers all models: it cannot be used with a model');
  const [dir = '', ...others] = await storeDirs(options);
  if (others.length > 0)
    throw new UsageError('--refresh changes one store: run it for each, with one --data-dir');
  const { since, until } = options;
  const local = localTimeOf(context, options.timezone);
  const span = periodOf(
    { ...(since !== undefined && { since }), ...(until !== undefined && { until }) },
    local,
    context.now,
  );
  const shared = {
    prices: pricesFinder(context, options),
    span: since === undefined && until === undefined ? undefined : { from: span.from, to: span.to },
    monthOf: (bucket: number) => local.dateOf(bucket).slice(0, 7),
  };
  const run = (request: Pick<RefreshRequest, 'isDryRun' | 'mayReprice'>): Promise<RefreshResult> =>
    refreshPrices(nodeFiles, dir, { ...shared, ...request });
  let mayReprice = options.yes === true;
  if (!options.dryRun && !mayReprice && context.confirm) {
    // Without the lock, because the answer can take long.
    const plan = await run({ isDryRun: true, mayReprice });
    if (plan.repricedRounds > 0) {
      context.warn(plannedText(plan, screenOf(context)));
      const rounds = plural(plan.repricedRounds, 'priced round');
      mayReprice = await context.confirm(`Change the cost of ${rounds}? [y/N] `);
      if (!mayReprice) throw new NoAnswer('nothing was changed');
    }
  }
  const result = await run({ isDryRun: options.dryRun === true, mayReprice });
  if (options.json) await writeJson(context, refreshJson(result));
  else await context.write(refreshText(result, screenOf(context)));
}

/** Finds the prices once the store is locked. A given file is read only once: it may be a pipe. */
function pricesFinder(
  context: SpokenContext,
  { prices: given, priceList: list }: PricesOptions,
): (store: Store) => Promise<RefreshPrices> {
  let known: PriceBasis | undefined;
  return async (store) => {
    const basis =
      known ??
      (await findPriceBasis(nodeFiles, store, {
        given,
        list,
        now: context.now,
        hasRounds: true,
        isRefresh: true,
      }));
    if (given !== undefined) known = basis;
    return {
      resolve: await makeResolver(basis),
      keep() {
        keepPriceBasis(nodeFiles, store, basis);
        printNotices(context, basis.notices);
      },
    };
  };
}
