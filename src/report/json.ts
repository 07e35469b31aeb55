import { namesByUse } from '../query/aggregate.ts';
import { listedJson, sumJson } from '../query/json.ts';
import type { SessionEntry } from '../store/types.ts';
import type { Stats } from './stats.ts';

// The shapes stand in docs/commands.md and carry a version: a key is added, never renamed.

/** `stats-model --json` and `stats-date --json`. */
export function statsJson(stats: Stats, key: 'model' | 'date'): string {
  const rows = stats.rows.map(([name, row]) => ({
    [key]: name,
    ...sumJson(row),
    ...(key === 'date' && { models: namesByUse(row.models) }),
  }));
  const total = {
    ...sumJson(stats.total),
    ...(key === 'date' && { models: namesByUse(stats.total.models) }),
  };
  return `${JSON.stringify({ version: 1, rows, total })}\n`;
}

/** `list --json`, piece by piece. `total` counts what matched before the limit. */
export function* listJson(sessions: Iterable<SessionEntry>, total: number): Generator<string> {
  yield `{"version":1,"total":${total},"sessions":[`;
  let separator = '';
  for (const session of sessions) {
    yield `${separator}\n${JSON.stringify(listedJson(session))}`;
    separator = ',';
  }
  yield separator === '' ? ']}\n' : '\n]}\n';
}
