import type { ToolCall, ToolResult } from '../../ai-log/message.ts';
import { failureOf } from '../../ai-log/tool-outcome.ts';
import type { Budget } from './clip.ts';
import { contentOf } from './content.ts';
import { argumentsExcerpt, excerptOf } from './excerpt.ts';
import { resultSummary } from './outcome.ts';
import type { CallView, Column, Item, RoundView } from './view.ts';

/** Where the items of a round go. */
export interface Target {
  view: RoundView;
  /** The round whose request this one continues; null where it continues none. */
  follows: number | null;
  page: number;
  budget: Budget;
}

/** In place of the view of a call that its round does not show. */
const HIDDEN = 'hidden';

interface KnownCall {
  /** Where its result goes; null once that is there, or the page is closed. */
  view: CallView | typeof HIDDEN | null;
  name: string;
  round: number;
}

/** Matches tool calls with their results, across all rounds of a session. */
export class ToolCalls {
  readonly #byId = new Map<string, KnownCall>();
  /** Calls without a result so far, in order. */
  readonly #waiting = new Set<KnownCall>();
  readonly #columns: Column[];

  /** Counts calls and failures in `columns`, one per round. */
  constructor(columns: Column[]) {
    this.#columns = columns;
  }

  /** Adds the calls that a round made. Those that it does not show are counted, and have no place for a result. */
  addCalls(calls: readonly ToolCall[], round: number, budget: Budget): Item[] {
    const { shown, more } = budget.first(calls, 'call');
    for (const { id, name } of calls.slice(shown.length)) {
      if (id === null) continue;
      const known: KnownCall = { view: HIDDEN, name, round };
      this.#byId.set(id, known);
      this.#waiting.add(known);
    }
    const column = this.#columns[round - 1];
    if (column) column.calls += more;
    return [...shown.map((call) => this.#addCall(call, round, budget)), ...moreOf('call', more)];
  }

  #addCall(call: ToolCall, round: number, budget: Budget): Item {
    const view: CallView = {
      name: call.name,
      excerpt: argumentsExcerpt(call.arguments),
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
   * Adds a result that a round's request brought. If its call is on the same page, it is shown there and null is
   * returned; otherwise it is an item of its own.
   */
  addResult(result: ToolResult, target: Target): Item | null {
    const call = this.#callOf(result, target);
    const failure = failureOf(result);
    if (call?.view === HIDDEN && this.#waiting.delete(call)) {
      this.#countFailure(call, failure);
      call.view = null;
      return null;
    }
    const view = {
      round: target.view.number,
      content: contentOf(result.parts, target.budget),
      failure,
      summary: resultSummary(result.parts),
    };
    if (call && this.#waiting.delete(call)) {
      this.#countFailure(call, failure);
      if (call.view && call.view !== HIDDEN) {
        call.view.result = view;
        call.view = null;
        return null;
      }
    }
    const name = call?.name ?? excerptOf(result.name ?? '');
    return { kind: 'result', result: view, callRound: call?.round ?? null, name };
  }

  #countFailure({ round }: KnownCall, failure: string | null): void {
    const column = this.#columns[round - 1];
    if (column && failure !== null) column.failedTools++;
  }

  /** A closed page no longer changes. */
  closePage(): void {
    for (const call of this.#waiting) call.view = null;
  }

  /** Whether the call that a result answers has no result so far. */
  isAwaited(result: ToolResult, target: Target): boolean {
    const call = this.#callOf(result, target);
    return call !== undefined && this.#waiting.has(call);
  }

  /**
   * A result without an id goes to the first waiting call of its name in this request or in the round that the request
   * continues. Calls of other threads, and abandoned ones, keep waiting.
   */
  #callOf({ id, name }: ToolResult, { view, follows }: Target): KnownCall | undefined {
    if (id !== null) return this.#byId.get(id);
    for (const call of this.#waiting) {
      const isOfThread = call.round === view.number || call.round === follows;
      if (isOfThread && (name === null || call.name === name)) return call;
    }
    return undefined;
  }
}

/** Says how many more there are; empty if there are none. */
export function moreOf(what: Extract<Item, { kind: 'more' }>['what'], count: number): Item[] {
  return count > 0 ? [{ kind: 'more', what, count }] : [];
}
