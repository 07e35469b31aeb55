import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cleanLine } from '../../platform/clean-text.ts';
import { UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { zoneKey } from '../../platform/zone-key.ts';
import { mayHaveThreads } from '../../platform/worker-pool.ts';
import { exactUsd } from '../../pricing/money.ts';
import { exact, plural } from '../../platform/count-text.ts';
import { periodOf } from '../../report/period.ts';
import { barLine } from '../../report/parse-line.ts';
import { renderSite } from '../../site/render.ts';
import type { LeftOut, Progress } from '../../site/render-options.ts';
import type { AskedBudget, AskedPeriod, AskedSessions } from '../../site/site-filter.ts';
import type { Context } from '../context.ts';
import { sayRendered, type RenderOptions } from './render-output.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { warnOfUndecidedSessions } from '../reporting/asked-names.ts';
import { warnOfUnsureRounds } from '../reporting/unsure-rounds.ts';
import { quietWhenBusy } from '../quiet-when-busy.ts';
import { askedCurrency } from '../reporting/report-currency.ts';
import { showProgress } from '../terminal/show-progress.ts';

/** Next to the bundle that this is in. In a test there is none, and a render uses no threads. */
const PAGE_WORKER = fileURLToPath(new URL('./page-worker.cjs', import.meta.url));
/** Each takes about 60 MB. */
const MOST_THREADS = 4;

/** Brings the site up to date with the store. */
export async function render(context: Context, options: RenderOptions): Promise<void> {
  const { dataDir: dataDirs, siteDir, refresh } = options;
  const local = localTimeOf(context, options.timezone);
  const progress =
    context.stderrIsTerminal && !options.quiet ? showProgress(context, progressText) : undefined;
  let leftOut: LeftOut | undefined;
  const written = await quietWhenBusy(options.quiet === true, () =>
    renderSite(nodeFiles, {
      dataDirs,
      siteDir,
      local,
      now: context.now,
      refresh,
      full: options.full === true,
      replace: options.replace === true,
      allowOtherOwner: options.allowOtherOwner === true,
      currencyOf: (stores) => askedCurrency(context, stores, options.currency),
      zone:
        options.timezone === undefined && options.currency === undefined
          ? zoneKey(nodeFiles, process.env['TZ'])
          : undefined,
      recallZone: local.recall,
      sessions: sessionsOf(options),
      period: askedPeriod(options),
      budget: askedBudget(options),
      startOf: (period) => periodOf(period, local, context.now).from,
      workers: {
        file: PAGE_WORKER,
        count: mayHaveThreads(nodeFiles) ? Math.min(MOST_THREADS, availableParallelism()) : 0,
      },
      onProgress: progress?.update,
      onLeftOut: (found) => (leftOut = found),
    }),
  );
  progress?.clear();
  if (leftOut && !options.quiet) warnOfLeftOut(context, leftOut);
  await sayRendered(context, options, written);
}

function warnOfLeftOut(context: Context, { undecided, unmatched, unsureRounds }: LeftOut): void {
  warnOfUndecidedSessions(context, undecided);
  warnOfUnsureRounds(context, unsureRounds());
  if (unmatched.length === 0) return;
  const filter = unmatched.map(cleanLine).join(', ');
  context.warn(`monitor: no session of the store matches the site's filter: ${filter}\n`);
}

/** Naming any filter replaces the one that the site remembers. */
function sessionsOf(options: RenderOptions): AskedSessions {
  const given = FILTERS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
  if (!options.allSessions) return given.length === 0 ? undefined : Object.fromEntries(given);
  if (given.length === 0) return 'all';
  throw new UsageError('--all-sessions and a filter cannot be used together');
}

function askedPeriod({ days, since, allSessions }: RenderOptions): AskedPeriod {
  if (days !== undefined) return { days };
  if (since !== undefined) return { since };
  return allSessions && 'all';
}

/** The words are those of `check`. */
function askedBudget({ budgetUsd, budget, per }: RenderOptions): AskedBudget {
  if (budgetUsd !== undefined && budget !== undefined)
    throw new UsageError(
      `--budget-usd and ${budget === false ? '--no-budget' : '--budget'} cannot be used together`,
    );
  const amount = budgetUsd ?? budget;
  if (amount === undefined || amount === false) {
    if (per !== undefined)
      throw new UsageError('--per needs a budget: --budget-usd 50, or --budget 300 --currency CNY');
    return amount === false ? 'none' : undefined;
  }
  return {
    amount: exactUsd(amount),
    per: per ?? 'month',
    ...(budgetUsd !== undefined && { currency: 'USD' }),
  };
}

const FILTERS = ['model', 'consumer', 'where', 'session', 'agent', 'channel'] as const;

function progressText({ done, all }: Progress, elapsedMs: number, width: number): string {
  return barLine(done / all, `${exact(done)} of ${plural(all, 'session')}`, elapsedMs, width);
}
