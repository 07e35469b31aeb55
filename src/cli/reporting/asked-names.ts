import { counted } from '../../query/counted.ts';
import { TIER, type GroupKey } from '../../query/group-keys.ts';
import { filterFor, groupKeysOf, type GivenFilter } from '../../query/store-names.ts';
import type { UsageFilter } from '../../query/usage-filter.ts';
import { coverageOf, type State } from '../../store/state.ts';
import { absent } from '../../texts/en.ts';
import type { Context } from '../context.ts';

/** The keys of --group-by. Throws UsageError for a name that is no key and no dimension of the store. */
export function keysOf(names: readonly string[], state: State): GroupKey[] {
  return groupKeysOf(names, coverageOf(state));
}

/** The filter of a report. Throws UsageError for a name that the store does not have. */
export function filterOf(
  context: Pick<Context, 'warn'>,
  given: GivenFilter,
  state: State,
  texts = absent,
): UsageFilter {
  const coverage = coverageOf(state);
  const filter = filterFor(given, coverage);
  if (coverage.counted_from !== null && filter.where?.some(({ of }) => of === TIER))
    context.warn(`monitor: ${texts.oldTiers}\n`);
  return filter;
}

/** Warns about rounds that are missing because the store does not know whether the filter is about them. */
export function warnOfUndecided(context: Pick<Context, 'warn'>, rounds: number, texts = absent): void {
  if (rounds > 0) context.warn(`monitor: ${texts.undecided({ rounds: counted(rounds) })}\n`);
}

/** The same, about sessions of which no known round is meant. */
export function warnOfUndecidedSessions(
  context: Pick<Context, 'warn'>,
  sessions: number,
  texts = absent,
): void {
  if (sessions > 0) context.warn(`monitor: ${texts.undecidedSessions({ sessions: counted(sessions) })}\n`);
}

/** Warns about sessions of which pruned rounds may have matched. */
export function warnOfPrunedSessions(context: Pick<Context, 'warn'>, sessions: number, texts = absent): void {
  if (sessions > 0) context.warn(`monitor: ${texts.prunedSessions({ sessions: counted(sessions) })}\n`);
}
