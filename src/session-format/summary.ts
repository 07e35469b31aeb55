import type { PruneMarks, SessionEntry } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';

export interface Totals {
  input: number;
  output: number;
  reasoning: number;
  cached: number;
  cacheWrite: number;
}

/** What stands behind a session's rounds, for those who read the file itself. */
export function summaryOf(
  session: Pick<SessionEntry, 'created' | 'updated' | 'rounds' | 'model'> & PruneMarks,
  totals: Totals,
): Record<string, unknown> {
  return {
    created_at: new Date(session.created).toISOString(),
    updated_at: new Date(session.updated).toISOString(),
    messages_count: session.rounds,
    total_input_tokens: totals.input,
    total_output_tokens: totals.output,
    total_reasoning_tokens: totals.reasoning,
    total_cached_tokens: totals.cached,
    total_cache_write_tokens: totals.cacheWrite,
    model: session.model,
    ...(session.pruned_rounds !== undefined && { pruned_rounds: session.pruned_rounds }),
    ...(session.pruned_content !== undefined && { pruned_content: true }),
  };
}

export function sumUsage(cells: readonly UsageCell[]): Totals {
  const totals = { input: 0, output: 0, reasoning: 0, cached: 0, cacheWrite: 0 };
  for (const cell of cells) addTotals(totals, cell);
  return totals;
}

export function addTotals(totals: Totals, cell: UsageCell): void {
  totals.input += cell.input;
  totals.output += cell.output;
  totals.reasoning += cell.reasoning;
  totals.cached += cell.cached;
  totals.cacheWrite += cell.cacheWrite;
}
