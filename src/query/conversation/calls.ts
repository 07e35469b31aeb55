import type { ToolCall, ToolResult } from '../../ai-log/message.ts';
import { argumentsExcerpt } from './excerpt.ts';

/** A call of an earlier round, as far as it is kept: a session can have a million calls. */
export interface MadeCall {
  id: string | null;
  name: string;
  /** Its arguments on one line, or the arguments themselves if they are short. */
  gist: string;
  isShort: boolean;
  round: number;
  /** Calls of one answer have the same number; later answers have larger ones. */
  batch: number;
  isAnswered: boolean;
}

/** A call of the round that is read. */
export interface NewCall {
  call: ToolCall;
  made: MadeCall;
}

/** Characters. */
const SHORT = 200;

/** A call's arguments on one line. */
export function excerptOfCall({ gist, isShort }: MadeCall): string {
  return isShort ? argumentsExcerpt(gist) : gist;
}

/** A tool's result. */
export interface GivenResult {
  result: ToolResult;
  /** null if it is not known. */
  call: MadeCall | null;
  /** The first result of its call. */
  isFirst: boolean;
}

/** Calls without any result are forgotten at last, of each id and of those that are sought without an id. */
const MOST_WAITING = 1000;

/** The calls of one thread. */
export class ThreadCalls {
  /** Those without a result so far, by id, the oldest first. */
  readonly #waiting = new Map<string, MadeCall[]>();
  /** The last that was answered, by id. */
  readonly #answered = new Map<string, MadeCall>();
  /** Those of the newest two rounds with calls, without a result so far. */
  #recent: MadeCall[] = [];

  add(made: MadeCall): void {
    const newest = this.#recent.at(-1)?.round;
    if (newest !== made.round) this.#recent = this.#recent.filter(({ round }) => round === newest);
    if (this.#recent.push(made) > MOST_WAITING) this.#recent.shift();
    const { id } = made;
    if (id === null) return;
    const waiting = this.#waiting.get(id);
    if (!waiting) this.#waiting.set(id, [made]);
    else if (waiting.push(made) > MOST_WAITING) waiting.shift();
  }

  /**
   * Some clients give ids again and again, in each answer or even within one. So a result belongs to the first waiting
   * call of its id in the newest answer that has one. `rounds`: where a call is sought whose result has no id.
   */
  find({ id, name }: ToolResult, rounds: readonly (number | null)[]): MadeCall | undefined {
    if (id !== null) return firstOfNewest(this.#waiting.get(id) ?? []) ?? this.#answered.get(id);
    return firstOfNewest(
      this.#recent.filter((made) => rounds.includes(made.round) && (name === null || made.name === name)),
    );
  }

  answer(made: MadeCall): void {
    made.isAnswered = true;
    remove(made, this.#recent);
    const { id } = made;
    if (id === null) return;
    const waiting = this.#waiting.get(id) ?? [];
    remove(made, waiting);
    if (waiting.length === 0) this.#waiting.delete(id);
    this.#answered.set(id, made);
  }
}

function remove(made: MadeCall, list: MadeCall[]): void {
  const at = list.indexOf(made);
  if (at >= 0) list.splice(at, 1);
}

function firstOfNewest(calls: readonly MadeCall[]): MadeCall | undefined {
  const batch = calls.at(-1)?.batch;
  let first = calls.length - 1;
  while (first > 0 && calls[first - 1]?.batch === batch) first--;
  return calls[first];
}

/** Finds the call of each result of a session: in its own thread, or elsewhere if no other call has its id. */
export class Calls {
  /** null: several calls have this id. */
  readonly #byId = new Map<string, MadeCall | null>();
  #batch = 0;

  /** Adds the calls of one answer. */
  add(calls: readonly ToolCall[], round: number, thread: ThreadCalls): NewCall[] {
    const batch = ++this.#batch;
    return calls.map((call) => {
      const { id, name, arguments: given } = call;
      const isShort = given.length <= SHORT;
      const gist = isShort ? given : argumentsExcerpt(given);
      const made: MadeCall = { id, name, gist, isShort, round, batch, isAnswered: false };
      thread.add(made);
      if (id !== null) this.#byId.set(id, this.#byId.has(id) ? null : made);
      return { call, made };
    });
  }

  addResult(result: ToolResult, thread: ThreadCalls, rounds: readonly (number | null)[]): GivenResult {
    const call = this.find(result, thread, rounds);
    if (!call) return { result, call: null, isFirst: false };
    const isFirst = !call.isAnswered;
    if (isFirst) thread.answer(call);
    return { result, call, isFirst };
  }

  find(
    result: ToolResult,
    thread: ThreadCalls,
    rounds: readonly (number | null)[] = [],
  ): MadeCall | undefined {
    const elsewhere = result.id === null ? undefined : (this.#byId.get(result.id) ?? undefined);
    return thread.find(result, rounds) ?? elsewhere;
  }
}
