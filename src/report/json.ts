import { unreadableJson, type UnreadableSessions } from '../query/unreadable-sessions.ts';
import { namesByUse, type Row } from '../query/aggregate.ts';
import { failedRounds } from '../query/failures.ts';
import { healthJson } from '../query/health-json.ts';
import { PERCENTILE_ERROR } from '../query/health.ts';
import { listedJson, sumJson } from '../query/json.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { namesJson } from '../query/names-json.ts';
import type { Stats } from '../query/grouping.ts';

// docs/commands.md describes these documents. They have a version: keys are added, never renamed.

/** `stats-model`, `stats-date` and `stats-consumer` with `--json`. A name that the log does not have is null. */
export function statsJson(stats: Stats, lostRounds = 0, withHealth = false): string {
  const withModels = !stats.keys.includes('model');
  const sum = (row: Row): Record<string, unknown> => ({
    ...sumJson(row),
    ...(withModels && { models: namesByUse(row.models) }),
    ...(withHealth && { health: healthJson(row) }),
  });
  return groupsJson(stats, sum, { ...(withHealth && ERROR), ...lacking(stats, lostRounds) });
}

/** `stats-health --json` */
export function healthStatsJson(stats: Stats, lostRounds: number): string {
  return groupsJson(stats, healthSum, { ...ERROR, ...lacking(stats, lostRounds) });
}

function healthSum(row: Row): Record<string, unknown> {
  return {
    sessions: row.sessions,
    rounds: row.rounds,
    failed_rounds: failedRounds(row.failures),
    uncounted_rounds: row.failures.uncounted,
    ...healthJson(row),
  };
}

const ERROR = { percentile_error: PERCENTILE_ERROR };

function groupsJson(
  { keys, rows, total }: Stats,
  sum: (row: Row) => Record<string, unknown>,
  rest: Record<string, unknown>,
): string {
  const named = rows.map(({ names, row }) => ({ ...namesJson(keys, names), ...sum(row) }));
  return `${JSON.stringify({ version: 1, rows: named, total: sum(total), ...rest })}\n`;
}

function lacking({ undecided }: Stats, lostRounds: number): Record<string, number> {
  return {
    ...(undecided > 0 && { undecided_rounds: undecided }),
    ...(lostRounds > 0 && { lost_rounds: lostRounds }),
  };
}

/**
 * `list --json`, piece by piece. `total`: how many matched before the limit; `undecided`: how many may match; `gateways`:
 * those of sessions of which the entry does not say it.
 */
export function* listJson(
  sessions: Iterable<SessionEntry>,
  {
    total,
    undecided = 0,
    lostRounds = 0,
    gateways,
    unreadable,
  }: {
    total: number;
    undecided?: number;
    lostRounds?: number;
    gateways?: readonly string[];
    unreadable?: UnreadableSessions | undefined;
  },
): Generator<string> {
  const unknown = undecided > 0 ? `"undecided_sessions":${undecided},` : '';
  const lost = lostRounds > 0 ? `"lost_rounds":${lostRounds},` : '';
  const left = unreadable?.size ? `${JSON.stringify(unreadableJson(unreadable)).slice(1, -1)},` : '';
  yield `{"version":1,"total":${total},${unknown}${lost}${left}"sessions":[`;
  let separator = '';
  for (const session of sessions) {
    yield `${separator}\n${JSON.stringify(listedWith(session, gateways))}`;
    separator = ',';
  }
  yield separator === '' ? ']}\n' : '\n]}\n';
}

function listedWith(session: SessionEntry, gateways: readonly string[] | undefined): Record<string, unknown> {
  return { ...listedJson(session), ...(gateways && { gateways: session.gateways ?? gateways }) };
}
