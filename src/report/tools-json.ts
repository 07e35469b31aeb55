import type { ToolFailure } from '../query/tool-failures.ts';
import type { ToolLacks, ToolStats, ToolSum } from '../query/tool-stats.ts';

// docs/commands.md describes these documents. They have a version: keys are added, never renamed.

/** `stats-tool --json` */
export function toolsJson({ rows, total, lacks }: ToolStats, lostRounds: number): string {
  const named = rows.map(({ name, ...sum }) => ({ tool: name, ...sumJson(sum) }));
  return `${JSON.stringify({ version: 1, rows: named, total: sumJson(total), ...lacksJson(lacks, lostRounds) })}\n`;
}

function sumJson({ calls, sessions, failed, bytes }: ToolSum): Record<string, number | null> {
  const share = calls === 0 ? null : Number((failed / calls).toPrecision(4));
  return { calls, sessions, failed, failed_share: share, result_bytes: bytes };
}

function lacksJson(
  { unknown, late, unmeasured, pruned, undecidedRounds }: ToolLacks,
  lostRounds: number,
): Record<string, number> {
  return {
    unknown_sessions: unknown,
    partly_counted_sessions: late,
    partly_measured_sessions: unmeasured,
    pruned_sessions: pruned,
    ...(undecidedRounds > 0 && { undecided_rounds: undecidedRounds }),
    ...(lostRounds > 0 && { lost_rounds: lostRounds }),
  };
}

/** `stats-tool <name> --json`. `count`: how many there are; null: not known. */
export function failuresJson(
  failures: readonly ToolFailure[],
  { name, count, lacks }: { name: string; count: number | null; lacks: ToolLacks },
): string {
  const rows = failures.map(({ session, round, time, model, reason, text }) => ({
    session_id: session,
    round,
    timestamp: new Date(time).toISOString(),
    model,
    reason,
    result: text,
  }));
  const { partly_measured_sessions: _bytes, ...rest } = lacksJson(lacks, 0);
  return `${JSON.stringify({ version: 1, tool: name, failed: count, failures: rows, ...rest })}\n`;
}
