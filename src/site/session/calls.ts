import type { ToolCall, ToolResult } from '../../ai-log/message.ts';
import type { Budget } from './clip.ts';
import { contentOf } from './content.ts';
import { argumentsExcerpt, excerptOf } from './excerpt.ts';
import { failureOf, resultSummary } from './outcome.ts';
import type { CallView, Column, Item } from './view.ts';

interface KnownCall {
  /** null once its page is closed. */
  view: CallView | null;
  name: string;
  round: number;
  page: number;
  isAnswered: boolean;
}

/** Matches tool calls with their results, across all rounds of a session. */
export class ToolCalls {
  readonly #byId = new Map<string, KnownCall>();
  /** Calls on the current page. */
  #onPage: KnownCall[] = [];
  readonly #columns: Column[];

  /** Counts calls and failures in `columns`, one per round. */
  constructor(columns: Column[]) {
    this.#columns = columns;
  }

  /** Adds a call that a round made. */
  addCall(call: ToolCall, round: number, page: number, budget: Budget): Extract<Item, { kind: 'call' }> {
    const view: CallView = {
      name: call.name,
      excerpt: argumentsExcerpt(call.arguments),
      arguments: budget.take(call.arguments),
      result: null,
    };
    const known = { view, name: call.name, round, page, isAnswered: false };
    if (call.id !== null) this.#byId.set(call.id, known);
    this.#onPage.push(known);
    const column = this.#columns[round - 1];
    if (column) column.calls++;
    return { kind: 'call', call: view };
  }

  /**
   * Adds a result that a round's request brought. If its call is on the same page, it is shown there and null is
   * returned; otherwise it is an item of its own. A result without an id goes to the first call still waiting.
   */
  addResult(result: ToolResult, round: number, page: number, budget: Budget): Item | null {
    const call = this.#callOf(result);
    const failure = failureOf(result);
    const view = {
      round,
      content: contentOf(result.parts, budget),
      failure,
      summary: resultSummary(result.parts),
    };
    const column = call && !call.isAnswered && failure !== null ? this.#columns[call.round - 1] : undefined;
    if (column) column.failedTools++;
    const isFirst = call !== undefined && !call.isAnswered;
    if (call) call.isAnswered = true;
    if (call?.view && call.page === page && isFirst) {
      call.view.result = view;
      return null;
    }
    const name = call?.name ?? excerptOf(result.name ?? '');
    return { kind: 'result', result: view, callRound: call?.round ?? null, name };
  }

  /** A closed page no longer changes. */
  closePage(): void {
    for (const call of this.#onPage) call.view = null;
    this.#onPage = [];
  }

  #callOf({ id, name }: ToolResult): KnownCall | undefined {
    if (id !== null) return this.#byId.get(id);
    return this.#onPage.find((call) => !call.isAnswered && (name === null || call.name === name));
  }
}
