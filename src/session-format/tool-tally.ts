import { mayTellOfTools, toolsOfRequest, type ReturnedResult } from '../ai-log/request-tools.ts';
import { readCallList } from '../ai-log/message.ts';
import { charactersOf, type Text } from '../ai-log/round.ts';
import { resultBytesOf, type ToolCounts } from '../model/tool-counts.ts';
import { arrayElements } from '../platform/json-spans.ts';
import { OpenCalls } from './open-calls.ts';
import { readRound, type ReadRound } from './read-round.ts';
import type { StoredRound } from './stored-round.ts';

/** What all tools count as for which a session has no room, or that have no name. */
export const OTHER_TOOLS = 'other tools';
/** Counts are in every line of the index that a session has. */
const MOST_TOOLS = 32;
const LONGEST_NAME = 128;
/** A list of no calls, or none. */
const SHORTEST_CALLS = 3;

const NO_TOOLS: ToolTexts = { toolCalls: null, newMessages: [] };

/** What a round says of tools. */
export interface ToolTexts {
  /** Its answer's calls; null if none were logged. */
  toolCalls: Text | null;
  /** The messages that the session had not sent before; null if its request was not logged as a list. */
  newMessages: readonly Text[] | null;
}

/** A result, and the name that it was counted under. */
export interface CountedResult extends ReturnedResult {
  counted: string;
}

const NO_RESULTS: CountedResult[] = [];

/**
 * Counts a session's tool calls, failed results, and bytes of results: the calls of its answers, those that the log
 * lacks once the next request sends them back, and the results in its requests. It does not matter in how many runs the
 * rounds are counted, or whether they come from a log or from the store.
 */
export class ToolTally {
  /** undefined before the first round that says something of tools. */
  #from: number | undefined;
  /** The first round whose results are counted in bytes; undefined if none is. */
  #bytesFrom: number | undefined;
  readonly #tools = new Map<string, Tally>();
  readonly #open: OpenCalls;

  /** `known`: the counts of earlier rounds. `open`: their calls in the same file, which change with each round. */
  constructor(known: ToolCounts = {}, open = new OpenCalls()) {
    this.#open = open;
    this.#addCounts(known);
  }

  /** Continues after removed rounds. Whatever was counted before a part without counts does not count. */
  static after(parts: readonly ToolCounts[]): ToolTally {
    const tally = new ToolTally();
    for (const part of parts) {
      if (part.tools) tally.#addCounts(part);
      else tally.#clear();
    }
    return tally;
  }

  get counts(): ToolCounts {
    if (this.#from === undefined) return {};
    const sorted = [...this.#tools.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const bytesFrom = sorted.length === 0 ? undefined : this.#bytesFrom;
    return {
      tools: sorted.map(([name, { calls, failed }]) => [name, calls, failed]),
      ...(this.#from > 1 && { tools_from: this.#from }),
      ...(bytesFrom !== undefined && { tool_bytes: sorted.map(([, { bytes }]) => bytes) }),
      ...(bytesFrom !== undefined && bytesFrom > this.#from && { tool_bytes_from: bytesFrom }),
    };
  }

  /** Returns the results that were counted. */
  add(round: number, { toolCalls, newMessages }: ToolTexts): readonly CountedResult[] {
    if (toolCalls === null && newMessages === null) return NO_RESULTS;
    this.#from ??= round;
    this.#bytesFrom ??= round;
    const request =
      newMessages === null ? undefined : toolsOfRequest(newMessages, (text) => this.#open.find(text));
    const made =
      toolCalls === null || toolCalls.length < SHORTEST_CALLS
        ? []
        : (readCallList(charactersOf(toolCalls)) ?? []);
    for (const { name } of this.#open.pass(request?.calls ?? [], made)) this.#of(name).calls++;
    for (const { name } of made) this.#of(name).calls++;
    const results = request?.results ?? NO_RESULTS;
    if (results.length === 0) return NO_RESULTS;
    return results.map((returned) => {
      const count = this.#of(returned.name);
      count.bytes += returned.bytes;
      if (returned.failed) count.failed++;
      return { ...returned, counted: count.name };
    });
  }

  /** Adds a stored round. `read`: its texts, if they were read already. */
  addStored(stored: StoredRound, line: string, read?: ReadRound['texts']): readonly CountedResult[] {
    const { round } = stored;
    if (stored.has_tool_calls || mayTellOfTools(line)) {
      const texts = read ?? readRound(line).texts;
      const added = texts.get('new_messages');
      const newMessages = added === undefined ? null : (arrayElements(added) ?? []);
      return this.add(round, { toolCalls: texts.get('tool_calls') ?? null, newMessages });
    }
    const has = (name: 'tool_calls' | 'new_messages'): boolean =>
      stored[name] !== undefined || read?.has(name) === true;
    return has('tool_calls') || has('new_messages') ? this.add(round, NO_TOOLS) : NO_RESULTS;
  }

  #addCounts(counts: ToolCounts): void {
    const { tools, tools_from: from = 1, tool_bytes_from: bytesFrom = from } = counts;
    if (!tools) return;
    this.#from ??= from;
    const bytes = resultBytesOf(counts);
    if (bytes) this.#bytesFrom ??= bytesFrom;
    else this.#clearBytes();
    for (const [i, [name, calls, failed]] of tools.entries()) {
      const count = this.#of(name);
      count.calls += calls;
      count.failed += failed;
      count.bytes += bytes?.[i] ?? 0;
    }
  }

  #clear(): void {
    this.#from = undefined;
    this.#bytesFrom = undefined;
    this.#tools.clear();
  }

  #clearBytes(): void {
    this.#bytesFrom = undefined;
    for (const count of this.#tools.values()) count.bytes = 0;
  }

  #of(given: string): Tally {
    const name = toolNameOf(given);
    const known = this.#tools.get(name);
    if (known) return known;
    const others = this.#tools.has(OTHER_TOOLS) ? 1 : 0;
    if (name !== OTHER_TOOLS && this.#tools.size - others >= MOST_TOOLS) return this.#of(OTHER_TOOLS);
    const count: Tally = { name, calls: 0, failed: 0, bytes: 0 };
    this.#tools.set(name, count);
    return count;
  }
}

interface Tally {
  readonly name: string;
  calls: number;
  failed: number;
  bytes: number;
}

/** A tool's name as it is counted. `?` is what a call without a name has. */
export function toolNameOf(given: string): string {
  const name = given.slice(0, LONGEST_NAME).toWellFormed();
  return name === '' || name === '?' ? OTHER_TOOLS : name;
}
