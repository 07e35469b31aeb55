import type { ToolLacks, ToolRow, ToolSum } from './tool-sums.ts';

// docs/commands.md documents the shapes. They have a version: keys are added, never renamed.

export function toolRowsJson(rows: readonly ToolRow[]): object[] {
  return rows.map(({ name, ...sum }) => ({ tool: name, ...toolSumJson(sum) }));
}

/** Without the tool’s name. */
export function toolSumJson({ calls, sessions, failed, bytes }: ToolSum): Record<string, number | null> {
  const share = calls === 0 ? null : Number((failed / calls).toPrecision(4));
  return { calls, sessions, failed, failed_share: share, result_bytes: bytes };
}

/** What the numbers lack. */
export function toolLacksJson(
  { unknown, late, unmeasured, pruned, undecidedRounds }: ToolLacks,
  lostRounds = 0,
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
