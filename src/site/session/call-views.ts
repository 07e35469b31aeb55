import { failureOf } from '../../ai-log/tool-outcome.ts';
import type { GivenResult, MadeCall } from '../../query/conversation/calls.ts';
import { argumentsExcerpt, excerptOf } from '../../query/conversation/excerpt.ts';
import type { Budget } from './clip.ts';
import { contentOf } from './content.ts';
import { resultSummary } from './outcome.ts';
import type { CallView, Column, Item, RoundView } from './view.ts';

/** Where the items of a round go. */
export interface Target {
  view: RoundView;
  page: number;
  budget: Budget;
}

interface ShownCall {
  /** Where its result goes; null once its page is closed. */
  view: CallView | null;
  round: number;
}

/** Shows tool calls, and each result with its call. */
export class CallViews {
  readonly #shown = new WeakMap<MadeCall, ShownCall>();
  /** Calls of the current page without a result so far. */
  readonly #waiting = new Set<ShownCall>();
  readonly #columns: Column[];

  /** Counts calls and failures in `columns`, one per round. */
  constructor(columns: Column[]) {
    this.#columns = columns;
  }

  /** Adds a call to the round that shows it. */
  addCall(made: MadeCall, round: number, budget: Budget): Extract<Item, { kind: 'call' }> {
    const { call } = made;
    const view: CallView = {
      name: call.name,
      excerpt: argumentsExcerpt(call.arguments),
      arguments: budget.takeJson(call.arguments),
      result: null,
    };
    const shown: ShownCall = { view, round };
    this.#shown.set(made, shown);
    this.#waiting.add(shown);
    const column = this.#columns[round - 1];
    if (column) column.calls++;
    return { kind: 'call', call: view };
  }

  /**
   * Adds a result that a round's request brought. If its call is on the same page, it is shown there and null is
   * returned; otherwise it is an item of its own.
   */
  addResult({ result, call, isFirst }: GivenResult, target: Target): Item | null {
    const shown = call === null ? undefined : this.#shown.get(call);
    const failure = failureOf(result);
    const view = {
      round: target.view.number,
      content: contentOf(result.parts, target.budget),
      failure,
      summary: resultSummary(result.parts),
    };
    if (shown && isFirst) {
      this.#waiting.delete(shown);
      const column = this.#columns[shown.round - 1];
      if (column && failure !== null) column.failedTools++;
      if (shown.view) {
        shown.view.result = view;
        return null;
      }
    }
    const name = call?.call.name ?? excerptOf(result.name ?? '');
    return { kind: 'result', result: view, callRound: shown?.round ?? null, name };
  }

  /** A closed page no longer changes. */
  closePage(): void {
    for (const call of this.#waiting) call.view = null;
    this.#waiting.clear();
  }
}
