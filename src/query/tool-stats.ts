import { resultBytesOf, type ToolCounts } from '../model/tool-counts.ts';
import { readRound } from '../session-format/read-round.ts';
import { ToolTally } from '../session-format/tool-tally.ts';
import type { Snapshot } from '../store/read.ts';
import { compareText } from './aggregate.ts';
import type { RoundSelection } from './round-filter.ts';
import { ToolSelection, type SelectedSession } from './tool-selection.ts';

/** What the rounds of a selection say of a tool. */
export interface ToolRow extends ToolSum {
  name: string;
}

export interface ToolSum {
  sessions: number;
  /** A call is of the round that makes it; a result is of the round whose request brings it. */
  calls: number;
  failed: number;
  /** Of the texts of results; null if it is known of no session. */
  bytes: number | null;
}

export interface ToolStats {
  /** The most called first. */
  rows: ToolRow[];
  /** Counts each session once. */
  total: ToolSum;
  lacks: ToolLacks;
}

/** What the numbers lack, in sessions. */
export interface ToolLacks {
  /** Nothing is known of their tools: no text is kept or logged, or an earlier build stored them. */
  unknown: number;
  /** The same of their first rounds. */
  late: number;
  /** An earlier build counted their calls, or those of their first rounds, but no bytes of results. */
  unmeasured: number;
  /** Only some of their rounds are meant, and what these called was pruned. They are left out. */
  pruned: number;
  /** Rounds of which the store does not know whether they are meant. */
  undecidedRounds: number;
}

/**
 * Tool calls and results in the rounds of a selection. They are those of the index; only a session of which some rounds
 * are not meant is read.
 */
export function toolStats(snapshot: Snapshot, query: RoundSelection): ToolStats {
  const selection = new ToolSelection(snapshot, query);
  const sums = new ToolSums();
  let pruned = 0;
  for (const selected of selection) {
    if (selected.kind === 'pruned') pruned++;
    else sums.add(selected.kind === 'whole' ? selected.entry : toolsOfPart(snapshot, selected));
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

class ToolSums {
  readonly #rows = new Map<string, ToolRow>();
  readonly #total = { sessions: 0, calls: 0, failed: 0, bytes: null } as ToolSum;
  #unknown = 0;
  #late = 0;
  #unmeasured = 0;

  /** Adds a session. */
  add(counts: ToolCounts): void {
    const { tools, tools_from: from, tool_bytes_from: bytesFrom } = counts;
    if (!tools) {
      this.#unknown++;
      return;
    }
    if (from !== undefined) this.#late++;
    const bytes = resultBytesOf(counts);
    if (!bytes || bytesFrom !== undefined) this.#unmeasured++;
    let isUsed = false;
    for (const [i, [name, calls, failed]] of tools.entries()) {
      // Of a call before the first round, an empty result.
      if (calls + failed + (bytes?.[i] ?? 0) === 0) continue;
      isUsed = true;
      const row = this.#rows.get(name) ?? { name, sessions: 0, calls: 0, failed: 0, bytes: null };
      this.#rows.set(name, row);
      row.sessions++;
      for (const sum of [row, this.#total]) {
        sum.calls += calls;
        sum.failed += failed;
        if (bytes) sum.bytes = (sum.bytes ?? 0) + (bytes[i] ?? 0);
      }
    }
    if (isUsed) this.#total.sessions++;
  }

  finish(pruned: number, undecidedRounds: number): ToolStats {
    const rows = [...this.#rows.values()].toSorted(
      (a, b) => b.calls - a.calls || b.failed - a.failed || compareText(a.name, b.name),
    );
    const lacks = {
      unknown: this.#unknown,
      late: this.#late,
      unmeasured: this.#unmeasured,
      pruned,
      undecidedRounds,
    };
    return { rows, total: this.#total, lacks };
  }
}
