import { nothing } from '../../texts/en.ts';
import { printableId } from '../../platform/clean-text.ts';
import { UsageError } from '../../platform/errors.ts';
import { inCurrency, type CurrencyView } from '../../query/currency.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import { conditionsOf, filterWords } from '../../query/usage-filter.ts';
import { RoundPrices } from '../../query/why/round-prices.ts';
import { SessionWhy } from '../../query/why/session-why.ts';
import { topSpend } from '../../query/why/top-spend.ts';
import { usageWhy } from '../../query/why/usage-why.ts';
import { bucketsOf, periodOf } from '../../report/period.ts';
import { frame } from '../../report/tables.ts';
import { usageHeading, usageWhyJson, usageWhyLines } from '../../report/usage-why.ts';
import { sessionWhyLines } from '../../report/why.ts';
import { sessionWhyDocument } from '../../report/why-json.ts';
import { expandRounds } from '../../session-format/expand-rounds.ts';
import type { Snapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import type { PeriodOptions, ReportOptions } from '../options/report-options.ts';
import { filterOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { nothingFound } from '../reporting/nothing-found.ts';
import { currencyOf, warnOfUnconverted } from '../reporting/report-currency.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import { screenOf } from '../reporting/screen.ts';
import { refusePruned, sessionOf } from '../reporting/session-argument.ts';
import { warnOfUnreadable } from '../reporting/unreadable.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { withSessions } from '../reporting/with-sessions.ts';
import { readStores } from '../reporting/read-stores.ts';

export interface WhyOptions extends ReportOptions, PeriodOptions, GivenFilter {}

/** Prints what a session, or the rounds of a filter, cost, and for what. Throws NoAnswer if there is no such session. */
export async function why(
  context: SpokenContext,
  id: string | undefined,
  options: WhyOptions,
): Promise<void> {
  const read = await readStores(context, options);
  const view = currencyOf(context, read.dirs, options.currency);
  const snapshot = withSessions(read, (sessions) => inCurrency(sessions, view));
  if (id === undefined) await ofUsage(context, snapshot, view, options);
  else await ofSession(context, snapshot, view, id, options);
}

async function ofSession(
  context: SpokenContext,
  snapshot: Snapshot,
  view: CurrencyView | undefined,
  id: string,
  options: WhyOptions,
): Promise<void> {
  const filter = filterOf(context, options, snapshot.state);
  const { days, since, until, session: ids, agent, channel } = options;
  const isNarrowed = [days, since, until, ids, agent, channel].some((given) => given !== undefined);
  if (isNarrowed || conditionsOf(filter).length > 0)
    throw new UsageError('a session is explained as a whole: leave out the filters, or the session');
  const session = sessionOf(snapshot.sessions, id, snapshot.dir);
  refusePruned(session, undefined);
  const found = new SessionWhy(session, new RoundPrices(snapshot.priceLines, snapshot.dir, view));
  for (const round of expandRounds(snapshot.rounds(session))) found.add(round);
  const screen = screenOf(context);
  const heading = `📊 Why ${printableId(session.id)} cost this`;
  if (options.json) await writeJson(context, sessionWhyDocument(found));
  else await context.write(frame(heading, sessionWhyLines(found, screen), screen));
  warnOfUnconverted(context, found.sum);
  requirePrices(found.sum, options.strict);
}

async function ofUsage(
  context: SpokenContext,
  snapshot: Snapshot,
  view: CurrencyView | undefined,
  options: WhyOptions,
): Promise<void> {
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now);
  const filter = filterOf(context, options, snapshot.state);
  const prices = new RoundPrices(snapshot.priceLines, snapshot.dir, view);
  const query = { ...filter, buckets: bucketsOf(period) };
  const found = usageWhy(snapshot, query, prices);
  const top = topSpend(snapshot, query, prices, found.costs);
  const words = filterWords(filter);
  const lostRounds = lostRoundsOf(snapshot.state);
  const screen = screenOf(context);
  if (options.json) await writeJson(context, usageWhyJson(found, top, lostRounds));
  else {
    const lines =
      found.sum.rounds === 0
        ? nothingFound(snapshot.sessions, local, words, nothing).split('\n')
        : usageWhyLines(found, top, lostRounds, screen);
    await context.write(frame(usageHeading({ period, filter: words }), lines, screen));
  }
  if (found.sum.rounds === 0) warnOfUnknownNames(context, snapshot.sessions, filter, local, period);
  warnOfUndecided(context, found.undecided);
  warnOfUnreadable(context, [found, top]);
  warnOfUnconverted(context, found.sum);
  requirePrices(found.sum, options.strict);
}
