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
import { plural } from '../../query/count-text.ts';
import { periodOf } from '../../report/period.ts';
import { plannedText, refreshJson, refreshText } from '../../report/refresh-text.ts';
import type { PriceList } from '../../store/pricing-settings.ts';
import type { Store } from '../../store/store.ts';
import type { Context } from '../context.ts';
import { localTimeOf } from '../local-time.ts';
import { sayNotices } from '../parse-plainly.ts';
import { screenOf } from '../report-context.ts';

export interface RefreshOptions {
  dataDir: string;
  prices?: string;
  priceList?: PriceList;
  dryRun?: true;
  yes?: true;
  since?: string;
  until?: string;
  timezone?: string;
  json?: true;
}

/** Throws UsageError where an option was given that only a refresh has. */
export function refuseWithoutRefresh(options: RefreshOptions): void {
  const given = [
    ['--dry-run', options.dryRun],
    ['--yes', options.yes],
    ['--since', options.since],
    ['--until', options.until],
    ['--timezone', options.timezone],
  ].find(([, value]) => value !== undefined);
  if (given) throw new UsageError(`${given[0]} works only with --refresh.`);
}

/** Prices stored rounds again. What has a cost is changed only by --yes, or by a yes at the terminal. */
export async function refresh(
  context: Context,
  model: string | undefined,
  options: RefreshOptions,
): Promise<void> {
  if (model !== undefined)
    throw new UsageError(
      '--refresh looks up the prices of all models: give either --refresh or a model, not both.',
    );
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
    refreshPrices(nodeFiles, options.dataDir, { ...shared, ...request });
  let mayReprice = options.yes === true;
  if (!options.dryRun && !mayReprice && context.confirm) {
    // Without the lock: an answer can take long.
    const plan = await run({ isDryRun: true, mayReprice });
    if (plan.repricedRounds > 0) {
      context.warn(plannedText(plan, screenOf(context)));
      const rounds = plural(plan.repricedRounds, 'round');
      mayReprice = await context.confirm(`Change what ${rounds} with a price cost? [y/N] `);
      if (!mayReprice) throw new NoAnswer('nothing was changed');
    }
  }
  const result = await run({ isDryRun: options.dryRun === true, mayReprice });
  await context.write(options.json ? refreshJson(result) : refreshText(result, screenOf(context)));
}

/** Finds the prices when the store is locked. A file that is given is read once: it may be a pipe. */
function pricesFinder(
  context: Context,
  { prices: given, priceList: list }: RefreshOptions,
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
        sayNotices(context, basis.notices);
      },
    };
  };
}
