import { resultBytesOf, type ToolCounts } from '../model/tool-counts.ts';
import { compareText } from './aggregate.ts';

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

/** A sum, and of how many of its sessions the bytes are known. */
interface OpenSum extends Omit<ToolSum, 'bytes'> {
  bytes: number;
  measured: number;
}

type SumFields = [sessions: number, calls: number, failed: number, bytes: number, measured: number];

/** Sums of tools as JSON, to be carried on later. */
export interface ToolFields {
  rows: [name: string, ...SumFields][];
  total: SumFields;
  lacks: [unknown: number, late: number, unmeasured: number];
}

/** Sums the tools of sessions. What was added can be taken away again. */
export class ToolSums {
  readonly #rows = new Map<string, OpenSum>();
  readonly #total = emptySum();
  #unknown = 0;
  #late = 0;
  #unmeasured = 0;

  static from({ rows, total, lacks: [unknown, late, unmeasured] }: ToolFields): ToolSums {
    const sums = new ToolSums();
    for (const [name, ...fields] of rows) sums.#rows.set(name, sumOf(fields));
    Object.assign(sums.#total, sumOf(total));
    sums.#unknown = unknown;
    sums.#late = late;
    sums.#unmeasured = unmeasured;
    return sums;
  }

  /** The same for the same sums, however they came about. */
  fields(): ToolFields {
    return {
      rows: [...this.#rows]
        .toSorted(([a], [b]) => compareText(a, b))
        .map(([name, sum]) => [name, ...fieldsOf(sum)]),
      total: fieldsOf(this.#total),
      lacks: [this.#unknown, this.#late, this.#unmeasured],
    };
  }

  /** Adds a session; -1 takes away what was added of it. */
  add(counts: ToolCounts, sign: 1 | -1 = 1): void {
    const { tools, tools_from: from, tool_bytes_from: bytesFrom } = counts;
    if (!tools) {
      this.#unknown += sign;
      return;
    }
    if (from !== undefined) this.#late += sign;
    const bytes = resultBytesOf(counts);
    if (!bytes || bytesFrom !== undefined) this.#unmeasured += sign;
    const used: ToolSum = { sessions: 0, calls: 0, failed: 0, bytes: 0 };
    for (const [i, [name, calls, failed]] of tools.entries()) {
      const sum = { sessions: 1, calls, failed, bytes: bytes?.[i] ?? 0 };
      // Of a call before the first round, an empty result.
      if (calls + failed + sum.bytes === 0) continue;
      this.#addTo(name, sum, bytes !== undefined, sign);
      used.sessions = 1;
      used.calls += calls;
      used.failed += failed;
      used.bytes = (used.bytes ?? 0) + sum.bytes;
    }
    if (used.sessions > 0) increase(this.#total, used, bytes !== undefined, sign);
  }

  #addTo(name: string, added: ToolSum, isMeasured: boolean, sign: 1 | -1): void {
    const row = this.#rows.get(name) ?? emptySum();
    increase(row, added, isMeasured, sign);
    if (row.sessions > 0) this.#rows.set(name, row);
    else this.#rows.delete(name);
  }

  finish(pruned = 0, undecidedRounds = 0): ToolStats {
    const rows = Array.from(this.#rows, ([name, sum]) => ({ name, ...shownSum(sum) })).toSorted(
      (a, b) => b.calls - a.calls || b.failed - a.failed || compareText(a.name, b.name),
    );
    const lacks = {
      unknown: this.#unknown,
      late: this.#late,
      unmeasured: this.#unmeasured,
      pruned,
      undecidedRounds,
    };
    return { rows, total: shownSum(this.#total), lacks };
  }
}

function emptySum(): OpenSum {
  return { sessions: 0, calls: 0, failed: 0, bytes: 0, measured: 0 };
}

function increase(sum: OpenSum, added: ToolSum, isMeasured: boolean, sign: 1 | -1): void {
  sum.sessions += sign * added.sessions;
  sum.calls += sign * added.calls;
  sum.failed += sign * added.failed;
  sum.bytes += sign * (added.bytes ?? 0);
  if (isMeasured) sum.measured += sign;
}

function shownSum({ sessions, calls, failed, bytes, measured }: OpenSum): ToolSum {
  return { sessions, calls, failed, bytes: measured > 0 ? bytes : null };
}

function fieldsOf({ sessions, calls, failed, bytes, measured }: OpenSum): SumFields {
  return [sessions, calls, failed, bytes, measured];
}

function sumOf([sessions, calls, failed, bytes, measured]: SumFields): OpenSum {
  return { sessions, calls, failed, bytes, measured };
}
