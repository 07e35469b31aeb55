import { failureOf } from '../../ai-log/tool-outcome.ts';
import {
  excerptOfCall,
  type GivenResult,
  type MadeCall,
  type NewCall,
} from '../../query/conversation/calls.ts';
import { excerptOf } from '../../query/conversation/excerpt.ts';
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

/** In place of the view of a call that its round does not show. */
const HIDDEN = 'hidden';

interface ShownCall {
  /** Where its result goes; null once that is there, or the page is closed. */
  view: CallView | typeof HIDDEN | null;
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

  /** Adds the calls that a round made. Those that it does not show are counted, and have no place for a result. */
  addCalls(calls: readonly NewCall[], round: number, budget: Budget): Item[] {
    const { shown, more } = budget.first(calls, 'call');
    for (const { made } of calls.slice(shown.length)) this.#await(made, HIDDEN, round);
    const column = this.#columns[round - 1];
    if (column) column.calls += calls.length;
    return [...shown.map((call) => this.#addCall(call, round, budget)), ...moreOf('call', more)];
  }

  #addCall({ call, made }: NewCall, round: number, budget: Budget): Item {
    const view: CallView = {
      name: call.name,
      excerpt: excerptOfCall(made),
      arguments: budget.takeJson(call.arguments),
      result: null,
    };
    this.#await(made, view, round);
    return { kind: 'call', call: view };
  }

  #await(made: MadeCall, view: CallView | typeof HIDDEN, round: number): void {
    const shown: ShownCall = { view, round };
    this.#shown.set(made, shown);
    this.#waiting.add(shown);
  }

  /**
   * Adds a result that a round's request brought. If its call is on the same page, it is shown there and null is
   * returned; otherwise it is an item of its own.
   */
  addResult({ result, call, isFirst }: GivenResult, target: Target): Item | null {
    const shown = call === null ? undefined : this.#shown.get(call);
    const failure = failureOf(result);
    if (shown && isFirst) {
      this.#waiting.delete(shown);
      const column = this.#columns[shown.round - 1];
      if (column && failure !== null) column.failedTools++;
    }
    const place = isFirst ? takePlace(shown) : null;
    if (place === HIDDEN) return null;
    const view = {
      round: target.view.number,
      content: contentOf(result.parts, target.budget),
      failure,
      summary: resultSummary(result.parts),
    };
    if (place) {
      place.result = view;
      return null;
    }
    const name = call?.name ?? excerptOf(result.name ?? '');
    return { kind: 'result', result: view, callRound: shown?.round ?? null, name };
  }

  /** A closed page no longer changes. */
  closePage(): void {
    for (const call of this.#waiting) call.view = null;
    this.#waiting.clear();
  }
}

/** Where a call's first result goes: nothing else does. */
function takePlace(shown: ShownCall | undefined): ShownCall['view'] {
  if (!shown) return null;
  const { view } = shown;
  shown.view = null;
  return view;
}

/** Says how many more there are; empty if there are none. */
export function moreOf(what: Extract<Item, { kind: 'more' }>['what'], count: number): Item[] {
  return count > 0 ? [{ kind: 'more', what, count }] : [];
}
