/** A tool's calls, and how many of its results failed. */
export type ToolCount = [name: string, calls: number, failed: number];

/** The tools that a session called, as its entry in the index has them. */
export interface ToolCounts {
  /** Sorted by name. Absent: not known, because no round had tool calls or messages, or no text is kept. */
  tools?: ToolCount[];
  /** The first round that is counted; absent if it is round 1. */
  tools_from?: number;
}

/** The counts alone, for a new entry of the same rounds. */
export function toolCountsOf({ tools, tools_from }: ToolCounts): ToolCounts {
  return { ...(tools && { tools }), ...(tools_from !== undefined && { tools_from }) };
}

/** What is left without the counts of some of the rounds. */
export function subtractTools(all: ToolCounts, others: readonly ToolCounts[]): ToolCounts {
  const { tools, ...rest } = toolCountsOf(all);
  if (!tools) return {};
  const left = new Map(tools.map(([name, ...counts]) => [name, counts]));
  for (const [name, calls, failed] of others.flatMap((one) => one.tools ?? [])) {
    const [allCalls = 0, allFailed = 0] = left.get(name) ?? [];
    left.set(name, [allCalls - calls, allFailed - failed]);
  }
  const counts = Array.from(left, ([name, [calls, failed]]): ToolCount => [name, calls, failed]);
  return { tools: counts.filter(([, calls, failed]) => calls > 0 || failed > 0), ...rest };
}

/** Of two counts of the same rounds, the one that covers more: texts can be gone that were counted before. */
export function fullerTools(known: ToolCounts, recounted: ToolCounts): ToolCounts {
  if (!known.tools) return toolCountsOf(recounted);
  const isFuller = recounted.tools && (recounted.tools_from ?? 1) <= (known.tools_from ?? 1);
  return toolCountsOf(isFuller ? recounted : known);
}

/** The counts of several sessions together: known if they are known from round 1 for all of them. */
export function sumTools(all: readonly ToolCounts[]): ToolCounts {
  if (all.some(({ tools, tools_from }) => !tools || tools_from !== undefined)) return {};
  const sums = new Map<string, ToolCount>();
  for (const [name, calls, failed] of all.flatMap(({ tools = [] }) => tools)) {
    const [, allCalls, allFailed] = sums.get(name) ?? [name, 0, 0];
    sums.set(name, [name, allCalls + calls, allFailed + failed]);
  }
  return { tools: [...sums.values()].toSorted(([a], [b]) => (a < b ? -1 : 1)) };
}

/** The most called first. */
export function toolsByUse(tools: readonly ToolCount[]): ToolCount[] {
  return tools.toSorted(([, a], [, b]) => b - a);
}

/** An entry without them. */
export function withoutTools<T extends ToolCounts>(entry: T): Omit<T, keyof ToolCounts> {
  const { tools: _tools, tools_from: _from, ...rest } = entry;
  return rest;
}
