import { cleanLine } from '../../platform/clean-text.ts';
import { addRow, emptyRow, sessionTotals, type Row } from '../../query/aggregate.ts';
import { listJson } from '../../report/json.ts';
import { listSessions, listTable, ranksByHead, type ListQuery, type SortKey } from '../../report/list.ts';
import { OutcomeSearch } from '../../query/outcome-search.ts';
import { bucketsOf, periodOf, type Period } from '../../report/period.ts';
import { sessionsFor, type SessionsQuery } from '../../query/fetched.ts';
import { inCurrency } from '../../query/currency.ts';
import { asksOutcome } from '../../query/outcome-filter.ts';
import { sessionFilter } from '../../query/session-filter.ts';
import type { UsageFilter } from '../../query/usage-filter.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import type { StoredSessions } from '../../store/index/index.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { shellWord } from '../../platform/system-errors.ts';
import type { Snapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { filterOf, warnOfPrunedSessions, warnOfUndecidedSessions } from '../reporting/asked-names.ts';
import { complainOfUnreadable } from '../reporting/unreadable.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { currencyOf, warnOfUnconverted } from '../reporting/report-currency.ts';
import { screenOf } from '../reporting/screen.ts';
import { readSource } from '../reporting/read-stores.ts';
import type { Texts } from '../../texts/texts.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import type { OutcomeOptions } from '../options/outcome-options.ts';
import type { PeriodOptions, ReportOptions } from '../options/report-options.ts';

export interface ListOptions extends ReportOptions, PeriodOptions, GivenFilter, OutcomeOptions {
  sortBy: SortKey;
  limit: number;
  rollup?: true;
  search?: string;
  pruned?: true;
}

/** Lists the sessions that match. */
export async function list(context: SpokenContext, options: ListOptions): Promise<void> {
  const { nothing, absent } = context.texts;
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now);
  const snapshot = await readSource(context, options);
  const view = currencyOf(context, snapshot.dirs, options.currency);
  const lostRounds = lostRoundsOf(snapshot.state);
  const filter = filterOf(context, options, snapshot.state, absent);
  const search = outcomeSearch(snapshot, filter, period, options);
  const query: ListQuery = {
    ...options,
    ...filter,
    where: filter.where,
    period,
    outcome: search && ((session) => search.find(session.parts ?? [session])),
  };
  const fetched = await sessionsFor(snapshot, { of: 'sessions', query: neededOf(query, options) });
  const sessions = inCurrency(fetched, view);
  const selected = listSessions(sessions, query);
  if (view) warnOfUnconverted(context, sumOfSessions(selected.sessions), snapshot);
  const isEmpty = selected.total === 0;
  const whole = isEmpty ? await sessionsFor(snapshot, { of: 'names', filter }) : snapshot.sessions;
  if (isEmpty) {
    explainEmpty(context, whole, { filter, local, period }, options);
  }
  const { total, undecided = 0 } = selected;
  const pruned = search?.pruned ?? 0;
  if (total === 0 && whole.size > 0 && options.json)
    for (const line of searchHint(options, nothing)) context.warn(`monitor: ${line}\n`);
  const { unreadable, unread = 0 } = search ?? {};
  warnOfUndecidedSessions(context, undecided - pruned - unread, absent);
  warnOfPrunedSessions(context, pruned, absent);
  const told = query.rollup ? undefined : await snapshot.told?.(selected.sessions.map(({ id }) => id));
  if (told) selected.sessions = selected.sessions.map((one) => ({ ...one, ...told.get(one.id) }));
  const { gateways } = snapshot;
  const otherwise = (): string =>
    whole.size === 0
      ? nothing.emptyStore
      : [nothing.noMatch({ sessions: whole.size }), ...searchHint(options, nothing)].join('\n');
  if (options.json)
    await writeJson(
      context,
      listJson(selected.sessions, { total, undecided, lostRounds, gateways, unreadable }),
    );
  else
    await context.write(
      listTable({ ...selected, lostRounds }, options.sortBy, local, screenOf(context), otherwise),
    );
  complainOfUnreadable(context, unreadable ?? new Map());
}

/** What a list needs of an engine. */
function neededOf(query: ListQuery, { slowerThan, search, pruned }: ListOptions): SessionsQuery {
  const isWhole = search === undefined && pruned === undefined && sessionFilter(query) === undefined;
  return {
    filter: query,
    // With its parts, a session can overlap a period that it does not overlap itself.
    period: query.rollup ? undefined : query.period,
    withTimes: slowerThan !== undefined,
    withTold: search !== undefined || query.rollup,
    top: isWhole && ranksByHead(query) ? { by: query.sortBy, limit: query.limit } : undefined,
  };
}

/** Undefined if the outcome of requests does not matter. */
function outcomeSearch(
  snapshot: Snapshot,
  filter: UsageFilter,
  period: Period,
  { failed, status: statuses, slowerThan: slowerThanMs }: ListOptions,
): OutcomeSearch | undefined {
  const outcome = { failed, statuses, slowerThanMs };
  return asksOutcome(outcome)
    ? new OutcomeSearch(snapshot, { ...filter, buckets: bucketsOf(period), outcome })
    : undefined;
}

/** That --search looks at little, and what looks at everything. */
function searchHint({ search }: ListOptions, texts: Texts['nothing']): string[] {
  if (search === undefined) return [];
  const word = shellWord(cleanLine(search));
  const command = `monitor search ${word.startsWith('-') ? '-- ' : ''}${word}`;
  return [texts.searchHint({ command })];
}

function sumOfSessions(sessions: readonly SessionEntry[]): Row {
  const sum = emptyRow();
  for (const session of sessions) addRow(sum, sessionTotals(session));
  return sum;
}

function explainEmpty(
  context: SpokenContext,
  sessions: StoredSessions,
  { filter, local, period }: { filter: UsageFilter; local: LocalTime; period: Period },
  { search, pruned }: ListOptions,
): void {
  // With these, the period may not be the reason.
  const asked = search === undefined && pruned === undefined ? period : undefined;
  warnOfUnknownNames(context, sessions, filter, local, asked, context.texts.absent);
}
