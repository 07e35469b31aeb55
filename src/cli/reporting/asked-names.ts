import { plural } from '../../platform/count-text.ts';
import { undecidedText } from '../../report/numbers.ts';
import { TIER, type GroupKey } from '../../query/group-keys.ts';
import { filterFor, groupKeysOf, type GivenFilter } from '../../query/store-names.ts';
import type { UsageFilter } from '../../query/usage-filter.ts';
import { coverageOf, type State } from '../../store/state.ts';
import type { Context } from '../context.ts';

/** The keys of --group-by. Throws UsageError for a name that is no key and no dimension of the store. */
export function keysOf(names: readonly string[], state: State): GroupKey[] {
  return groupKeysOf(names, coverageOf(state));
}

/** The filter of a report. Throws UsageError for a name that the store does not have. */
export function filterOf(context: Pick<Context, 'warn'>, given: GivenFilter, state: State): UsageFilter {
  const coverage = coverageOf(state);
  const filter = filterFor(given, coverage);
  if (coverage.counted_from !== null && filter.where?.some(({ of }) => of === TIER)) context.warn(OLD_TIERS);
  return filter;
}

const OLD_TIERS =
  'monitor: rounds stored before the store counted by service_tier count as the default tier: run monitor reindex to count by it\n';

/** Warns about rounds that are missing because the store does not know whether the filter is about them. */
export function warnOfUndecided(context: Pick<Context, 'warn'>, rounds: number): void {
  if (rounds === 0) return;
  const are = rounds === 1 ? 'is' : 'are';
  context.warn(`monitor: ${undecidedText(rounds)} ${are} ${LEFT_OUT}`);
}

/** The same, about sessions of which no known round is meant. */
export function warnOfUndecidedSessions(context: Pick<Context, 'warn'>, sessions: number): void {
  if (sessions === 0) return;
  const are = sessions === 1 ? 'is' : 'are';
  context.warn(
    `monitor: ${plural(sessions, 'session')} whose values for the filter are not known ${are} ${LEFT_OUT}`,
  );
}

/** Warns about sessions of which pruned rounds may have matched. */
export function warnOfPrunedSessions(context: Pick<Context, 'warn'>, sessions: number): void {
  if (sessions === 0) return;
  const are = sessions === 1 ? 'is' : 'are';
  context.warn(
    `monitor: ${plural(sessions, 'session')} ${are} left out: only rounds that were pruned could tell whether they match\n`,
  );
}

const LEFT_OUT =
  'left out: stored before the store counted by it (see monitor reindex), or in a session with more than 1,000 values\n';
