import { mayTellOfTools, toolsOfRequest } from '../ai-log/request-tools.ts';
import { readCallList } from '../ai-log/message.ts';
import { charactersOf, type Text } from '../ai-log/round.ts';
import type { ToolCount, ToolCounts } from '../model/tool-counts.ts';
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

/**
 * Counts a session's tool calls and failed results: the calls of its answers, those that the log lacks once the next
 * request sends them back, and the failed results in its requests. It does not matter in how many runs the rounds are
 * counted, or whether they come from a log or from the store.
 */
export class ToolTally {
  /** undefined before the first round that says something of tools. */
  #from: number | undefined;
  readonly #tools = new Map<string, ToolCount>();
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
    const tools = [...this.#tools.values()].map(([...count]) => count);
    tools.sort(([a], [b]) => (a < b ? -1 : 1));
    return { tools, ...(this.#from > 1 && { tools_from: this.#from }) };
  }

  add(round: number, { toolCalls, newMessages }: ToolTexts): void {
    if (toolCalls === null && newMessages === null) return;
    this.#from ??= round;
    const request =
      newMessages === null ? undefined : toolsOfRequest(newMessages, (text) => this.#open.find(text));
    const made =
      toolCalls === null || toolCalls.length < SHORTEST_CALLS
        ? []
        : (readCallList(charactersOf(toolCalls)) ?? []);
    for (const { name } of this.#open.pass(request?.calls ?? [], made)) this.#of(name)[1]++;
    for (const { name } of made) this.#of(name)[1]++;
    for (const name of request?.failed ?? []) this.#of(name)[2]++;
  }

  /** Adds a stored round. `read`: its texts, if they were read already. */
  addStored(stored: StoredRound, line: string, read?: ReadRound['texts']): void {
    const { round } = stored;
    if (stored.has_tool_calls || mayTellOfTools(line)) {
      const texts = read ?? readRound(line).texts;
      const added = texts.get('new_messages');
      const newMessages = added === undefined ? null : (arrayElements(added) ?? []);
      this.add(round, { toolCalls: texts.get('tool_calls') ?? null, newMessages });
      return;
    }
    const has = (name: 'tool_calls' | 'new_messages'): boolean =>
      stored[name] !== undefined || read?.has(name) === true;
    if (has('tool_calls') || has('new_messages')) this.add(round, NO_TOOLS);
  }

  #addCounts({ tools, tools_from }: ToolCounts): void {
    if (!tools) return;
    this.#from ??= tools_from ?? 1;
    for (const [name, calls, failed] of tools) {
      const count = this.#of(name);
      count[1] += calls;
      count[2] += failed;
    }
  }

  #clear(): void {
    this.#from = undefined;
    this.#tools.clear();
  }

  #of(given: string): ToolCount {
    const name = nameOf(given);
    const known = this.#tools.get(name);
    if (known) return known;
    const others = this.#tools.has(OTHER_TOOLS) ? 1 : 0;
    if (name !== OTHER_TOOLS && this.#tools.size - others >= MOST_TOOLS) return this.#of(OTHER_TOOLS);
    const count: ToolCount = [name, 0, 0];
    this.#tools.set(name, count);
    return count;
  }
}

/** `?` is what a call without a name has. */
function nameOf(given: string): string {
  const name = given.slice(0, LONGEST_NAME).toWellFormed();
  return name === '' || name === '?' ? OTHER_TOOLS : name;
}
