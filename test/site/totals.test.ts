import { expect, test } from 'vitest';
import { byCost, byKey } from '../../src/query/aggregate.ts';
import { groupUsage, type Dimension } from '../../src/query/group-usage.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { siteTotals, sumSessions } from '../../src/site/totals.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { rowsOf } from '../query/make.ts';
import { entriesOf, quickSessions } from './quick-store.ts';

const local = localTimeIn('Asia/Kathmandu');

test('one pass gives the same sums as a pass for each grouping', () => {
  const sessions = mixed(entriesOf(quickSessions(300, 70, Date.parse('2026-03-02T09:00:00Z'))));
  const rowsBy = (dimension: Dimension) => rowsOf(groupUsage(sessions, { by: [dimension] }).groups);
  const dateOf: Dimension = ({ bucket }) => local.dateOf(bucket);

  const totals = siteTotals(sumSessions(sessions, local));

  expect(totals.total).toEqual(groupUsage(sessions, { by: [] }).total);
  expect(totals.models).toEqual(byCost(rowsBy(({ model }) => model)));
  expect(totals.consumers).toEqual(byCost(rowsBy(({ consumer }) => consumer)));
  expect(totals.days).toEqual(byKey(rowsBy(dateOf)));
  expect(totals.months).toEqual(byKey(rowsBy((cell, id) => dateOf(cell, id).slice(0, 7))));
  expect([totals.days.length, totals.months.length, totals.models.length]).toEqual([70, 4, 5]);
  const dayModels = rowsBy((cell, id) => `${dateOf(cell, id)} ${cell.model}`);
  for (const [date] of totals.days) {
    for (const [model] of totals.models) {
      expect(totals.dayOf(date, model)).toEqual(dayModels.get(`${date} ${model}`));
    }
  }
});

/** Each session also has its neighbour's rounds, and its own twice: days and consumers come up again. */
function mixed(sessions: readonly SessionEntry[]): SessionEntry[] {
  return sessions.map((session, i) => {
    const [others = session] = [sessions[i - 1]];
    return { ...session, usage: [...session.usage, ...others.usage, ...session.usage.toReversed()] };
  });
}
