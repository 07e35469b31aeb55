import type { SessionEntry } from '../model/session-entry.ts';
import { sessionFilter } from './session-filter.ts';
import { usageFilter, type Answer, type UsageFilter } from './usage-filter.ts';

/** A session, with its usage if the filter asks for it. */
type MatchedSession = Pick<SessionEntry, 'id'> & Partial<Pick<SessionEntry, 'usage'>>;

/**
 * Whether a whole session is meant: it has a round of the model, one of the consumer, and one for which all conditions
 * hold. Undefined if the store does not know.
 */
export function sessionMatcher(filter: UsageFilter): (session: MatchedSession) => Answer {
  const isMeant = sessionFilter(filter);
  const tests = roundTests(filter);
  return ({ id, usage = [] }) => {
    if (isMeant && !isMeant(id)) return false;
    let answer: Answer = true;
    for (const test of tests) {
      const one = hasRound(usage, test);
      if (one === false) return false;
      if (one === undefined) answer = undefined;
    }
    return answer;
  };
}

/** Whether the usage of sessions must be known. */
export function asksUsage(filter: UsageFilter): boolean {
  return roundTests(filter).length > 0;
}

type RoundTest = ReturnType<typeof usageFilter>;

/** The rounds that a session must have: each can be another one. */
function roundTests({ model, consumer, where = [] }: UsageFilter): RoundTest[] {
  return [
    ...(model === undefined ? [] : [usageFilter({ model })]),
    ...(consumer === undefined ? [] : [usageFilter({ consumer })]),
    ...(where.length === 0 ? [] : [usageFilter({ where })]),
  ];
}

function hasRound(usage: SessionEntry['usage'], test: RoundTest): Answer {
  let answer: Answer = false;
  for (const cell of usage) {
    const one = test(cell);
    if (one) return true;
    if (one === undefined) answer = undefined;
  }
  return answer;
}
