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

/** Brings tool calls and their results together, whichever rounds they stand in. */
export class ToolCalls {
  readonly #byId = new Map<string, KnownCall>();
  /** Calls of the present page. */
  #onPage: KnownCall[] = [];
  readonly #columns: Column[];

  /** `columns`: of all rounds, to count calls and failures in. */
  constructor(columns: Column[]) {
    this.#columns = columns;
  }

  /** A call that a round made, as it is shown. */
  made(call: ToolCall, round: number, page: number, budget: Budget): Extract<Item, { kind: 'call' }> {
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
   * A result that a round's request brought: it goes to its call where that stands on the same page, and null is
   * returned; else it is shown where it came. Without an id, a result answers the first call that still waits.
   */
  answered(result: ToolResult, round: number, page: number, budget: Budget): Item | null {
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

  /** Nothing changes on a closed page. */
  closePage(): void {
    for (const call of this.#onPage) call.view = null;
    this.#onPage = [];
  }

  #callOf({ id, name }: ToolResult): KnownCall | undefined {
    if (id !== null) return this.#byId.get(id);
    return this.#onPage.find((call) => !call.isAnswered && (name === null || call.name === name));
  }
}
