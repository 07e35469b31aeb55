import { addCounts, Counts } from '../model/counts.ts';
import type { PruneMarks, SessionEntry } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';

/** What follows the rounds in a session file, for people and programs that read the file directly. */
export function summaryOf(
  session: Pick<SessionEntry, 'created' | 'updated' | 'rounds' | 'model'> & PruneMarks,
  totals: Counts,
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

export function sumUsage(cells: readonly UsageCell[]): Counts {
  const totals = new Counts();
  for (const cell of cells) addCounts(totals, cell);
  return totals;
}
