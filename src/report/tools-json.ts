import type { ToolFailure } from '../query/tool-failures.ts';
import { toolLacksJson, toolRowsJson, toolSumJson } from '../query/tool-json.ts';
import { unreadableJson, type UnreadableSessions } from '../query/unreadable-sessions.ts';
import type { ToolLacks, ToolStats } from '../query/tool-sums.ts';

// docs/commands.md describes these documents. They have a version: keys are added, never renamed.

/** `stats-tool --json` */
export function toolsJson(
  { rows, total, lacks }: ToolStats,
  lostRounds: number,
  unreadable: UnreadableSessions,
): string {
  const sums = { rows: toolRowsJson(rows), total: toolSumJson(total) };
  return `${JSON.stringify({ version: 1, ...sums, ...toolLacksJson(lacks, lostRounds), ...unreadableJson(unreadable) })}\n`;
}

/** `stats-tool <name> --json`. `count`: how many there are; null: not known. */
export function failuresJson(
  failures: readonly ToolFailure[],
  {
    name,
    count,
    lacks,
    unreadable,
  }: { name: string; count: number | null; lacks: ToolLacks; unreadable: UnreadableSessions },
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
  return `${JSON.stringify({ version: 1, tool: name, failed: count, failures: rows, ...rest, ...unreadableJson(unreadable) })}\n`;
}
