import { resultBytesOf, type ToolCounts } from '../model/tool-counts.ts';
import { readRound } from '../session-format/read-round.ts';
import { ToolTally } from '../session-format/tool-tally.ts';
import type { Snapshot } from '../store/read.ts';
import type { RoundSelection } from './round-filter.ts';
import { ToolSelection, type SelectedSession } from './tool-selection.ts';
import { ToolSums, type ToolStats } from './tool-sums.ts';
import { readOrLeaveOut, type UnreadableSessions } from './unreadable-sessions.ts';

/**
 * Tool calls and results in the rounds of a selection. They are those of the index; only a session of which some rounds
 * are not meant is read. One that cannot be read is left out, and in `unreadable`.
 */
export function toolStats(
  snapshot: Snapshot,
  query: RoundSelection,
  unreadable: UnreadableSessions,
): ToolStats {
  const selection = new ToolSelection(snapshot, query);
  const sums = new ToolSums();
  let pruned = 0;
  for (const selected of selection) {
    if (selected.kind === 'pruned') pruned++;
    else if (selected.kind === 'whole') sums.add(selected.entry);
    else {
      const read = (): ToolCounts => toolsOfPart(snapshot, selected);
      const tools = readOrLeaveOut(unreadable, selected.entry.id, read);
      if (tools) sums.add(tools);
    }
  }
  return sums.finish(pruned, selection.undecidedRounds);
}

/** The counts of a session's rounds that are meant. */
function toolsOfPart(snapshot: Snapshot, { entry, isMeant }: SelectedSession & { kind: 'part' }): ToolCounts {
  const tally = new ToolTally();
  const part = new Map<string, [calls: number, failed: number, bytes: number]>();
  let before: ToolCounts = {};
  for (const line of snapshot.rounds(entry)) {
    const round = readRound(line);
    tally.addStored(round.stored, line, round.texts);
    const after = tally.counts;
    if (isMeant(round)) addDifference(part, before, after);
    before = after;
  }
  const { tools, tools_from: from } = before;
  if (!tools) return {};
  return {
    tools: Array.from(part, ([name, [calls, failed]]) => [name, calls, failed]),
    tool_bytes: Array.from(part.values(), ([, , bytes]) => bytes),
    ...(from !== undefined && { tools_from: from }),
  };
}

function addDifference(
  sums: Map<string, [calls: number, failed: number, bytes: number]>,
  before: ToolCounts,
  after: ToolCounts,
): void {
  const [known, bytes] = [new Map<string, readonly number[]>(), resultBytesOf(after) ?? []];
  const knownBytes = resultBytesOf(before) ?? [];
  for (const [i, [name, ...counts]] of (before.tools ?? []).entries())
    known.set(name, [...counts, knownBytes[i] ?? 0]);
  for (const [i, [name, ...counts]] of (after.tools ?? []).entries()) {
    const all = [...counts, bytes[i] ?? 0];
    const added = all.map((count, k) => count - (known.get(name)?.[k] ?? 0));
    if (added.every((count) => count === 0)) continue;
    const sum = sums.get(name) ?? [0, 0, 0];
    sums.set(name, [sum[0] + (added[0] ?? 0), sum[1] + (added[1] ?? 0), sum[2] + (added[2] ?? 0)]);
  }
}
