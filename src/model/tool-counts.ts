import { isCount } from '../platform/json-checks.ts';

/** A tool's calls, and how many of its results failed. */
export type ToolCount = [name: string, calls: number, failed: number];

/** The tools that a session called, as its entry in the index has them. */
export interface ToolCounts {
  /** Sorted by name. Absent: not known, because no round had tool calls or messages, or no text is kept. */
  tools?: ToolCount[];
  /** The first round that is counted; absent if it is round 1. */
  tools_from?: number;
  /**
   * Bytes of the results of each of these, in their order. Absent if they have none, or if an earlier build counted
   * them: it drops what it does not know.
   */
  tool_bytes?: number[];
  /** The first round whose results are in it; absent if it is the first that is counted. */
  tool_bytes_from?: number;
}

const KEYS = ['tools', 'tools_from', 'tool_bytes', 'tool_bytes_from'] as const;

/** The counts alone, for a new entry of the same rounds. */
export function toolCountsOf(entry: ToolCounts): ToolCounts {
  return Object.fromEntries(KEYS.flatMap((key) => (entry[key] === undefined ? [] : [[key, entry[key]]])));
}

/** The bytes of the results of each tool; undefined if they are not known of any round. */
export function resultBytesOf({ tools = [], tool_bytes: bytes = [] }: ToolCounts): number[] | undefined {
  // Where nothing was called, nothing was returned.
  return Array.isArray(bytes) && bytes.length === tools.length && bytes.every(isCount) ? bytes : undefined;
}

/** Counts of calls, of failed results, and of bytes, by name. */
type Sums = Map<string, [calls: number, failed: number, bytes: number]>;

function addTools(sums: Sums, counts: ToolCounts, sign: 1 | -1 = 1): void {
  const bytes = resultBytesOf(counts);
  for (const [i, [name, calls, failed]] of (counts.tools ?? []).entries()) {
    const [allCalls, allFailed, allBytes] = sums.get(name) ?? [0, 0, 0];
    sums.set(name, [allCalls + sign * calls, allFailed + sign * failed, allBytes + sign * (bytes?.[i] ?? 0)]);
  }
}

/** Counts as an entry has them. `hasBytes`: whether the bytes are known. */
function countsOfSums(sums: Sums, hasBytes: boolean): ToolCounts {
  const sorted = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    tools: sorted.map(([name, [calls, failed]]): ToolCount => [name, calls, failed]),
    ...(hasBytes && sorted.length > 0 && { tool_bytes: sorted.map(([, [, , bytes]]) => bytes) }),
  };
}

/** What is left without the counts of some of the rounds. */
export function subtractTools(all: ToolCounts, others: readonly ToolCounts[]): ToolCounts {
  if (!all.tools) return {};
  const left: Sums = new Map();
  addTools(left, all);
  for (const other of others) addTools(left, other, -1);
  for (const [name, [calls, failed, bytes]] of left)
    if (calls <= 0 && failed <= 0 && bytes <= 0) left.delete(name);
  const hasBytes = resultBytesOf(all) !== undefined;
  const { tools: _tools, tool_bytes: _bytes, ...rest } = toolCountsOf(all);
  return { ...countsOfSums(left, hasBytes), ...rest };
}

/** Of two counts of the same rounds, the one that covers more: texts can be gone that were counted before. */
export function fullerTools(known: ToolCounts, recounted: ToolCounts): ToolCounts {
  if (!known.tools) return toolCountsOf(recounted);
  const isFuller = recounted.tools && (recounted.tools_from ?? 1) <= (known.tools_from ?? 1);
  return toolCountsOf(isFuller ? recounted : known);
}

/** The counts of several sessions together: known if they are known from round 1 for all of them. */
export function sumTools(all: readonly ToolCounts[]): ToolCounts {
  if (all.some(({ tools, tools_from: from }) => !tools || from !== undefined)) return {};
  const sums: Sums = new Map();
  for (const counts of all) addTools(sums, counts);
  const isKnown = all.every(
    (counts) => resultBytesOf(counts) !== undefined && counts.tool_bytes_from === undefined,
  );
  return countsOfSums(sums, isKnown);
}

/** Those that were called or failed, the most called first. */
export function toolsByUse(tools: readonly ToolCount[]): ToolCount[] {
  // Of some, only results are known: of calls before the session's first round.
  return tools.filter(([, calls, failed]) => calls + failed > 0).toSorted(([, a], [, b]) => b - a);
}

/** An entry without them. */
export function withoutTools<T extends ToolCounts>(entry: T): Omit<T, keyof ToolCounts> {
  const {
    tools: _tools,
    tools_from: _from,
    tool_bytes: _bytes,
    tool_bytes_from: _bytesFrom,
    ...rest
  } = entry;
  return rest;
}
