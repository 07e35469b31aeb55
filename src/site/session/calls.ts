import type { ToolCall, ToolResult } from '../../ai-log/message.ts';
import type { Budget } from './clip.ts';
import { contentOf } from './content.ts';
import { argumentsGist, gistOf } from './excerpt.ts';
import { failureOf, resultSummary } from './outcome.ts';
import type { CallView, Column, Item, RoundView } from './view.ts';

/** Where a round is shown while it is told. */
export interface Place {
  view: RoundView;
  /** The round whose request this one goes on from; null where it goes on from none. */
  follows: number | null;
  page: number;
  budget: Budget;
}

interface KnownCall {
  /** Where its result goes; null once its page is closed. */
  view: CallView | null;
  name: string;
  round: number;
}

/** Brings tool calls and their results together, whichever rounds they stand in. */
export class ToolCalls {
  readonly #byId = new Map<string, KnownCall>();
  /** Calls that have no result yet, in their order. */
  readonly #waiting = new Set<KnownCall>();
  readonly #columns: Column[];

  /** `columns`: of all rounds, to count calls and failures in. */
  constructor(columns: Column[]) {
    this.#columns = columns;
  }

  /** A call that a round made, as it is shown. */
  made(call: ToolCall, round: number, budget: Budget): Extract<Item, { kind: 'call' }> {
    const view: CallView = {
      name: call.name,
      gist: argumentsGist(call.arguments),
      arguments: budget.take(call.arguments),
      result: null,
    };
    const known: KnownCall = { view, name: call.name, round };
    if (call.id !== null) this.#byId.set(call.id, known);
    this.#waiting.add(known);
    const column = this.#columns[round - 1];
    if (column) column.calls++;
    return { kind: 'call', call: view };
  }

  /**
   * A result that a round's request brought: it goes to its call where that is on the same page, and null is
   * returned; else it is shown where it came.
   */
  answered(result: ToolResult, place: Place): Item | null {
    const call = this.#callOf(result, place);
    const failure = failureOf(result);
    const view = {
      round: place.view.number,
      content: contentOf(result.parts, place.budget),
      failure,
      summary: resultSummary(result.parts),
    };
    if (call && this.#waiting.delete(call)) {
      const column = this.#columns[call.round - 1];
      if (column && failure !== null) column.failedTools++;
      if (call.view) {
        call.view.result = view;
        return null;
      }
    }
    const name = call?.name ?? gistOf(result.name ?? '');
    return { kind: 'result', result: view, callRound: call?.round ?? null, name };
  }

  /** Nothing changes on a closed page. */
  closePage(): void {
    for (const call of this.#waiting) call.view = null;
  }

  /** Whether the call that a result answers has none yet. */
  isAwaited(result: ToolResult, place: Place): boolean {
    const call = this.#callOf(result, place);
    return call !== undefined && this.#waiting.has(call);
  }

  /**
   * Without an id, a result answers the first call that has none yet: of its name, and in this request or the round
   * that it goes on from. Calls of other threads, and those that were given up, wait on.
   */
  #callOf({ id, name }: ToolResult, { view, follows }: Place): KnownCall | undefined {
    if (id !== null) return this.#byId.get(id);
    for (const call of this.#waiting) {
      const isOfThread = call.round === view.number || call.round === follows;
      if (isOfThread && (name === null || call.name === name)) return call;
    }
    return undefined;
  }
}
