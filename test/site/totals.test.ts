import { expect, test } from 'vitest';
import { ALL_BUCKETS, byCost, byKey, groupUsage } from '../../src/query/aggregate.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { surveyOf } from '../../src/site/totals.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import { entriesOf, quickSessions } from './quick-store.ts';

const local = localTimeIn('Asia/Kathmandu');

test('the sums of one pass are those of a pass for each of them', () => {
  const sessions = mixed(entriesOf(quickSessions(300, 70, Date.parse('2026-03-02T09:00:00Z'))));
  const group = (keyOf: (cell: UsageCell) => string) => groupUsage(sessions, keyOf, ALL_BUCKETS);
  const dateOf = ({ bucket }: UsageCell): string => local.dateOf(bucket);
  const [models, days] = [group(({ model }) => model), group(dateOf)];

  const survey = surveyOf(sessions, local);

  expect(survey.total).toEqual(models.total);
  expect(survey.models).toEqual(byCost(models.rows));
  expect(survey.consumers).toEqual(byCost(group(({ consumer }) => consumer).rows));
  expect(survey.days).toEqual(byKey(days.rows));
  expect(survey.months).toEqual(byKey(group((cell) => dateOf(cell).slice(0, 7)).rows));
  expect([survey.days.length, survey.months.length, survey.models.length]).toEqual([70, 4, 5]);
  const dayModels = group((cell) => `${dateOf(cell)} ${cell.model}`).rows;
  for (const [date] of survey.days) {
    for (const [model] of survey.models) {
      expect(survey.dayOf(date, model)).toEqual(dayModels.get(`${date} ${model}`));
    }
  }
});

/** Each session has its neighbour's rounds too, its cells in an order that comes back to a day and a consumer. */
function mixed(sessions: readonly SessionEntry[]): SessionEntry[] {
  return sessions.map((session, i) => {
    const [others = session] = [sessions[i - 1]];
    return { ...session, usage: [...session.usage, ...others.usage, ...session.usage.toReversed()] };
  });
}
