import { failedRounds } from '../../query/failures.ts';
import { healthJson } from '../../query/health-json.ts';
import { toolLacksJson, toolRowsJson, toolSumJson } from '../../query/tool-json.ts';
import type { HealthRow } from './health-row.ts';
import { DAYS_BEFORE, HEALTH_KEYS, type HealthByKey } from './health-sums.ts';
import type { SiteHealth } from './site-health.ts';

// What programs read, as a part of api/stats.json. docs/site.md documents the shapes. Keys are added, never renamed.

/** How requests were answered, and what tools did. */
export function siteHealthJson({ requests, tools }: SiteHealth): { health: object; tools: object } {
  const { all, total, today, before, hours, days, earlier, day } = requests;
  const { rows, total: sum, lacks } = tools.finish();
  const { pruned_sessions: _never, ...unknown } = toolLacksJson(lacks);
  return {
    health: {
      total: rowJson(total),
      ...byKeyJson(all),
      dates: days.toReversed().map(([date, row]) => ({ date, ...rowJson(row) })),
      earlier: rowJson(earlier),
      today: {
        date: day,
        ...byKeyJson(today),
        hours: hours.map(([hour, row]) => ({ hour, ...rowJson(row) })),
      },
      before: { days: DAYS_BEFORE, ...byKeyJson(before) },
    },
    tools: { rows: toolRowsJson(rows), total: toolSumJson(sum), ...unknown },
  };
}

const LISTS = { model: 'models', consumer: 'consumers', api: 'apis' } as const;

function byKeyJson(rows: HealthByKey): object {
  return Object.fromEntries(
    HEALTH_KEYS.map((key) => [
      LISTS[key],
      byRequests(rows[key]).map(([name, row]) => ({ [key]: name === '' ? null : name, ...rowJson(row) })),
    ]),
  );
}

/** The names with the most requests first. */
export function byRequests(rows: ReadonlyMap<string, HealthRow>): [name: string, row: HealthRow][] {
  return [...rows].toSorted(([a, one], [b, other]) => other.rounds - one.rounds || (a < b ? -1 : 1));
}

function rowJson(row: HealthRow): object {
  const { rounds, failures } = row;
  return {
    rounds,
    failed_rounds: failedRounds(failures),
    uncounted_rounds: failures.uncounted,
    ...healthJson(row),
  };
}
