import { namesByUse, type Row } from '../query/aggregate.ts';
import { listedJson, sumJson } from '../query/json.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { namesJson } from '../query/names-json.ts';
import type { Stats } from '../query/grouping.ts';

// docs/commands.md describes these documents. They have a version: keys are added, never renamed.

/** `stats-model`, `stats-date` and `stats-consumer` with `--json`. A name that the log does not have is null. */
export function statsJson(stats: Stats, lostRounds = 0): string {
  const withModels = !stats.keys.includes('model');
  const sum = (row: Row): Record<string, unknown> => ({
    ...sumJson(row),
    ...(withModels && { models: namesByUse(row.models) }),
  });
  const rows = stats.rows.map(({ names, row }) => ({ ...namesJson(stats.keys, names), ...sum(row) }));
  const lost = {
    ...(stats.undecided > 0 && { undecided_rounds: stats.undecided }),
    ...(lostRounds > 0 && { lost_rounds: lostRounds }),
  };
  return `${JSON.stringify({ version: 1, rows, total: sum(stats.total), ...lost })}\n`;
}

/** `list --json`, piece by piece. `total`: how many matched before the limit. */
export function* listJson(
  sessions: Iterable<SessionEntry>,
  total: number,
  lostRounds = 0,
): Generator<string> {
  const lost = lostRounds > 0 ? `"lost_rounds":${lostRounds},` : '';
  yield `{"version":1,"total":${total},${lost}"sessions":[`;
  let separator = '';
  for (const session of sessions) {
    yield `${separator}\n${JSON.stringify(listedJson(session))}`;
    separator = ',';
  }
  yield separator === '' ? ']}\n' : '\n]}\n';
}
