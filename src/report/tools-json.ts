import type { ToolFailure } from '../query/tool-failures.ts';
import { toolLacksJson, toolRowsJson, toolSumJson } from '../query/tool-json.ts';
import type { ToolLacks, ToolStats } from '../query/tool-sums.ts';

// docs/commands.md describes these documents. They have a version: keys are added, never renamed.

/** `stats-tool --json` */
export function toolsJson({ rows, total, lacks }: ToolStats, lostRounds: number): string {
  const sums = { rows: toolRowsJson(rows), total: toolSumJson(total) };
  return `${JSON.stringify({ version: 1, ...sums, ...toolLacksJson(lacks, lostRounds) })}\n`;
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
  const { partly_measured_sessions: _bytes, ...rest } = toolLacksJson(lacks, 0);
  return `${JSON.stringify({ version: 1, tool: name, failed: count, failures: rows, ...rest })}\n`;
}
