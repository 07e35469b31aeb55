import { cleanLine } from '../../platform/clean-text.ts';
import { NoAnswer, UsageError } from '../../platform/errors.ts';
import { inCurrency } from '../../query/currency.ts';
import type { RoundSelection } from '../../query/round-filter.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { toolStats } from '../../query/tool-stats.ts';
import { conditionsOf, filterWords, type UsageFilter } from '../../query/usage-filter.ts';
import { sessionTools, usageTools, type Side } from '../../query/why/comparison.ts';
import { RoundPrices } from '../../query/why/round-prices.ts';
import { usageWhy } from '../../query/why/usage-why.ts';
import { compareJson, compareTable } from '../../report/compare.ts';
import { ALL_TIME, bucketsOf, periodOf, type Period } from '../../report/period.ts';
import { clip } from '../../report/terminal.ts';
import type { Snapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import type { PeriodOptions, ReportOptions } from '../options/report-options.ts';
import { filterOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { currencyOf, warnOfUnconverted } from '../reporting/report-currency.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import { screenOf } from '../reporting/screen.ts';
import { sessionOf } from '../reporting/session-argument.ts';
import { warnOfUnreadable } from '../reporting/unreadable.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { withSessions } from '../reporting/with-sessions.ts';
import { readStores } from '../reporting/read-stores.ts';

export interface CompareOptions extends ReportOptions, PeriodOptions, Omit<GivenFilter, 'model'> {
  model?: true;
  period?: true;
}

/** Prints two sessions, models or periods side by side. Throws NoAnswer if one has no rounds. */
export async function compare(
  context: SpokenContext,
  [first, second]: [string, string],
  options: CompareOptions,
): Promise<void> {
  const read = await readStores(context, options);
  const view = currencyOf(context, read.dirs, options.currency);
  const snapshot = withSessions(read, (sessions) => inCurrency(sessions, view));
  const prices = new RoundPrices(snapshot.priceLines, snapshot.dir, view);
  const by = options.period ? 'period' : options.model ? 'model' : 'session';
  if (
    by === 'session' &&
    [options.session, options.agent, options.channel].some((name) => name !== undefined)
  )
    throw new UsageError(
      '--session, --agent and --channel choose sessions, and two are named: leave them out, or compare with --model or --period',
    );
  const { model: _, ...given } = options;
  const filter = filterOf(context, given, snapshot.state);
  const asked: Asked = { context, snapshot, prices, filter, options };
  const sideOf = { session: sessionSide, model: modelSide, period: periodSide }[by];
  const [a, b] = [sideOf(asked, first), sideOf(asked, second)];
  const words = filterWords(filter);
  const lostRounds = lostRoundsOf(snapshot.state);
  const head = { session: 'Session', model: 'Model', period: 'Period' }[by];
  if (options.json) await writeJson(context, compareJson(a, b, { by, filter: words, lostRounds }));
  else await context.write(compareTable(a, b, { head, filter: words, lostRounds }, screenOf(context)));
  warnOfUndecided(context, a.why.undecided + b.why.undecided);
  warnOfUnreadable(context, [a.why, b.why]);
  for (const { why } of [a, b]) warnOfUnconverted(context, why.sum);
  for (const { why } of [a, b]) requirePrices(why.sum, options.strict);
}

interface Asked {
  context: SpokenContext;
  snapshot: Snapshot;
  prices: RoundPrices;
  filter: UsageFilter;
  options: CompareOptions;
}

function sessionSide({ context, snapshot, prices, filter, options }: Asked, name: string): Side {
  const session = sessionOf(snapshot.sessions, name, snapshot.dir);
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now);
  const query = { ...filter, buckets: bucketsOf(period) };
  const why = usageWhy(snapshot, query, prices, (id) => id === session.id);
  if (why.sum.rounds === 0) {
    warnOfUnknownNames(context, snapshot.sessions, filter, local);
    throw nothing(`the session '${clip(cleanLine(name), 200)}'`, period, filter);
  }
  // The index counts the tools of a session, not of some of its rounds.
  const isWhole = period.label === null && conditionsOf(filter).length === 0;
  const tools = isWhole ? sessionTools(session) : { tools: null, lacksTools: true };
  return { name: session.id, why, ...tools };
}

function modelSide({ context, snapshot, prices, filter, options }: Asked, name: string): Side {
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now);
  const ofModel = { ...filter, model: name };
  const side = { name, ...usageOf(snapshot, { ...ofModel, buckets: bucketsOf(period) }, prices) };
  if (side.why.sum.rounds > 0) return side;
  warnOfUnknownNames(context, snapshot.sessions, ofModel, local, period);
  throw nothing(`the model '${clip(cleanLine(name), 200)}'`, period, filter);
}

function periodSide({ context, snapshot, prices, filter, options }: Asked, name: string): Side {
  const local = localTimeOf(context, options.timezone);
  const period = namedPeriod(name, local, context.now);
  const side = { name, ...usageOf(snapshot, { ...filter, buckets: bucketsOf(period) }, prices) };
  if (side.why.sum.rounds > 0) return side;
  warnOfUnknownNames(context, snapshot.sessions, filter, local);
  throw nothing(clip(cleanLine(name), 200), ALL_TIME, filter);
}

/** `2026-02-01`, `2026-02-01/2026-02-07`; a last date is included. */
function namedPeriod(name: string, local: LocalTime, now: number): Period {
  const [since = '', until = since, ...more] = name.split('/');
  try {
    if (more.length === 0) return periodOf({ since, until }, local, now);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
  throw new UsageError(
    `'${clip(cleanLine(name), 200)}' is not a period. Use a date (2026-02-01), or from/to (2026-02-01/2026-02-07).`,
  );
}

function usageOf(snapshot: Snapshot, query: RoundSelection, prices: RoundPrices): Omit<Side, 'name'> {
  const why = usageWhy(snapshot, query, prices);
  return { why, ...usageTools(toolStats(snapshot, query, why.unreadable)) };
}

function nothing(what: string, { label }: Period, filter: UsageFilter): NoAnswer {
  const words = filterWords(filter).map((word) => clip(cleanLine(word), 200));
  const within = [...(label === null ? [] : [label]), ...words];
  return new NoAnswer(`no rounds of ${what}${within.length === 0 ? '' : ` (${within.join(', ')})`}`);
}
